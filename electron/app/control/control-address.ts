import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ControlHolder } from './control-protocol.ts';

/** What the address depends on, besides the folder. */
export interface AddressEnvironment {
  platform: NodeJS.Platform;
  /** `XDG_RUNTIME_DIR`, if it is set. By its specification only this user can use it. */
  runtimeFolder: string | undefined;
  /** The folder for temporary files. On macOS only this user can use it. */
  temporaryFolder: string;
  /** The system's own name for a folder, however the caller spelled it. Throws when there is no such folder. */
  realPath: (folder: string) => string;
}

const currentEnvironment = (): AddressEnvironment => ({
  platform: process.platform,
  runtimeFolder: process.env['XDG_RUNTIME_DIR'] === '' ? undefined : process.env['XDG_RUNTIME_DIR'],
  temporaryFolder: tmpdir(),
  realPath: realpathSync.native,
});

/** `sun_path` has 104 bytes on macOS and 108 on Linux, including the final zero. The system cuts off a longer path, sometimes silently. */
export const maxSocketPathBytes = 103;

/**
 * The address on which the holder of the session listens: a socket in the settings folder, or on Windows a pipe whose
 * name is derived from that folder. If the path is too long for a socket, the socket goes to a private folder
 * (`net/private-socket-posix.ts`) whose name is derived in the same way.
 */
export function controlAddress(folder: string, holder: ControlHolder, environment: AddressEnvironment = currentEnvironment()): string {
  if (environment.platform === 'win32') return `\\\\.\\pipe\\causeway-${shortName(folder, environment)}-${holder}`;
  const own = path.posix.join(folder, `${holder}.sock`);
  if (fits(own)) return own;
  const bases = [environment.runtimeFolder ?? '', environment.temporaryFolder].filter((base) => path.posix.isAbsolute(base));
  const candidates = [...bases, '/tmp'].map((base) =>
    path.posix.join(base, `causeway-${shortName(folder, environment)}`, `${holder}.sock`),
  );
  return candidates.find(fits) ?? own;
}

const fits = (address: string): boolean => Buffer.byteLength(address) <= maxSocketPathBytes;

/** The same for every spelling of one folder: on Windows in any case, as a short name (8.3), or with `\\?\` in front. */
function shortName(folder: string, { platform, realPath }: AddressEnvironment): string {
  const { [platform === 'win32' ? 'win32' : 'posix']: paths } = path;
  const written = paths.resolve(platform === 'win32' ? withoutPrefix(folder) : folder);
  const known = realPathOfExistingPart(written, paths, realPath);
  const name = platform === 'win32' ? withoutPrefix(known).toLowerCase() : known;
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

/** The system's own name for the part of the path that exists, then the rest as it was written. */
function realPathOfExistingPart(written: string, paths: path.PlatformPath, realPath: (folder: string) => string): string {
  for (let at = written; ; at = paths.dirname(at)) {
    try {
      return paths.join(realPath(at), paths.relative(at, written));
    } catch {
      if (at === paths.dirname(at)) return written;
    }
  }
}

const withoutPrefix = (name: string): string =>
  name.replace(/^[\\/]{2}[?.][\\/](UNC[\\/])?/i, (_all, share: string | undefined) => (share === undefined ? '' : '\\\\'));
