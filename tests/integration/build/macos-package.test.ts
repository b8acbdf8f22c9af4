import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readPlist } from '../../../build/release/plist.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const builder = read('electron-builder.yml');

describe('the signature on macOS', () => {
  test('the app and everything in it may make code as it runs, and nothing else: libraries must be ours or Apple’s', () => {
    const files = [...builder.matchAll(/^ {2}entitlements(?:Inherit)?: (\S+)$/gm)].map(([, file = '']) => file);
    expect(files).toHaveLength(2);
    for (const file of files) expect(readPlist(read(file))).toEqual({ 'com.apple.security.cs.allow-jit': true });
    expect(builder).toMatch(/^ {2}hardenedRuntime: true$/m);
  });
});

describe('the signature on Windows', () => {
  test('each of our own libraries is signed, and no library that its makers have signed', () => {
    const section = /^ {2}signExts:\n((?: {4}- \S+\n)+)/m.exec(builder)?.[1] ?? '';
    const endings = [...section.matchAll(/- (\S+)/g)].map(([, ending = '']) => ending);
    const isSigned = (name: string): boolean => endings.some((ending) => name.endsWith(ending));
    const ours = [...read('build/native.json').matchAll(/"name": "(\S+\.dll)"/g)].map(([, name = '']) => name);
    expect(ours.length).toBeGreaterThan(4);
    expect(ours.filter((name) => !isSigned(name))).toEqual([]);
    expect(['wintun.dll', 'd3dcompiler_47.dll', 'dxil.dll'].filter(isSigned)).toEqual([]);
  });
});

