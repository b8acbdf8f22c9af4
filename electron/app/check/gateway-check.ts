import http from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Agent } from '../../../shared/user-agent.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { explained } from '../../access/watch/captive-portal.ts';
import { withDeadline } from '../../net/deadline.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { endpointOf, type Endpoint } from '../../net/endpoint.ts';
import { findOldTls } from '../../net/old-tls.ts';
import { connectTimeoutMs } from '../../net/tcp.ts';
import type { Proxies } from '../../net/proxy/lookup.ts';
import { connectTls } from '../../net/tls.ts';

const clockTimeoutMs = 3_000;
/** More than fits into one packet, and less than any server's limit for a request's head (8 KB is the lowest common one). */
const longBytes = 4_000;
const longTimeoutMs = 4_000;

/** What can be learned about a gateway without signing in. */
export interface GatewayCheck {
  gateway: string;
  /** The route that the check used. */
  endpoint: Endpoint;
  /** Why it cannot be used, or null when it answers with a trusted certificate. */
  failure: Failure | null;
  /** How far our clock is ahead of the gateway's, in milliseconds. Null when the gateway does not tell its time. */
  ahead: number | null;
  /** Whether long packets get lost on the way without an error. */
  dropsLong?: boolean;
}

/** How to check a gateway: its verifier, its proxies, and our own user agent and clock. */
export interface GatewayCheckOptions {
  profile: Profile;
  verifier: CertificateVerifier;
  proxies: Proxies;
  /** Whether the computer's policy allows it. */
  oldTlsAllowed: boolean;
  agent: Agent;
  now: () => number;
}

/** Checks one gateway: connects, verifies its certificate and reads its clock. It does not sign in. Never rejects. */
export async function checkGateway(gateway: string, options: GatewayCheckOptions, signal: AbortSignal): Promise<GatewayCheck> {
  const { profile, verifier, proxies, oldTlsAllowed, agent, now } = options;
  let endpoint: Endpoint = { ...endpointOf(splitHost(gateway), profile.connectTo), ...(oldTlsAllowed && { oldTls: true }) };
  try {
    endpoint = await proxies.routeThroughProxy(endpoint, signal);
    const old = oldTlsAllowed ? null : await findOldTls(endpoint, signal);
    if (old) return { gateway, endpoint, failure: old, ahead: null };
    const socket = await connectTls(endpoint, verifier, { signal, timeoutMs: connectTimeoutMs });
    const headers = { 'user-agent': agent.userAgent };
    const short = await headOf(socket, endpoint.host, headers, clockTimeoutMs, signal);
    const ahead = short === 'silent' || short.date === null ? null : now() - short.date;
    // A long request tells nothing if the gateway does not answer a short one
    const dropsLong = short !== 'silent' && (await dropsLongPackets(endpoint, verifier, headers, signal));
    return { gateway, endpoint, failure: null, ahead, dropsLong };
  } catch (error) {
    const failure = failureOf(error);
    // With a proxy, it is the proxy that sees the network, not this computer
    const why = endpoint.via ? null : await explained(failure, profile, endpoint.host, signal).catch(() => null);
    return { gateway, endpoint, failure: why?.failure ?? failure, ahead: null };
  }
}

/** Whether a request that fills several packets gets no answer. Call it after a short request was answered. */
async function dropsLongPackets(
  endpoint: Endpoint,
  verifier: CertificateVerifier,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const socket = await connectTls(endpoint, verifier, { signal, timeoutMs: connectTimeoutMs });
    const padding = 'x'.repeat(longBytes);
    return (await headOf(socket, endpoint.host, { ...headers, 'x-padding': padding }, longTimeoutMs, signal)) === 'silent';
  } catch {
    return false; // it was reachable a moment ago, so this is another problem
  }
}

/**
 * Sends a HEAD request and reads the time from the answer. `date` is null when the answer has no time, or when the server
 * closes the connection. `silent`: neither happened in time. Closes the connection.
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
    return await withDeadline<{ date: number | null } | 'silent'>(bound, (done) => {
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
