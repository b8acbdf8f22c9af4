import { splitHost, type Profile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { endpointOf, type Endpoint } from '../net/endpoint.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import { CertificateQuestion, connectTls } from '../net/tls.ts';

/** How long the first answer may take. */
const firstTimeoutMs = 4_000;
/** How long the others may take after the first: long enough to rank them, too short to be noticed. */
const othersTimeoutMs = 300;

/**
 * A profile's gateways in the order in which to try them. For `quickest`, opens a TLS connection to all of them at once,
 * sends nothing and hangs up. The gateways that answered come first, fastest first; the others keep the profile's order.
 * Never rejects.
 */
export async function gatewayOrder(
  profile: Profile,
  verifier: CertificateVerifier,
  proxies: Proxies,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { gateways } = profile;
  if (profile.gatewayChoice !== 'quickest' || gateways.length < 2) return gateways;
  const stop = new AbortController();
  const racing = AbortSignal.any([signal, stop.signal]);
  const answered: string[] = [];
  const all = gateways.map(async (gateway) => {
    if (!(await answers(endpointOf(splitHost(gateway), profile.connectTo), proxies, verifier, racing))) return;
    answered.push(gateway);
    setTimeout(() => stop.abort(), othersTimeoutMs);
  });
  await Promise.all(all);
  return [...answered, ...gateways.filter((gateway) => !answered.includes(gateway))];
}

/** Whether a gateway accepts a TLS connection. It does if the person would have to be asked about its certificate. */
async function answers(endpoint: Endpoint, proxies: Proxies, verifier: CertificateVerifier, signal: AbortSignal): Promise<boolean> {
  try {
    const socket = await connectTls(await proxies.routeThroughProxy(endpoint, signal), verifier, { signal, timeoutMs: firstTimeoutMs });
    socket.destroy();
    return true;
  } catch (error) {
    return error instanceof CertificateQuestion;
  }
}
