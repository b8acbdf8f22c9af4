import type { FailureCode } from '../../shared/failure.ts';
import { readOrphanTunnel } from './orphan-tunnels-linux.ts';

/** The failures that a dead name server or a dead route causes. */
export const maybeOrphanTunnel: readonly FailureCode[] = [
  'gateway-name-unknown',
  'gateway-unreachable',
  'gateway-silent',
  'proxy-unreachable',
];

/**
 * What a dead system tunnel of ours left on this computer, as a person would find it (`/etc/resolv.conf, causeway0`), or
 * null. The helper service cleans it up when it starts. Linux only: elsewhere the interface ends with its program. Never
 * rejects.
 */
export async function orphanTunnel(): Promise<string | null> {
  const found = process.platform === 'linux' ? await readOrphanTunnel() : [];
  return found.length === 0 ? null : found.join(', ');
}
