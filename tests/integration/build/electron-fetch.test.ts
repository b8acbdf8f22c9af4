import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseRuntime, fetchElectron, runInstaller } from '../../../build/electron.ts';

const nothing = (): null => null;
const fails = (failure: string) => vi.fn(() => Promise.resolve({ failure }));

describe('what the app runs on', () => {
  beforeEach(() => vi.stubEnv('ELECTRON_BINARY', undefined));
  afterEach(() => vi.unstubAllEnvs());
  const person = { double: false, isRoot: false, platform: 'linux' as const };

  test('an installed Electron is used without a download', async () => {
    const fetch = fails('asked');
    expect(await chooseRuntime({ ...person, find: () => '/electron', fetch })).toMatchObject({ electron: '/electron' });
    expect(fetch).not.toHaveBeenCalled();
  });

  test('a missing Electron is downloaded and used', async () => {
    const found = vi.fn<() => string | null>().mockReturnValueOnce(null).mockReturnValueOnce('/electron');
    const fetch = vi.fn(() => Promise.resolve({ failure: null }));
    expect(await chooseRuntime({ ...person, find: found, fetch })).toEqual({ electron: '/electron', why: 'it was fetched just now' });
  });

  test('the double is used if Electron cannot be downloaded, and the reason is printed', async () => {
    const runtime = await chooseRuntime({ ...person, find: nothing, fetch: fails('no such host') });
    expect(runtime).toEqual({ electron: null, why: 'Electron cannot be fetched: no such host' });
  });

  test.each(['win32', 'darwin'] as const)('on %s, an Electron that cannot be downloaded is an error', async (platform) => {
    const choice = chooseRuntime({ ...person, platform, find: nothing, fetch: fails('no such host') });
    await expect(choice).rejects.toThrow(/cannot be fetched: no such host\nTry once more with: npx install-electron/);
  });

  test('the double is used for root and with --double, and nothing is downloaded', async () => {
    const fetch = fails('asked');
    const options = { ...person, find: () => '/electron', fetch };
    expect(await chooseRuntime({ ...options, isRoot: true })).toMatchObject({ electron: null });
    expect(await chooseRuntime({ ...options, double: true })).toMatchObject({ electron: null });
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('fetching Electron', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'causeway-fetch-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  let installers = 0;
  const installer = (code: string): string => {
    installers += 1;
    const file = join(folder, `install-${installers}.js`);
    writeFileSync(file, code);
    return file;
  };

  test('a download succeeds if its installer does', async () => {
    expect(await runInstaller(installer('process.exit(0)'))).toBeNull();
  });

  test('a failed download reports the installer’s message', async () => {
    const code = "console.error(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND github.com') })); process.exit(1)";
    expect(await runInstaller(installer(code))).toMatch(/does not answer .*ENOTFOUND github\.com/);
  });

  test('a stalled download is given up, and one that makes progress is not', async () => {
    const stalls = installer('setInterval(() => undefined, 1000)');
    expect(await runInstaller(stalls, { stalledMs: 400 })).toMatch(/^nothing came/);
    const slow = `const { appendFileSync } = require('fs'); let n = 0;
      setInterval(() => { appendFileSync(require('path').join(require('os').tmpdir(), 'part'), 'x'); if (++n === 12) process.exit(0); }, 150);`;
    expect(await runInstaller(installer(slow), { stalledMs: 1_200 })).toBeNull();
    expect(await runInstaller(stalls, { stalledMs: 60_000, longest: 300 })).toBe('it takes too long');
  }, 90_000);

  test('a failed download is not retried for a day', async () => {
    const note = join(folder, 'out', 'note.json');
    const install = vi.fn(() => Promise.resolve<string | null>('no such host'));
    expect(await fetchElectron({ note, install, now: 1_000 })).toEqual({ failure: 'no such host' });
    expect((await fetchElectron({ note, install, now: 80_000_000 })).failure).toMatch(/no such host \(tried less than a day ago/);
    expect(install).toHaveBeenCalledTimes(1);
    install.mockResolvedValueOnce(null);
    expect(await fetchElectron({ note, install, now: 90_000_000 })).toEqual({ failure: null });
    expect(existsSync(note)).toBe(false);
  });
});
