import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeMsi } from '../../build/msi/msi.ts';
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
      makeMsi({ layout, version, arch: 'x64' }, wine.path(`${version}.msi`));
    }
    rmSync(work, { recursive: true });
    const included = join(import.meta.dirname, '../../build/nsis/installer.nsh');
    const script = join(import.meta.dirname, 'one-person.nsi');
    for (const [name, ...more] of [['one-person'], ['one-person-goes', '-DREMOVES']]) {
      const defined = [`-DOUT=${wine.path(`${name ?? ''}.exe`)}`, `-DINCLUDED=${included}`, ...more];
      execFileSync('makensis', ['-V2', '-WX', '-INPUTCHARSET', 'UTF8', ...defined, script], { stdio: 'pipe' });
    }
    execFileSync(compiler, ['-O1', '-o', wine.path('hold.exe'), join(import.meta.dirname, 'hold.c')]);
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

  test('the installer for one person installs where there is none for everybody', async () => {
    expect(await forOnePerson()).toEqual({ code: done, installed: true });
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
