import http from 'node:http';
import type { TLSSocket } from 'node:tls';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import { explained } from '../access/captive-portal.ts';
import { bounded } from '../trust/bounded.ts';
import type { CertificateJudge } from '../trust/certificate.ts';
import { endpointOf, type Endpoint } from '../trust/endpoint.ts';
import { findOldTls } from '../trust/old-tls.ts';
import { reachesWithinMs } from '../trust/plain.ts';
import type { Proxies } from '../trust/proxies.ts';
import { connectTls } from '../trust/tls.ts';

const clockWithinMs = 3_000;

/** What a gateway shows without a sign-in. */
export interface GatewayLook {
  gateway: string;
  /** The way to it by which it was looked at. */
  endpoint: Endpoint;
  /** Why it cannot be used; null where it answers with a certificate that is trusted. */
  failure: Failure | null;
  /** How far our clock is ahead of its own, in milliseconds; null where it does not say. */
  ahead: number | null;
}

/** By whose word and by which ways a gateway is looked at. */
export interface Looking {
  profile: Profile;
  judge: CertificateJudge;
  proxies: Proxies;
  /** By whoever administers this computer. */
  oldTlsAllowed: boolean;
  now: () => number;
}

/** Looks at one gateway: it is reached, its certificate judged, its clock read. Nothing is signed in to. Never rejects. */
export async function lookAtGateway(gateway: string, looking: Looking, signal: AbortSignal): Promise<GatewayLook> {
  const { profile, judge, proxies, oldTlsAllowed, now } = looking;
  let endpoint: Endpoint = { ...endpointOf(splitHost(gateway), profile.connectTo), ...(oldTlsAllowed && { oldTls: true }) };
  try {
    endpoint = await proxies.lead(endpoint, signal);
    const old = oldTlsAllowed ? null : await findOldTls(endpoint, signal);
    if (old) return { gateway, endpoint, failure: old, ahead: null };
    const socket = await connectTls(endpoint, judge, { signal, timeoutMs: reachesWithinMs });
    return { gateway, endpoint, failure: null, ahead: await clockAhead(socket, endpoint.host, now, signal) };
  } catch (error) {
    const failure = failureOf(error);
    // Behind a proxy it is the proxy that sees the network
    const why = endpoint.via ? null : await explained(failure, profile, endpoint.host, signal).catch(() => null);
    return { gateway, endpoint, failure: why?.failure ?? failure, ahead: null };
  }
}

/** By the `Date` of its answer to a HEAD. Closes the connection. */
async function clockAhead(socket: TLSSocket, host: string, now: () => number, signal: AbortSignal): Promise<number | null> {
  const request = http.request({ createConnection: () => socket, method: 'HEAD', path: '/', headers: { host, connection: 'close' } });
  request.on('error', () => undefined);
  const bound = { signal, ms: clockWithinMs, late: () => fail('gateway-silent', { host }), release: () => request.destroy() };
  try {
    return await bounded<number | null>(bound, (done, failed) => {
      request.on('error', failed);
      request.on('response', ({ headers }) => {
        const date = Date.parse(headers.date ?? '');
        done(Number.isNaN(date) ? null : now() - date);
      });
      request.end();
    });
  } catch {
    return null; // a gateway that speaks no HTTP at its front has no clock for us
  } finally {
    socket.destroy();
  }
}
