import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ControlHolder } from './control-protocol.ts';

/** What the address depends on beside the folder. */
export interface AddressPlace {
  platform: NodeJS.Platform;
  /** `XDG_RUNTIME_DIR`, where there is one: this user's alone by its specification. */
  runtime: string | undefined;
  /** The folder for temporary files: on macOS this user's alone. */
  temporary: string;
  /** The name that the system itself has for a folder, whatever it was called; throws where there is none. */
  trueName: (folder: string) => string;
}

const here = (): AddressPlace => ({
  platform: process.platform,
  runtime: process.env['XDG_RUNTIME_DIR'] === '' ? undefined : process.env['XDG_RUNTIME_DIR'],
  temporary: tmpdir(),
  trueName: realpathSync.native,
});

/** `sun_path` has 104 bytes on macOS and 108 on Linux, a zero at the end: a longer one is cut off, silently or not. */
export const maxSocketPathBytes = 103;

/**
 * Where whoever holds the session listens: in the folder of settings, on Windows a pipe by that folder's name. A path
 * that is too long for a socket makes way for one in a private folder (`control-socket-posix.ts`) by that name.
 */
export function controlAddress(folder: string, holder: ControlHolder, place: AddressPlace = here()): string {
  if (place.platform === 'win32') return `\\\\.\\pipe\\causeway-${shortName(folder, place)}-${holder}`;
  const own = path.posix.join(folder, `${holder}.sock`);
  if (fits(own)) return own;
  const bases = [place.runtime ?? '', place.temporary].filter((base) => path.posix.isAbsolute(base));
  const candidates = [...bases, '/tmp'].map((base) => path.posix.join(base, `causeway-${shortName(folder, place)}`, `${holder}.sock`));
  return candidates.find(fits) ?? own;
}

const fits = (address: string): boolean => Buffer.byteLength(address) <= maxSocketPathBytes;

/** The same for every way to write one folder: of Windows's, in any case, by its short name (8.3) or after `\\?\`. */
function shortName(folder: string, { platform, trueName }: AddressPlace): string {
  const { [platform === 'win32' ? 'win32' : 'posix']: paths } = path;
  const written = paths.resolve(platform === 'win32' ? withoutPrefix(folder) : folder);
  const known = nearest(written, paths, trueName);
  const name = platform === 'win32' ? withoutPrefix(known).toLowerCase() : known;
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

/** The system's own name for as much of the path as there is, and the rest as it was written. */
function nearest(written: string, paths: path.PlatformPath, trueName: (folder: string) => string): string {
  for (let at = written; ; at = paths.dirname(at)) {
    try {
      return paths.join(trueName(at), paths.relative(at, written));
    } catch {
      if (at === paths.dirname(at)) return written;
    }
  }
}

const withoutPrefix = (name: string): string =>
  name.replace(/^[\\/]{2}[?.][\\/](UNC[\\/])?/i, (_all, share: string | undefined) => (share === undefined ? '' : '\\\\'));
