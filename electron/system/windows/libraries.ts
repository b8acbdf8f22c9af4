import { win32 } from 'node:path';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

export type Koffi = typeof koffi;

/** The most characters of a path that are asked for. */
const maxPath = 512;
/** LOAD_LIBRARY_SEARCH_DEFAULT_DIRS: the program's own folder, Windows's, and those that the program adds. */
const safeFolders = 0x1000;

/**
 * The library that every process of Windows has from its start: its name alone finds the one that is there already, and no file.
 */
const kernel = (koffi: Koffi): LibraryHandle => koffi.load('kernel32.dll');

/** Where Windows's own programs and libraries are, as it says itself: an environment may be anybody's. Throws where it does not say. */
export function systemFolder(koffi: Koffi): string {
  const ask = kernel(koffi).func('uint32_t __stdcall GetSystemDirectoryW(void *, uint32_t)');
  const name = Buffer.alloc(maxPath * 2);
  const length: unknown = ask(name, maxPath);
  if (typeof length !== 'number' || length === 0 || length >= maxPath) throw new Error('no system folder');
  return name.toString('utf16le', 0, length * 2);
}

/** One of Windows's own libraries, from its own folder: by a name alone it would be looked for in the working directory and the PATH too. */
export function systemLibrary(koffi: Koffi, name: string): LibraryHandle {
  return koffi.load(win32.join(systemFolder(koffi), name));
}

/**
 * From now on this process looks for libraries that others need in no working directory and no PATH
 * (https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-setdefaultdlldirectories). Throws where
 * Windows does not do it: then nothing is to be loaded.
 */
export function searchSafeFoldersOnly(koffi: Koffi): void {
  const set = kernel(koffi).func('int __stdcall SetDefaultDllDirectories(uint32_t)');
  if (set(safeFolders) === 0) throw new Error('libraries would be looked for in the working directory');
}
