import type { CertificateVerifier } from '../../trust/verifier.ts';
import { mayLoad, type PortalRules } from '../pages/navigation.ts';
import { openPartition, type Partition } from '../pages/partition.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';

/** The partition that one visit to the portal lives in. */
export type PortalSession = Partition;

/** Opens a partition whose every byte goes through the loopback proxy, to the portal's hosts, past the verifier. */
export async function openPortalSession(rules: PortalRules, verifier: CertificateVerifier, proxy: ProxyAccess): Promise<PortalSession> {
  // The portal's Copy buttons write to the clipboard, on a person's click only; nothing can read it
  const partition = openPartition('portal', verifier, { emptyWithinMs: 5_000, granted: ['clipboard-sanitized-write'] });
  partition.session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !mayLoad(url, rules) }));
  await partition.goThrough(proxy);
  return partition;
}
