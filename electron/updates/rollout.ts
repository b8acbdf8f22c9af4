import { createHash } from 'node:crypto';

/**
 * Whether an installation is in the share that takes a version. The version is part of it, so that not always the same
 * people are first.
 *
 * @param share in percent
 */
export function isInRollout(installation: string, version: string, share: number): boolean {
  const place = createHash('sha256').update(`${installation} ${version}`).digest().readUInt32BE(0) / 2 ** 32;
  return place * 100 < share;
}
