import { win32 } from 'node:path';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

export type Koffi = typeof koffi;

/** Longest path that is read, in characters. */
const maxPath = 512;
/** LOAD_LIBRARY_SEARCH_DEFAULT_DIRS: the program's own folder, Windows's, and those that the program adds. */
const safeFolders = 0x1000;

/**
 * kernel32, which every Windows process has loaded from the start. So its bare name finds the loaded one and no file.
 */
const kernel = (koffi: Koffi): LibraryHandle => koffi.load('kernel32.dll');

/** The folder of Windows's own programs and libraries, from Windows itself, because environment variables can be forged. Throws if unknown. */
export function systemFolder(koffi: Koffi): string {
  const ask = kernel(koffi).func('uint32_t __stdcall GetSystemDirectoryW(void *, uint32_t)');
  const name = Buffer.alloc(maxPath * 2);
  const length: unknown = ask(name, maxPath);
  if (typeof length !== 'number' || length === 0 || length >= maxPath) throw new Error('no system folder');
  return name.toString('utf16le', 0, length * 2);
}

/** Loads one of Windows's own libraries by its full path. A bare name would also be searched in the working directory and the PATH. */
export function systemLibrary(koffi: Koffi, name: string): LibraryHandle {
  return koffi.load(win32.join(systemFolder(koffi), name));
}

/**
 * Stops this process from searching the working directory and the PATH for libraries, including those that other libraries
 * need (https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-setdefaultdlldirectories). Throws if
 * Windows refuses; load nothing then.
 */
export function searchSafeFoldersOnly(koffi: Koffi): void {
  const set = kernel(koffi).func('int __stdcall SetDefaultDllDirectories(uint32_t)');
  if (set(safeFolders) === 0) throw new Error('Windows would search the working directory for libraries');
}
