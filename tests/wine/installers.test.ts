import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeMsi } from '../../build/msi/msi.ts';
import { installerWords } from '../../build/words/installer-words.ts';
import { indirectWord, makeWordsLibrary, wordNumbers, wordsLibrary } from '../../build/words/words-library.ts';
import { languages, type Language } from '../../shared/messages/languages.ts';
import { writeGeneratedScript } from '../packages/nsis.ts';
import { saidByInstaller } from '../support/installer-words.ts';
import { compiler, missingForWine, Wine } from './wine.ts';

const missing = missingForWine();
/** What `msiexec` returns, of which Wine passes on the last byte. */
const [done, doneAtNextStart] = [0, 3010 & 0xff];

describe.skipIf(missing !== null)('the installers for Windows', { timeout: 120_000 }, () => {
  let wine: Wine;
  const program = 'Program Files/Causeway/resources/app.asar';
  beforeAll(async () => {
    wine = await Wine.bare();
    const work = mkdtempSync(join(tmpdir(), 'causeway-layout-'));
    for (const version of ['0.1.0', '0.2.0']) {
      const layout = join(work, version);
      mkdirSync(join(layout, 'resources/native'), { recursive: true });
      // Wine's installer compares versions of programs and hashes of other files: these differ
      for (const name of ['Causeway.exe', 'resources/app.asar', 'resources/native/causeway.exe'])
        writeFileSync(join(layout, name), version);
      makeWordsLibrary(join(layout, ...wordsLibrary.split('\\')));
      makeMsi({ layout, version, arch: 'x64' }, wine.path(`${version}.msi`));
    }
    const generated = await writeGeneratedScript(work);
    const included = join(import.meta.dirname, '../../build/nsis/installer.nsh');
    const script = join(import.meta.dirname, 'one-person.nsi');
    for (const [name, ...more] of [['one-person'], ['one-person-goes', '-DREMOVES'], ['one-person-says', '-DSPEAKS']]) {
      const defined = [`-DOUT=${wine.path(`${name ?? ''}.exe`)}`, `-DINCLUDED=${included}`, `-DGENERATED=${generated}`, ...more];
      execFileSync('makensis', ['-V2', '-WX', '-INPUTCHARSET', 'UTF8', ...defined, script], { stdio: 'pipe' });
    }
    rmSync(work, { recursive: true });
    execFileSync(compiler, ['-O1', '-o', wine.path('hold.exe'), join(import.meta.dirname, 'hold.c')]);
    const words = ['-municode', '-O1', '-o', wine.path('words.exe'), join(import.meta.dirname, 'words.c'), '-lshlwapi', '-lmsi'];
    execFileSync(compiler, words);
    mkdirSync(wine.path('locales'));
  }, 180_000);
  afterAll(() => wine.stop());

  const run = async (name: string, args: readonly string[]): Promise<number | null> => {
    const child = wine.spawn(name, args, join(wine.prefix, `${basename(name)}.log`));
    await once(child, 'exit');
    return child.exitCode;
  };
  const install = (version: string): Promise<number | null> => run('msiexec', ['/i', `C:\\${version}.msi`, '/qn']);
  const content = (): string => readFileSync(wine.path(program), 'utf8');

  /** The installer for one person: its exit code, and whether it went on. */
  const forOnePerson = async (): Promise<{ code: number | null; installed: boolean }> => {
    const made = wine.path('one-person.txt');
    rmSync(made, { force: true });
    const code = await run(wine.path('one-person.exe'), ['/S']);
    return { code, installed: existsSync(made) };
  };

  /** What a program does whose Windows speaks the language of a locale of glibc's. */
  const speaking = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const folder = wine.path('locales');
    if (name !== 'C' && !existsSync(join(folder, `${name}.UTF-8`)))
      execFileSync('localedef', ['-i', name, '-f', 'UTF-8', join(folder, `${name}.UTF-8`)], { stdio: 'pipe' });
    wine.locale = name === 'C' ? null : { name: `${name}.UTF-8`, folder };
    try {
      return await act();
    } finally {
      wine.locale = null;
    }
  };

  const computers: readonly [string, Language][] = [
    ['pt_PT', 'pt'],
    ['pt_BR', 'pt'],
    ['zh_HK', 'zh-Hant'],
    ['zh_TW', 'zh-Hant'],
    ['zh_CN', 'zh-Hant'],
    ['fr_FR', 'en'],
    ['C', 'en'],
  ];

  test.each(computers)('on a computer of %s, the installer for one person says everything in %s', async (locale, language) => {
    const said = wine.path('words.txt');
    rmSync(said, { force: true });
    await speaking(locale, () => run(wine.path('one-person-says.exe'), ['/S']));
    const [, ...lines] = readFileSync(said, 'utf16le')
      .trimEnd()
      .split(/\n(?=\w+: )/);
    const words = saidByInstaller()[language];
    expect(lines.length).toBeGreaterThan(10);
    expect(lines).toEqual(lines.map((line) => line.split(': ', 1)[0] ?? '').map((id) => `${id}: ${words[id] ?? ''}`));
  });

  test('the installer for one person installs where there is none for everybody, and names its files in the language of Windows', async () => {
    expect(await speaking('zh_HK', forOnePerson)).toEqual({ code: done, installed: true });
    const value = async (key: string): Promise<string> => {
      const file = wine.path('registry.reg');
      rmSync(file, { force: true });
      await run('reg', ['export', `HKCU\\Software\\Classes\\${key}`, 'C:\\registry.reg', '/y']);
      return readFileSync(file, 'utf16le');
    };
    const type = await value('Causeway profile');
    expect(type).toContain('@="Causeway 設定檔"');
    expect(type).toContain('@="C:\\\\Causeway.exe \\"%1\\""');
    // Windows names the verb itself
    expect(type).not.toContain('Open with');
    expect(await value('.causeway')).toContain('@="Causeway profile"');
  });

  test('each person sees the words of an installation for everybody in the language of their own Windows', async () => {
    mkdirSync(wine.path('App/resources/native'), { recursive: true });
    makeWordsLibrary(wine.path('App', ...wordsLibrary.split('\\')));
    const names = ['profileFile', 'link', 'description', 'service'] as const;
    expect(Object.keys(wordNumbers)).toEqual([...names]);
    const threads: readonly [string, Language][] = [
      ...['0409', '0809', '040c'].map((id): [string, Language] => [id, 'en']),
      ...['0816', '0416'].map((id): [string, Language] => [id, 'pt']),
      ...['0404', '0c04', '1404', '0804'].map((id): [string, Language] => [id, 'zh-Hant']),
    ];
    for (const [id, language] of threads) {
      const words = names.map((name) => indirectWord('C:\\App\\', name));
      expect(await run(wine.path('words.exe'), ['C:\\said.txt', id, ...words])).toBe(done);
      const said = readFileSync(wine.path('said.txt'), 'utf16le').trimEnd().split('\n');
      expect(said).toEqual(names.map((name) => installerWords[name][language]));
    }
  });

  test('the MSI says in each language that a newer version is installed', async () => {
    expect(await run(wine.path('words.exe'), ['C:\\said.txt', '0409', 'C:\\0.1.0.msi'])).toBe(done);
    const said = readFileSync(wine.path('said.txt'), 'utf16le').trimEnd().split('\r\n');
    expect(said).toEqual(languages.map((language) => installerWords.newerInstalled[language]));
  });

  test('removing the installation for one person takes its links and its start at sign-in away, but an update does not', async () => {
    const keys = { links: 'HKCU\\Software\\Classes\\causeway', start: 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run' };
    const left = (): Promise<(number | null)[]> =>
      Promise.all([run('reg', ['query', keys.links]), run('reg', ['query', keys.start, '/v', 'org.causeway.client'])]);
    await run('reg', ['add', `${keys.links}\\shell\\open\\command`, '/ve', '/d', 'Causeway.exe', '/f']);
    await run('reg', ['add', keys.start, '/v', 'org.causeway.client', '/d', 'Causeway.exe', '/f']);
    await run('reg', ['add', keys.start, '/v', 'another', '/d', 'another.exe', '/f']);
    expect(await run(wine.path('one-person-goes.exe'), ['/S', '--updated'])).toBe(done);
    expect(await left()).toEqual([0, 0]);
    expect(await run(wine.path('one-person-goes.exe'), ['/S'])).toBe(done);
    expect(await left()).toEqual([1, 1]);
    expect(await run('reg', ['query', keys.start, '/v', 'another'])).toBe(0);
  });

  test('an upgrade by the MSI that finds a file in use says so (3010), restarts nothing, and is complete after the next start of Windows', async () => {
    expect(await install('0.1.0')).toBe(done);
    const holder = wine.spawn(wine.path('hold.exe'), [`C:\\${program.replaceAll('/', '\\')}`], join(wine.prefix, 'hold.log'));
    await vi.waitFor(() => expect(existsSync(wine.path('held.txt'))).toBe(true), { timeout: 20_000 });

    expect(await install('0.2.0')).toBe(doneAtNextStart);
    expect(content()).toBe('0.1.0');
    expect(holder.exitCode).toBe(null);
    // What is not in use is new already
    expect(readFileSync(wine.path('Program Files/Causeway/resources/native/causeway.exe'), 'utf8')).toBe('0.2.0');

    wine.killAll('hold.exe');
    await once(holder, 'exit');
    // Windows's next start
    expect(await run('wineboot', ['--restart'])).toBe(done);
    expect(content()).toBe('0.2.0');
  });

  test('the same upgrade once more, with nothing in use, is done at once', async () => {
    expect(await install('0.2.0')).toBe(done);
    expect(content()).toBe('0.2.0');
  });

  test('the installer for one person does nothing beside the one for everybody, until that is removed', async () => {
    expect(await forOnePerson()).toEqual({ code: 2, installed: false });
    expect(await run('msiexec', ['/x', 'C:\\0.2.0.msi', '/qn'])).toBe(done);
    expect(await forOnePerson()).toEqual({ code: done, installed: true });
  });
});
