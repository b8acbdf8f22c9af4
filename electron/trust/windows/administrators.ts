import { realpath } from 'node:fs/promises';
import { win32 } from 'node:path';
import { native } from './native.ts';
import { isAdministrators, isLeftToAdministrators } from './security-descriptor.ts';

/** Whether a file or folder, and every folder on the way to it, can be changed by Windows's administrators only. */
export async function isAdministratorsAlone(path: string): Promise<boolean> {
  try {
    const windows = await native();
    // Where a link on the way leads elsewhere, both ways count
    for (const way of new Set([path, await realpath(path)])) {
      // Another computer says of its files what it likes
      if (!/^[A-Za-z]:\\/.test(way)) return false;
      for (let [at, depth] = [win32.normalize(way), 0]; ; [at, depth] = [win32.dirname(at), depth + 1]) {
        const descriptor = windows.securityOf(at);
        const place = depth === 0 ? 'itself' : depth === 1 ? 'holder' : 'above';
        if (!descriptor || !isLeftToAdministrators(descriptor, place)) return false;
        if (at === win32.dirname(at)) break;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a named pipe is one that the system's administrators made. Asked by who is connected to it already: as long
 * as they are, the name leads to that pipe.
 */
export async function isAdministratorsPipe(path: string): Promise<boolean> {
  const descriptor = (await native()).securityOf(path);
  return descriptor !== null && isAdministrators(descriptor);
}
