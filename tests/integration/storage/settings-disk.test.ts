import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Settings } from '../../../electron/storage/settings.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';

describe.skipIf(!canMount())('settings on a disk that takes no more', () => {
  let disk: SmallDisk;
  beforeEach(async () => {
    disk = await mountSmallDisk(1);
  });
  afterEach(() => disk.remove());

  /** Some pages long, so that a part of them finds room where the whole does not. */
  const userIds = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`campus-${index}`, 'x'.repeat(60)]));
  const onDisk = () => readFile(join(disk.folder, 'settings.json'), 'utf8');
  const codes = (settings: Settings) => settings.notices.map(({ failure }) => failure.code);

  test.each([
    ['with no room', 0],
    ['with room for a part of them', 1],
    ['with room for most of them', 2],
  ])('settings on a disk %s are unchanged, reported once, and written once there is room', async (_, pagesLeft) => {
    const settings = await Settings.open(disk.folder);
    settings.update(() => ({ userIds }));
    const before = await onDisk();
    await disk.fill(pagesLeft);
    settings.update(() => ({ lastProfileId: 'one' }));
    settings.update(() => ({ lastProfileId: 'two' }));
    expect(codes(settings)).toEqual(['settings-unwritable']);
    expect(settings.get().lastProfileId).toBe('two');
    expect(await onDisk()).toBe(before);
    expect((await readdir(disk.folder)).sort()).toEqual(['filler', 'settings.json']);

    await disk.repair();
    settings.update(() => ({ lastProfileId: 'three' }));
    const next = await Settings.open(disk.folder);
    expect(next.get()).toMatchObject({ userIds, lastProfileId: 'three' });
    expect(next.notices).toEqual([]);
  });

  test('settings on a read-only disk, for root as well, are read, kept and reported once', async () => {
    const first = await Settings.open(disk.folder);
    first.update(() => ({ userIds }));
    const before = await onDisk();
    await disk.setReadOnly(true);
    const settings = await Settings.open(disk.folder);
    expect(settings.get().userIds).toEqual(userIds);
    settings.update(() => ({ lastProfileId: 'one' }));
    expect(codes(settings)).toEqual(['settings-unwritable']);
    expect(await onDisk()).toBe(before);
  });
});
