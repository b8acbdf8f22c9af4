import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { licenceOf, parts } from '../../../build/native-recipe.ts';
import { readNative } from '../../../build/native-pins.ts';
import { fetchComponent, takeBuilt, verify } from '../../../build/native.ts';
import { tarFor } from '../../../build/tar.ts';

const root = join(import.meta.dirname, '../../..');
const from = (bytes: Buffer | string) => ({ pools: [], get: () => Promise.resolve(new Response(Uint8Array.from(Buffer.from(bytes)))) });
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('what the installers bring along', () => {
  const components = readNative().components.flatMap((each) => (each.how === 'built' ? [] : [each]));
  const built = readNative().components.flatMap((each) => (each.how === 'built' ? [each] : []));

  test('every native part is pinned by version, source and SHA-256', () => {
    expect(components.length).toBeGreaterThan(10);
    for (const { name, at, sha256 } of components) expect([at, sha256], name).not.toContain(null);
  });

  test('built parts are made from pinned sources, and the recipe uses each of them', () => {
    const sources = components.filter(({ how }) => how === 'source').map(({ name }) => name);
    const used = parts.flatMap(({ source }) => [source, source.replace(/-source$/, '-patches')]).filter((name) => sources.includes(name));
    expect(built.map(({ name }) => name)).toEqual(['openconnect-windows']);
    for (const { sources: own } of built) expect(own).toEqual(used);
    expect(parts.map(({ source }) => source).filter((name) => !sources.includes(name))).toEqual([]);
    expect(sources).toEqual(used);
    const files = built.flatMap((each) => each.files.map(({ name }) => name));
    expect(files).toEqual(expect.arrayContaining(['openconnect.exe', 'libopenconnect-5.dll']));
    // Their licences ask for their text beside them
    expect(files.filter((name) => name.startsWith('licences/'))).toEqual(
      parts.filter(({ only }) => only === undefined || only.includes('win32')).map(licenceOf),
    );
  });

  test('built parts are taken only complete, and only if they match their pins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'native-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [from, to] = [join(folder, 'made'), join(folder, 'taken')];
    mkdirSync(join(from, 'licences'), { recursive: true });
    const file = (name: string) => ({ name, sha256: createHash('sha256').update(name).digest('hex') });
    const component = {
      name: 'x',
      version: '1',
      platform: 'win32' as const,
      how: 'built' as const,
      sources: [],
      files: [file('x.exe'), file('licences/x.txt')],
    };
    writeFileSync(join(from, 'x.exe'), 'x.exe');
    expect(() => takeBuilt(component, from, to)).toThrow(/x\.txt does not exist/);
    writeFileSync(join(from, 'licences/x.txt'), 'licences/x.txt');
    takeBuilt(component, from, to);
    expect(readFileSync(join(to, 'licences/x.txt'), 'utf8')).toBe('licences/x.txt');
    writeFileSync(join(from, 'x.exe'), 'evil');
    expect(() => takeBuilt(component, from, to)).toThrow(/does not match its pin/);
  });

  test('OpenConnect is a dependency of the Debian package if the distribution has it', () => {
    const control = read('build/deb/control.ts');
    for (const { name } of components.filter(({ how }) => how === 'depends')) expect(control).toContain(`'${name}',`);
  });

  test.skipIf(!existsSync('/usr/bin/apt-cache'))('the Debian pins match this Debian’s files, if it has that version', () => {
    const depends = components.filter(({ how }) => how === 'depends');
    const { stdout } = spawnSync('apt-cache', ['show', ...depends.map(({ name }) => name)], { encoding: 'utf8' });
    const field = (paragraph: string, name: string): string | undefined =>
      new Map(paragraph.split('\n').map((line) => [line.split(': ')[0], line.split(': ')[1]])).get(name);
    for (const paragraph of stdout.split('\n\n')) {
      const pin = depends.find(({ name, version }) => field(paragraph, 'Package') === name && field(paragraph, 'Version') === version);
      if (pin && field(paragraph, 'Architecture') !== 'arm64') expect(field(paragraph, 'SHA256'), pin.name).toBe(pin.sha256);
    }
  });

  test('a file without a pin, or one that does not match it, is refused', async () => {
    const bytes = Buffer.from('an archive');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(() => verify({ name: 'x', sha256 }, bytes)).not.toThrow();
    expect(() => verify({ name: 'x', sha256 }, Buffer.from('another'))).toThrow(/does not match its pin/);
    const [fetched] = components.filter(({ how }) => how === 'fetch');
    const get = () => Promise.reject(new Error('asked'));
    expect(fetched).toBeDefined();
    for (const missing of [{ at: null }, { sha256: null }])
      if (fetched) await expect(fetchComponent({ ...fetched, ...missing }, '/nowhere', { pools: [], get })).rejects.toThrow(/no pin yet/);
  });

  test('archives are extracted on Windows by its own tar, although Git Bash has another one first', () => {
    expect(tarFor('win32', { SystemRoot: 'D:\\Windows' })).toBe('D:\\Windows\\System32\\tar.exe');
    expect(tarFor('win32', {})).toBe('C:\\Windows\\System32\\tar.exe');
    expect([tarFor('linux', {}), tarFor('darwin', {})]).toEqual(['tar', 'tar']);
  });

  test('only the pinned files are taken out of an archive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'native-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'wanted'), 'wanted');
    writeFileSync(join(folder, 'other'), 'other');
    execFileSync('tar', ['-cf', join(folder, 'a.tar'), '-C', folder, 'wanted', 'other']);
    const bytes = readFileSync(join(folder, 'a.tar'));
    const component = {
      name: 'x',
      version: '1',
      platform: 'any' as const,
      how: 'fetch' as const,
      at: 'https://download.example/x.tar',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      files: [{ from: 'wanted', to: 'taken' }],
    };
    await fetchComponent(component, join(folder, 'out'), from(bytes));
    expect(readFileSync(join(folder, 'out/taken'), 'utf8')).toBe('wanted');
    expect(existsSync(join(folder, 'out/other'))).toBe(false);
    // In whatever folder the archive keeps it
    mkdirSync(join(folder, 'x-1.0'));
    writeFileSync(join(folder, 'x-1.0/deep'), 'deep');
    execFileSync('tar', ['-cf', join(folder, 'b.tar'), '-C', folder, 'x-1.0', 'wanted']);
    const deep = readFileSync(join(folder, 'b.tar'));
    const nested = { ...component, sha256: createHash('sha256').update(deep).digest('hex'), files: [{ from: 'deep', to: 'deep' }] };
    await fetchComponent(nested, join(folder, 'out'), from(deep));
    expect(readFileSync(join(folder, 'out/deep'), 'utf8')).toBe('deep');
    const absent = { ...nested, files: [{ from: 'absent', to: 'absent' }] };
    await expect(fetchComponent(absent, folder, from(deep))).rejects.toThrow(/absent is in 0 places/);
    await expect(fetchComponent(component, folder, from('evil'))).rejects.toThrow(/does not match its pin/);
  });
});

