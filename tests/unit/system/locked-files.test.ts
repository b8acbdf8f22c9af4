import type * as Fs from 'node:fs';
import type * as Promises from 'node:fs/promises';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Redactor } from '../../../electron/redaction/redactor.ts';
import { openLog } from '../../../electron/desktop/system/log.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { retryWhileLocked } from '../../../electron/system/locked-files.ts';
import { replaceFile } from '../../../campus/durable-file.ts';

/** What a virus scanner holds: by the end of its name, how often the system still says so, and to whom. */
interface Hold {
  times: number;
  code: string;
  only?: 'rename' | 'rm' | 'copy';
}
const held = vi.hoisted(() => new Map<string, Hold>());
const refuse = vi.hoisted(() => (what: Hold['only'], ...paths: string[]): void => {
  for (const path of paths) {
    const [name, hold] = Array.from(held).find(([end]) => path.endsWith(end)) ?? [];
    if (hold === undefined || hold.times <= 0 || (hold.only ?? what) !== what) continue;
    hold.times -= 1;
    throw Object.assign(new Error(`${hold.code}: held, ${String(name)}`), { code: hold.code });
  }
});
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    renameSync(from: string, to: string) {
      refuse('rename', from, to);
      fs.renameSync(from, to);
    },
    rmSync(path: string, options: Fs.RmOptions) {
      refuse('rm', path);
      fs.rmSync(path, options);
    },
    copyFileSync(from: string, to: string) {
      refuse('copy', to);
      fs.copyFileSync(from, to);
    },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof Promises>();
  return {
    ...fs,
    async rename(from: string, to: string) {
      refuse('rename', from, to);
      await fs.rename(from, to);
    },
  };
});

let folder: string;
beforeEach(() => {
  held.clear();
  folder = mkdtempSync(join(tmpdir(), 'cw-held-'));
});
afterEach(() => {
  held.clear();
  rmSync(folder, { recursive: true, force: true });
});
const codes = ['EPERM', 'EBUSY', 'EACCES'];
const unwritable = (settings: Settings) => settings.notices.map(({ failure }) => failure.code);

describe('files that a virus scanner holds', () => {
  test.each(codes)('written settings are not reported as unwritable if a copy of the old ones cannot be removed: %s', async (code) => {
    const settings = await Settings.open(folder);
    settings.update(() => ({ lastProfileId: 'one' }));
    held.set('.last', { times: Number.POSITIVE_INFINITY, code, only: 'rm' });
    settings.update(() => ({ lastProfileId: 'two' }));
    expect(unwritable(settings)).toEqual([]);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toContain('two');
  });

  test.each(codes)('a damaged file is set aside once its lock is gone: %s', async (code) => {
    writeFileSync(join(folder, 'settings.json'), 'not JSON');
    held.set('settings.json', { times: 3, code });
    const settings = await Settings.open(folder);
    expect(readdirSync(folder).some((name) => name.startsWith('settings.damaged-'))).toBe(true);
    settings.update(() => ({ lastProfileId: 'one' }));
    expect(unwritable(settings)).toEqual(['settings-damaged']);
  });

  test.each(codes)('the log is rotated once its lock is gone, and is written on until then: %s', (code) => {
    const log = openLog(folder, new Redactor());
    const fill = (): void => {
      for (let count = 0; count < 300; count++) log.line('x '.repeat(900));
    };
    held.set('causeway.log', { times: 3, code });
    fill();
    expect(readdirSync(folder).sort()).toEqual(['causeway.log', 'causeway.log.1']);
    held.set('causeway.log.1', { times: Number.POSITIVE_INFINITY, code });
    fill();
    log.line('said while it is held');
    expect(readFileSync(join(folder, 'causeway.log'), 'utf8')).toContain('said while it is held');
    held.clear();
    fill();
    log.line('said afterwards');
    expect(readdirSync(folder).sort()).toEqual(['causeway.log', 'causeway.log.1', 'causeway.log.2']);
    expect(readFileSync(join(folder, 'causeway.log'), 'utf8')).toContain('said afterwards');
  });

  test.each(codes)('a campus’s file is replaced once its lock is gone: %s', async (code) => {
    const file = join(folder, 'campus.json');
    held.set('campus.json', { times: 3, code });
    await replaceFile(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder).map((name) => basename(name))).toEqual(['campus.json']);
  });

  test('retrying ends after a while, and another error is thrown at once', async () => {
    const busy = vi.fn(() => Promise.reject(Object.assign(new Error('no'), { code: 'EBUSY' })));
    const before = performance.now();
    await expect(retryWhileLocked(busy)).rejects.toThrow('no');
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(busy.mock.calls.length).toBeGreaterThan(3);
    const full = vi.fn(() => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })));
    await expect(retryWhileLocked(full)).rejects.toThrow('full');
    expect(full).toHaveBeenCalledOnce();
  });
});
