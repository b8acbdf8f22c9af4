import type { FailureCode } from '../../shared/failure.ts';
import { readOrphanTunnel } from './orphan-tunnels-linux.ts';

/** What a name server or a route that leads nowhere looks like from here. */
export const maybeOrphanTunnel: readonly FailureCode[] = [
  'gateway-name-unknown',
  'gateway-unreachable',
  'gateway-silent',
  'proxy-unreachable',
];

/**
 * What a system tunnel of ours that nobody carries any more left on this computer, as a person finds it there
 * (`/etc/resolv.conf, causeway0`); null: nothing. Its service takes it away as it starts. Looked for on Linux: elsewhere
 * the interface goes with its program. Never rejects.
 */
export async function orphanTunnel(): Promise<string | null> {
  const found = process.platform === 'linux' ? await readOrphanTunnel() : [];
  return found.length === 0 ? null : found.join(', ');
}