/** The pkg's scripts run as root on a Mac. Here they run as root in a folder, with a `launchctl` that only notes its calls. */
describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('the pkg', () => {
  let volume: string;
  let calls: string;
  let running: ChildProcess[];
  beforeEach(() => {
    volume = mkdtempSync(join(tmpdir(), 'causeway-volume-'));
    calls = join(volume, 'calls');
    running = [];
    writeFileSync(calls, '');
    put('bin/launchctl', `#!/bin/sh\necho "launchctl $*" >>'${calls}'\n`, 0o755);
    put('bin/pkgutil', `#!/bin/sh\necho "pkgutil $*" >>'${calls}'\n`, 0o755);
    // Nobody waits for time here
    put('bin/sleep', `#!/bin/sh\necho slept >>'${calls}'\n`, 0o755);
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(volume, { recursive: true });
  });

  const at = (path: string): string => join(volume, path);
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content, { mode });
  };
  const native = 'Applications/Causeway.app/Contents/Resources/native';
  const helper = 'Library/PrivilegedHelperTools/org.causeway.helper';
  const definition = 'Library/LaunchDaemons/org.causeway.helper.plist';
  const called = (): string[] => readFileSync(calls, 'utf8').split('\n').filter(Boolean);
  const env = (): NodeJS.ProcessEnv => ({ PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`, CAUSEWAY_ROOT: volume });
  /** With the arguments that Apple's installer gives: the package, the folder, the volume. */
  const run = async (script: string): Promise<void> => {
    await promisify(execFile)(join(root, 'build/macos', script), ['Causeway.pkg', at('Applications'), volume], {
      env: env(),
      timeout: 20_000,
    });
  };
  const putApp = (version: string): void => {
    for (const name of ['causeway-helper', 'openconnect', 'vpnc-script', 'libopenconnect.5.dylib', 'causeway'])
      put(`${native}/${name}`, `${name} ${version}`, 0o777);
    put(`${native}/org.causeway.helper.plist`, read('build/services/org.causeway.helper.plist'));
  };

  test('the pkg puts what runs as root where only root can write, loads it, and makes `causeway` a command', async () => {
    putApp('1');
    await run('pkg/postinstall');
    // electron-builder names the script twice
    await run('pkg/postinstall');
    expect(readdirSync(at(helper)).sort()).toEqual(['causeway-helper', 'libopenconnect.5.dylib', 'openconnect', 'vpnc-script']);
    for (const name of ['', '/causeway-helper', '/libopenconnect.5.dylib']) {
      const { uid, mode } = statSync(at(helper + name));
      expect({ uid, others: mode & 0o022 }, name).toEqual({ uid: 0, others: 0 });
    }
    expect(readlinkSync(at('usr/local/bin/causeway'))).toBe(at(`${native}/causeway`));
    expect(called().slice(0, 2)).toEqual(['launchctl bootout system/org.causeway.helper', `launchctl bootstrap system ${at(definition)}`]);
  });

  test('what launchd starts is what the pkg puts there', async () => {
    putApp('1');
    await run('pkg/postinstall');
    const job = z.object({ ProgramArguments: z.array(z.string()) }).parse(readPlist(readFileSync(at(definition), 'utf8')));
    expect(readFileSync(at(job.ProgramArguments[0] ?? ''), 'utf8')).toBe('causeway-helper 1');
  });

  test('an upgrade replaces the helper whole, and keeps nothing of the one before', async () => {
    putApp('1');
    await run('pkg/postinstall');
    rmSync(at(`${native}/vpnc-script`));
    putApp('2');
    rmSync(at(`${native}/libopenconnect.5.dylib`));
    // Left by an installation that was cut short
    put(`${helper}.new/half`, '');
    await run('pkg/postinstall');
    expect(readFileSync(at(`${helper}/openconnect`), 'utf8')).toBe('openconnect 2');
    expect(readdirSync(at(helper)).sort()).toEqual(['causeway-helper', 'openconnect', 'vpnc-script']);
    expect(readdirSync(at('Library/PrivilegedHelperTools'))).toEqual(['org.causeway.helper']);
  });

  test('a `causeway` of somebody else’s in /usr/local/bin stays', async () => {
    putApp('1');
    put('usr/local/bin/causeway', 'another program');
    await run('pkg/postinstall');
    expect(readFileSync(at('usr/local/bin/causeway'), 'utf8')).toBe('another program');
    await run('uninstall');
    expect(readFileSync(at('usr/local/bin/causeway'), 'utf8')).toBe('another program');
  });

  test('a helper that launchd does not load at once does not fail the installation', async () => {
    putApp('1');
    put('bin/launchctl', '#!/bin/sh\nexit 5\n', 0o755);
    await run('pkg/postinstall');
    expect(existsSync(at(definition))).toBe(true);
  });

  /** A process with the app's path as its name, which ends or does not end when it is asked to. */
  const startApp = async (onTerm: string): Promise<ChildProcess> => {
    const program = at('Applications/Causeway.app/Contents/MacOS/Causeway');
    mkdirSync(dirname(program), { recursive: true });
    copyFileSync('/bin/sleep', program);
    const child = spawn('sh', ['-c', `${onTerm} exec '${program}' 60`], { stdio: 'ignore' });
    running.push(child);
    // Before that the process still has the shell's name
    await expect.poll(() => readFileSync(`/proc/${child.pid ?? 0}/cmdline`, 'utf8')).toMatch(/Causeway\.app\/Contents\/MacOS\/Causeway\0/);
    return child;
  };

  test('the pkg asks a running app to end before it replaces it', async () => {
    const app = await startApp('');
    const ended = once(app, 'exit');
    await run('pkg/preinstall');
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(called()[0]).toBe('launchctl bootout system/org.causeway.helper');
  });

  test('the pkg ends an app that does not end by itself, after fifteen seconds', async () => {
    const app = await startApp("trap '' TERM;");
    const ended = once(app, 'exit');
    await run('pkg/preinstall');
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(called().filter((call) => call === 'slept')).toHaveLength(15);
  });

  test('the pkg’s first installation has nothing to end', async () => {
    await run('pkg/preinstall');
    expect(called()).toEqual(['launchctl bootout system/org.causeway.helper']);
  });

  test('uninstall leaves nothing behind but what is the administrator’s', async () => {
    putApp('1');
    await run('pkg/postinstall');
    put('etc/causeway/helper.json', '{}');
    put('var/db/causeway/journal', '');
    await run('uninstall');
    expect([native, helper, definition, 'usr/local/bin/causeway', 'var/db/causeway'].filter((path) => existsSync(at(path)))).toEqual([]);
    expect(existsSync(at('etc/causeway/helper.json'))).toBe(true);
    expect(called().at(-1)).toBe('pkgutil --forget org.causeway.client');
  });

  test('the scripts are where electron-builder looks for them, and can be run', () => {
    expect(builder).toMatch(/^ {2}scripts: macos\/pkg$/m);
    for (const script of ['pkg/preinstall', 'pkg/postinstall', 'uninstall'])
      expect(statSync(join(root, 'build/macos', script)).mode & 0o111, script).toBe(0o111);
  });
});
