import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onlyRootCanChange } from '../../../electron/system/root-owned.ts';

const isRoot = process.platform !== 'win32' && process.getuid?.() === 0;
const nobody = 65_534;

describe.skipIf(!isRoot)('a path is root’s alone by every hop of every link', () => {
  let folder: string;
  const at = (...names: string[]): string => join(folder, ...names);
  beforeAll(() => {
    // Below a folder that is root's: the system's folder for temporary files is everybody's
    folder = mkdtempSync('/run/cw-r-');
    chmodSync(folder, 0o755);
    for (const name of ['safe', 'safe/deep', 'open']) mkdirSync(at(name));
    chmodSync(at('open'), 0o777);
    mkdirSync(at('theirs'));
    chownSync(at('theirs'), nobody, nobody);
    for (const name of ['safe/file', 'safe/deep/file', 'open/file', 'theirs/file']) writeFileSync(at(name), '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A link of root's in that place. */
  const link = (name: string, target: string): string => {
    symlinkSync(target, at(name));
    return at(name);
  };

  test('a path through root’s links in root’s folders belongs to root alone: absolute, relative, chained, and with dots', async () => {
    expect(await onlyRootCanChange(at('safe/file'))).toBe(true);
    expect(await onlyRootCanChange(link('safe/absolute', at('safe/deep/file')))).toBe(true);
    expect(await onlyRootCanChange(link('safe/relative', 'deep/file'))).toBe(true);
    expect(await onlyRootCanChange(link('safe/up', '../safe/./deep/../file'))).toBe(true);
    link('safe/first', 'second');
    link('safe/second', at('safe/third'));
    expect(await onlyRootCanChange(link('safe/third', 'deep/file'))).toBe(true);
    expect(await onlyRootCanChange(at('safe/first'))).toBe(true);
    link('safe/folder', 'deep');
    expect(await onlyRootCanChange(at('safe/folder/file'))).toBe(true);
    // From where the link led, not from where it stands
    expect(await onlyRootCanChange(`${at('safe/folder')}/../file`)).toBe(true);
  });

  test('a path does not belong to root alone if the middle one of three links is in a folder that others can write to', async () => {
    link('safe/chain', at('open/middle'));
    link('open/middle', at('safe/file'));
    expect(await onlyRootCanChange(at('safe/chain'))).toBe(false);
    link('safe/longer', 'safe-again');
    link('safe/safe-again', '../open/middle');
    expect(await onlyRootCanChange(at('safe/longer'))).toBe(false);
  });

  test('a path does not belong to root alone if a folder on it is such a link, or if a link belongs to somebody else', async () => {
    link('safe/way', at('open/folder'));
    link('open/folder', at('safe/deep'));
    expect(await onlyRootCanChange(at('safe/way/file'))).toBe(false);
    expect(await onlyRootCanChange(`${at('safe/way')}/../file`)).toBe(false);
    const other = link('safe/others', 'file');
    lchownSync(other, nobody, nobody);
    expect(await onlyRootCanChange(other)).toBe(false);
  });

  test('a path does not belong to root alone if its end, or that one’s folder, belongs to or is open to others', async () => {
    expect(await onlyRootCanChange(at('open/file'))).toBe(false);
    expect(await onlyRootCanChange(at('theirs/file'))).toBe(false);
    expect(await onlyRootCanChange(link('safe/to-theirs', '../theirs/file'))).toBe(false);
    expect(await onlyRootCanChange(`${at('theirs')}/../safe/file`)).toBe(false);
    writeFileSync(at('safe/group'), '');
    chmodSync(at('safe/group'), 0o664);
    expect(await onlyRootCanChange(at('safe/group'))).toBe(false);
  });

  test('a path that is circular, dangling or relative does not belong to root alone', { timeout: 5_000 }, async () => {
    link('safe/one', 'two');
    expect(await onlyRootCanChange(link('safe/two', 'one'))).toBe(false);
    expect(await onlyRootCanChange(link('safe/itself', 'itself/file'))).toBe(false);
    expect(await onlyRootCanChange(link('safe/nowhere', 'no-such-file'))).toBe(false);
    expect(await onlyRootCanChange('bin/sh')).toBe(false);
    expect(await onlyRootCanChange('')).toBe(false);
  });
});
