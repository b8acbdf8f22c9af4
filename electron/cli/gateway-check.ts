import http from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Agent } from '../../shared/agent.ts';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import { explained } from '../access/watch/captive-portal.ts';
import { bounded } from '../net/deadline.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { endpointOf, type Endpoint } from '../net/endpoint.ts';
import { findOldTls } from '../net/old-tls.ts';
import { connectTimeoutMs } from '../net/tcp.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import { connectTls } from '../net/tls.ts';

const clockWithinMs = 3_000;
/** More than fits one packet, and less than any server takes a request's head to be (8 KB is the least that is usual). */
const longBytes = 4_000;
const longWithinMs = 4_000;

/** What a gateway shows without a sign-in. */
export interface GatewayLook {
  gateway: string;
  /** The way to it by which it was looked at. */
  endpoint: Endpoint;
  /** Why it cannot be used; null where it answers with a certificate that is trusted. */
  failure: Failure | null;
  /** How far our clock is ahead of its own, in milliseconds; null where it does not say. */
  ahead: number | null;
  /** Long packets do not get there, and nobody says so. */
  dropsLong?: boolean;
}

/** By whose word and by which ways a gateway is looked at. */
export interface Looking {
  profile: Profile;
  verifier: CertificateVerifier;
  proxies: Proxies;
  /** By whoever administers this computer. */
  oldTlsAllowed: boolean;
  agent: Agent;
  now: () => number;
}

/** Looks at one gateway: it is reached, its certificate judged, its clock read. Nothing is signed in to. Never rejects. */
export async function lookAtGateway(gateway: string, looking: Looking, signal: AbortSignal): Promise<GatewayLook> {
  const { profile, verifier, proxies, oldTlsAllowed, agent, now } = looking;
  let endpoint: Endpoint = { ...endpointOf(splitHost(gateway), profile.connectTo), ...(oldTlsAllowed && { oldTls: true }) };
  try {
    endpoint = await proxies.routeThroughProxy(endpoint, signal);
    const old = oldTlsAllowed ? null : await findOldTls(endpoint, signal);
    if (old) return { gateway, endpoint, failure: old, ahead: null };
    const socket = await connectTls(endpoint, verifier, { signal, timeoutMs: connectTimeoutMs });
    const named = { 'user-agent': agent.userAgent };
    const short = await headOf(socket, endpoint.host, named, clockWithinMs, signal);
    const ahead = short === 'silent' || short.date === null ? null : now() - short.date;
    // Of one that says nothing to a short request a long one tells nothing
    const dropsLong = short !== 'silent' && (await dropsLongPackets(endpoint, verifier, named, signal));
    return { gateway, endpoint, failure: null, ahead, dropsLong };
  } catch (error) {
    const failure = failureOf(error);
    // Behind a proxy it is the proxy that sees the network
    const why = endpoint.via ? null : await explained(failure, profile, endpoint.host, signal).catch(() => null);
    return { gateway, endpoint, failure: why?.failure ?? failure, ahead: null };
  }
}

/** Whether a request that fills several packets goes unanswered, where a short one was answered. */
async function dropsLongPackets(
  endpoint: Endpoint,
  verifier: CertificateVerifier,
  named: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const socket = await connectTls(endpoint, verifier, { signal, timeoutMs: connectTimeoutMs });
    const padding = 'x'.repeat(longBytes);
    return (await headOf(socket, endpoint.host, { ...named, 'x-padding': padding }, longWithinMs, signal)) === 'silent';
  } catch {
    return false; // it was reached a moment ago: this is another trouble
  }
}

/**
 * Its clock, in its answer to a HEAD; null where it tells none, or hangs up on what it does not understand. `silent`: neither
 * came in time. Closes the connection.
 */
async function headOf(
  socket: TLSSocket,
  host: string,
  more: Readonly<Record<string, string>>,
  ms: number,
  signal: AbortSignal,
): Promise<{ date: number | null } | 'silent'> {
  const headers = { host, connection: 'close', ...more };
  const request = http.request({ createConnection: () => socket, method: 'HEAD', path: '/', headers });
  request.on('error', () => undefined);
  const bound = { signal, ms, late: () => fail('gateway-silent', { host }), release: () => request.destroy() };
  try {
    return await bounded<{ date: number | null } | 'silent'>(bound, (done) => {
      request.on('error', () => done({ date: null }));
      request.on('response', (response) => {
        const date = Date.parse(response.headers.date ?? '');
        done({ date: Number.isNaN(date) ? null : date });
      });
      request.end();
    });
  } catch {
    return 'silent';
  } finally {
    socket.destroy();
  }
}
