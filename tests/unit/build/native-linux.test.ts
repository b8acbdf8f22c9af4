import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ensureOpenConnect } from '../../../build/native-linux.ts';

test.skipIf(process.platform !== 'linux')(
  'an OpenConnect that cannot be built is reported in one line, and an older build is not taken for it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'native-'));
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    vi.stubEnv('XDG_CACHE_HOME', folder);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      printed.mockRestore();
      rmSync(folder, { recursive: true });
    });
    const link = join(folder, 'native-linux');
    mkdirSync(join(folder, 'old'));
    symlinkSync(join(folder, 'old'), link);

    expect(await ensureOpenConnect(`file://${folder}/no-pool`, link)).toBe(false);
    expect(printed.mock.calls.flat().map(String).at(-1)).toMatch(
      /^NOT MADE, our own OpenConnect; the system's serves instead: .+no package source has a pool\//,
    );
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
    // Nothing half made is left for the next run
    expect(readdirSync(join(folder, 'causeway/openconnect'))).toEqual([]);
    expect(existsSync(join(folder, 'old'))).toBe(true);
  },
);
