import type { CertificateVerifier } from '../../trust/verifier.ts';
import { mayLoad, type PortalRules } from '../pages/navigation.ts';
import { openPartition, type Partition } from '../pages/partition.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';

/** The partition of one visit to the portal. */
export type PortalSession = Partition;

/** Opens a partition that uses the loopback proxy for everything, loads only from the portal's hosts, and asks the verifier about certificates. */
export async function openPortalSession(
  rules: PortalRules,
  verifier: CertificateVerifier,
  proxy: ProxyAccess,
  languages: readonly string[],
): Promise<PortalSession> {
  // The portal's Copy buttons may write to the clipboard when a person clicks. No page can read it
  const partition = openPartition('portal', verifier, { languages, emptyTimeoutMs: 5_000, granted: ['clipboard-sanitized-write'] });
  partition.session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !mayLoad(url, rules) }));
  await partition.useProxy(proxy);
  return partition;
}
