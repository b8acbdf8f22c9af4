import { fileURLToPath } from 'node:url';

/**
 * Turns a command-line argument into a path. File managers and browsers pass files as `file:` addresses. Null for an
 * address with a host other than `localhost`, since opening it would sign this computer in to somebody's share, and for
 * one that names no file.
 */
export function pathOfArgument(argument: string, platform: NodeJS.Platform = process.platform): string | null {
  if (!/^file:/i.test(argument)) return argument;
  if (!/^file:\/(\/(localhost)?\/)?(?!\/)/i.test(argument) || !URL.canParse(argument)) return null;
  const url = new URL(argument);
  if (url.host !== '' || url.search !== '' || url.hash !== '') return null;
  const isWindows = platform === 'win32';
  try {
    const path = fileURLToPath(url, { windows: isWindows });
    // On Windows two slashes of either kind at the start name a host
    return path.includes('\0') || (isWindows && !/^[A-Za-z]:[\\/](?![\\/])/.test(path)) ? null : path;
  } catch {
    return null; // an encoded slash, or a path without a drive
  }
}
