import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { CausewayError, fail } from '../../shared/failure.ts';
import { httpsFile } from '../net/https-file.ts';
import type { RouteThroughProxy } from '../net/https.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { addressIn, asUpdateFailure } from './feed.ts';
import type { UpdateFile } from './metadata.ts';

/** The longest time without a byte, and for all of a file: an hour is 120 MB at 33 kB a second. */
const stallMs = 45_000;
const timeoutMs = 4 * 60 * 60 * 1000;

export interface DownloadOptions {
  verifier: CertificateVerifier;
  routeThroughProxy?: RouteThroughProxy | undefined;
  signal: AbortSignal;
  /** How many bytes there are so far. */
  onProgress: (received: number) => void;
  /** For tests. */
  stallMs?: number;
}

/**
 * Writes a file of the metadata to a path, as far as it is the one that was signed: its size and its SHA-512. Nothing is left
 * there after a failure.
 *
 * Fails with `update-unreachable`, `update-damaged` (broken off, too long, or another content), `update-disk-full`,
 * `update-unwritable`, a `certificate-*` or `proxy-*` failure, or `cancelled`.
 */
export async function downloadFile(feed: string, file: UpdateFile, destination: string, options: DownloadOptions): Promise<void> {
  try {
    await write(feed, file, destination, options);
  } catch (error) {
    await rm(destination, { force: true }).catch(() => undefined);
    throw asDiskFailure(error);
  }
}

async function write(feed: string, { path, size, sha512 }: UpdateFile, destination: string, options: DownloadOptions): Promise<void> {
  const address = addressIn(feed, path);
  const { host } = new URL(address);
  const { verifier, routeThroughProxy, signal, onProgress } = options;
  const hash = createHash('sha512');
  let received = 0;
  // Only this person may read or replace it, and an old file of that name is never followed or appended to
  await rm(destination, { force: true });
  await using target = await open(destination, 'wx', 0o600);
  await httpsFile(address, verifier, {
    signal,
    stallMs: options.stallMs ?? stallMs,
    timeoutMs,
    size,
    routeThroughProxy,
    take: async (part) => {
      await target.writeFile(part);
      hash.update(part);
      received += part.length;
      onProgress(received);
    },
  }).catch((thrown: unknown) => {
    throw asDownloadFailure(thrown);
  });
  if (hash.digest('base64') !== sha512) throw fail('update-damaged', { file: path }, { detail: 'its SHA-512 is another one' });
  await target.sync();

  function asDownloadFailure(thrown: unknown): unknown {
    if (!(thrown instanceof CausewayError)) return thrown;
    const { code, detail = code } = thrown.failure;
    const isStatus = detail.startsWith('HTTP ');
    // What came was not the file: it broke off on the way, or it is longer than what was signed
    if ((code === 'gateway-closed' && received > 0) || (code === 'gateway-protocol' && !isStatus))
      return fail('update-damaged', { file: path }, { detail, cause: thrown });
    return asUpdateFailure(thrown, host);
  }
}

/** An error of the file system, as a failure about this computer's disk. All others stay as they are. */
export function asDiskFailure(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return thrown;
  const detail = `${thrown.code}: ${thrown.message}`;
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(thrown.code)) return fail('update-disk-full', undefined, { detail, cause: thrown });
  return /^E[A-Z]+$/.test(thrown.code) ? fail('update-unwritable', undefined, { detail, cause: thrown }) : thrown;
}
