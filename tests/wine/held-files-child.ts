import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { win32 } from 'node:path';
import koffi from 'koffi';
import { Settings } from '../../electron/storage/settings.ts';
import { retryWhileLocked } from '../../electron/system/locked-files.ts';

/**
 * Runs on Windows: holds files as a virus scanner does, by a handle that shares reading only, and prints what renames,
 * removals and the app's settings then come to.
 */
const kernel = koffi.load('kernel32.dll');
const createFile = kernel.func('void *__stdcall CreateFileW(str16, uint32, uint32, void *, uint32, uint32, void *)');
const closeHandle = kernel.func('int __stdcall CloseHandle(void *)');
/** GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING (winnt.h, fileapi.h). */
const [read, shareRead, existing] = [0x8000_0000, 1, 3];

/** Holds a file until the returned function is called. */
function hold(path: string): () => void {
  const handle: unknown = createFile(path, read, shareRead, null, existing, 0, null);
  return () => void closeHandle(handle);
}

const folder = 'C:\\held';
mkdirSync(folder, { recursive: true });
const at = (name: string): string => win32.join(folder, name);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

/** Without a second try, with one while it is held throughout, and with one that outlasts the hold. */
async function tried(work: () => Promise<void>, held: string): Promise<{ once: string; forEver: string; released: string }> {
  const release = hold(held);
  const once = await codeOf(work());
  const forEver = await codeOf(retryWhileLocked(work));
  setTimeout(release, 120);
  const released = await codeOf(retryWhileLocked(work));
  return { once, forEver, released };
}

for (const name of ['from', 'removed', 'over', 'under']) writeFileSync(at(name), name);
const renamed = await tried(() => rename(at('from'), at('to')), at('from'));
const replaced = await tried(() => rename(at('over'), at('under')), at('under'));
const removed = await tried(() => rm(at('removed')), at('removed'));

const settings = await Settings.open(folder);
settings.update(() => ({ lastProfileId: 'one' }));
const release = hold(at('settings.json'));
settings.update(() => ({ lastProfileId: 'two' }));
release();
settings.update(() => ({ lastProfileId: 'three' }));

const found = {
  renamed,
  replaced,
  removed,
  files: readdirSync(folder).sort(),
  under: readFileSync(at('under'), 'utf8'),
  notices: settings.notices.map(({ failure }) => failure.code),
  settings: readFileSync(at('settings.json'), 'utf8').includes('three'),
};
console.log(JSON.stringify(found));
