import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { controlAddress, maxSocketPathBytes, type AddressEnvironment } from '../../../electron/app/control/control-address.ts';
import { isOwnFolder } from '../../../electron/net/private-socket-posix.ts';
import { findSession } from '../../../electron/cli/remote-session.ts';
import { serveControl } from '../../../electron/app/control/control.ts';
import { nothingUp } from '../../support/nothing-up.ts';

const asWritten = (folder: string): string => folder;
const place = (more: Partial<AddressEnvironment> = {}): AddressEnvironment => ({
  platform: 'linux',
  runtimeFolder: undefined,
  temporaryFolder: '/tmp',
  realPath: asWritten,
  ...more,
});
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((part) => !/[/\\\0]/.test(part) && !/^\.+$/.test(part));
const folder = fc.array(name, { minLength: 1, maxLength: 8 }).map((parts) => `/${parts.join('/')}`);
const holder = fc.constantFrom('app' as const, 'command-line' as const);

describe('where the private socket is', () => {
  test('the private socket of any folder has an address short enough for every system, and each holder its own', () => {
    const places = fc.record({
      platform: fc.constantFrom<NodeJS.Platform>('linux', 'darwin'),
      runtimeFolder: fc.option(folder, { nil: undefined }),
      temporaryFolder: folder,
    });
    fc.assert(
      fc.property(folder, holder, places, (where, who, more) => {
        const address = controlAddress(where, who, place(more));
        expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
        expect(controlAddress(where, who === 'app' ? 'command-line' : 'app', place(more))).not.toBe(address);
      }),
    );
    expect(maxSocketPathBytes).toBe(103);
  });

  test('the private socket of a long macOS folder is in the temporary folder, a different one for each', () => {
    const temporaryFolder = '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T';
    const long = `/Users/mei/${'Library/'.repeat(12)}Causeway`;
    const address = controlAddress(long, 'command-line', place({ platform: 'darwin', temporaryFolder }));
    expect(address).toMatch(/^\/var\/folders\/zz\/zyxvpxvq6csfxvn_n0000000000000\/T\/causeway-[0-9a-f]{16}\/command-line\.sock$/);
    expect(controlAddress(`${long}2`, 'command-line', place({ platform: 'darwin', temporaryFolder }))).not.toBe(address);
  });

  test('one Windows folder has one pipe, however it is written', () => {
    const real = 'C:\\Users\\Méi Chan\\AppData\\Roaming\\Causeway';
    /** Windows's own: the long name in its own case, before which some calls put `\\?\`. */
    const realPath = (written: string): string => {
      const long = written.replace(/MICHAN~1/i, 'Méi Chan');
      if (!real.toLowerCase().startsWith(long.toLowerCase())) throw new Error('ENOENT');
      return real.slice(0, long.length);
    };
    const windows = place({ platform: 'win32', realPath });
    const pipe = controlAddress(real, 'app', windows);
    expect(pipe).toMatch(/^\\\\\.\\pipe\\causeway-[0-9a-f]{16}-app$/);
    const spellings = fc.tuple(
      fc.constantFrom('', '\\\\?\\', '\\\\.\\'),
      fc.constantFrom(real, real.replace('Méi Chan', 'MICHAN~1')),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      fc.constantFrom('', '\\', '\\.', '\\..\\Causeway'),
      fc.boolean(),
    );
    fc.assert(
      fc.property(spellings, ([prefix, written, upper, end, slashes]) => {
        const cased = Array.from(written)
          .map((letter, index) => (upper[index] ? letter.toUpperCase() : letter.toLowerCase()))
          .join('');
        const spelled = prefix + (slashes ? cased.replaceAll('\\', '/') : cased) + end;
        expect(controlAddress(spelled, 'app', windows)).toBe(pipe);
      }),
    );
    // Also while there is no such folder yet, and on a share
    expect(controlAddress('\\\\?\\UNC\\nas\\Mei\\Causeway', 'app', windows)).toBe(controlAddress('\\\\NAS\\mei\\causeway', 'app', windows));
    expect(controlAddress('D:\\Causeway', 'app', windows)).not.toBe(pipe);
  });
});

describe.skipIf(process.platform === 'win32')('a private folder for the socket', () => {
  const long = (): { base: string; settings: string } => {
    const base = mkdtempSync(path.join(tmpdir(), 'cw-'));
    onTestFinished(() => rmSync(base, { recursive: true, force: true }));
    vi.stubEnv('XDG_RUNTIME_DIR', base);
    onTestFinished(() => void vi.unstubAllEnvs());
    const settings = path.join(base, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(settings, { recursive: true });
    return { base, settings };
  };

  test('a private socket works for a settings folder with a long path', async () => {
    const { settings } = long();
    const server = await serveControl(settings, nothingUp, () => undefined);
    onTestFinished(() => server.close());
    const client = await findSession(settings);
    expect(client?.holder).toBe('app');
    await client?.close();
  });

  test('a socket folder that others can write to is neither listened in nor connected to', async () => {
    const { settings } = long();
    const address = controlAddress(settings, 'app');
    await mkdir(path.dirname(address), { mode: 0o777 });
    await chmod(path.dirname(address), 0o777);
    expect(await isOwnFolder(address)).toBe(false);
    await expect(serveControl(settings, nothingUp, () => undefined)).rejects.toThrow('not-now');
    expect(await findSession(settings)).toBeNull();
  });
});