describe('the helper as a service', () => {
  test('systemd’s unit starts what the package installs', () => {
    const unit = read('build/services/causeway-helper.service');
    expect(unit).toMatch(/^ExecStart=\/opt\/Causeway\/resources\/native\/causeway-helper serve$/m);
    expect(unit).toMatch(/^ConditionPathExists=\/etc\/causeway\/helper\.json$/m);
    const builder = read('electron-builder.yml');
    expect(builder).toContain('from: out/native');
    expect(read('build/deb/deb.ts')).toContain(
      "'usr/lib/systemd/system/causeway-helper.service': join(services, 'causeway-helper.service')",
    );
    expect(builder).toMatch(/^productName: Causeway$/m);
  });

  test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('systemd’s unit is valid for systemd', () => {
    const folder = mkdtempSync(join(tmpdir(), 'unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // What is installed is not here: everything else is said of it
    const unit = read('build/services/causeway-helper.service')
      .replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true')
      .replace(/^ExecStartPre=.*$/m, '');
    writeFileSync(join(folder, 'causeway-helper.service'), unit);
    const output = execFileSync('systemd-analyze', ['verify', '--man=no', join(folder, 'causeway-helper.service')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(output).toBe('');
  });

  test('polkit’s action asks in three languages, for the one program, and shows the command', () => {
    const xml = read('build/services/org.causeway.helper.policy');
    const of = (name: string, lang: string): string =>
      new RegExp(`<${name}${lang === '' ? '' : ` xml:lang="${lang}"`}>([^<]+)<`).exec(xml)?.[1] ?? '';
    for (const name of ['description', 'message']) {
      const texts = ['', 'zh_MO', 'pt_PT'].map((lang) => of(name, lang));
      expect(new Set(texts).size, name).toBe(3);
      expect(texts).not.toContain('');
    }
    for (const lang of ['', 'zh_MO', 'zh_HK', 'zh_TW', 'pt_PT', 'pt']) expect(of('message', lang), lang).toContain('$(command_line)');
    const program = /<annotate key="org.freedesktop.policykit.exec.path">([^<]+)</.exec(xml)?.[1];
    expect(read('build/services/causeway-helper.service')).toContain(`ExecStart=${program ?? '?'} serve\n`);
    expect(xml).toContain('<annotate key="org.freedesktop.policykit.exec.argv1">once<');
    // Asked each time, and only of who sits there
    expect(xml.match(/<allow_\w+>(\w+)</g)).toEqual(['<allow_any>no<', '<allow_inactive>no<', '<allow_active>auth_admin<']);
    expectWellFormed(xml);
  });

  test.skipIf(!existsSync('/usr/bin/systemd-sysusers'))('openconnect has its own user, which the package makes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sysusers-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'etc'));
    execFileSync('systemd-sysusers', [`--root=${folder}`, join(root, 'build/services/causeway-vpn.conf')]);
    expect(readFileSync(join(folder, 'etc/passwd'), 'utf8')).toMatch(
      /^causeway-vpn:[^:]*:\d+:\d+:[^:]*:\/nonexistent:\/usr\/sbin\/nologin$/m,
    );
    expect(read('build/deb/postinst')).toContain('systemd-sysusers causeway-vpn.conf');
    for (const script of ['postinst', 'prerm', 'postrm']) execFileSync('sh', ['-n', join(root, 'build/deb', script)]);
  });

  test.each(['org.causeway.helper.plist', 'causeway-helper.task.xml'])(
    'the service definition for %s is well-formed and starts the helper',
    (file) => {
      const xml = read(`build/services/${file}`);
      expectWellFormed(xml);
      expect(xml).toMatch(/<(string|Arguments)>serve<\//);
      expect(xml).toMatch(
        /\/Library\/PrivilegedHelperTools\/org\.causeway\.helper\/causeway-helper<|\\resources\\native\\causeway-helper\.exe</,
      );
    },
  );

  test('Windows’ task runs as the system, restarts within a minute however it ended, and has normal priority', () => {
    const task = read('build/services/causeway-helper.task.xml');
    expect(task).toMatch(/<UserId>S-1-5-18<\/UserId>/);
    expect(task).toMatch(/<BootTrigger>[\s\S]*<Repetition>\s*<Interval>PT1M<\/Interval>\s*<\/Repetition>\s*<Enabled>true/);
    expect(task).toContain('<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>');
    // The schema's bounds: a byte, and nothing below "normal"
    expect(Number(/<Count>(\d+)</.exec(task)?.[1])).toBeLessThanOrEqual(255);
    expect(Number(/<Priority>(\d+)</.exec(task)?.[1])).toBeLessThanOrEqual(6);
    expect(task).toMatch(/^[\x20-\x7e\n]*$/);
    const builder = read('electron-builder.yml');
    expect(builder).toMatch(/from: build\/services\/causeway-helper\.task\.xml\n {6}to: native\/causeway-helper\.task\.xml/);
  });
});

function expectWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, slash, name = '', empty] of xml.replace(/<(\?|!)[\s\S]*?>/g, '').matchAll(/<(\/?)([A-Za-z_]+)[^>]*?(\/?)>/g)) {
    if (slash === '/') expect(open.pop()).toBe(name);
    else if (empty !== '/') open.push(name);
  }
  expect(open).toEqual([]);
}
