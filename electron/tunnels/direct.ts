import dns from 'node:dns';
import net, { type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { CausewayError, fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { withDeadline } from '../net/deadline.ts';
import { duoHosts, duoPatternOf } from '../net/duo-hosts.ts';
import { plainHost, sameHost } from '../trust/host.ts';
import { mayBeBlockedByMacOs } from '../net/local-network-macos.ts';
import { isLoopback } from '../net/loopback.ts';
import { lookupNotLoopback } from './lookup-not-loopback.ts';
import type { Dial } from './tunnel.ts';

const connectTimeoutMs = 15_000;

/** Dials without a tunnel, for use on campus. Connects only to the profile's portal hosts, and to Duo's if the portal is not ours. */
export function directDial({ portal, connectTo }: Profile, resolve: LookupFunction = dns.lookup): Dial {
  return dialOnly([...portal.hosts, ...(portal.pages === 'other' ? duoHosts : [])], connectTo, resolve);
}

/**
 * Dials these hosts and no others, without a tunnel. One of {@link duoHosts} stands for Duo's hosts, on port 443. Refuses a name that resolves to this computer; only `connectTo`, which
 * labs use, may lead there.
 */
export function dialOnly(allowed: readonly string[], connectTo: Profile['connectTo'], resolve: LookupFunction = dns.lookup): Dial {
  const patterns = duoHosts.filter((pattern) => allowed.includes(pattern));
  const hosts = allowed.map(plainHost).filter((host) => !host.includes('*'));
  const isAllowed = (host: string, port: number): boolean =>
    hosts.includes(plainHost(host)) || (port === 443 && patterns.some((pattern) => pattern === duoPatternOf(host)));
  return (host, port, signal) => {
    const refusal = (): CausewayError => fail('host-not-allowed', { host, port });
    const lab = connectTo?.find((entry) => sameHost(entry.host, host) && entry.port === port);
    if (!isAllowed(host, port) || (!lab && isLoopback(host))) return Promise.reject(refusal());
    const lookup = lookupNotLoopback(refusal, resolve);
    const socket = net.connect({
      ...(lab ? { host: '127.0.0.1', port: lab.loopbackPort } : { host, port, lookup }),
      allowHalfOpen: true,
    });
    const bound = {
      signal,
      ms: connectTimeoutMs,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => socket.destroy(),
    };
    return withDeadline<Duplex>(bound, (done, failed) => {
      socket.once('connect', () => {
        socket.setNoDelay(true);
        done(socket);
      });
      socket.on('error', (cause: NodeJS.ErrnoException) => {
        if (cause instanceof CausewayError) failed(cause);
        else if (mayBeBlockedByMacOs(cause)) failed(fail('local-network', { host }, { cause }));
        else failed(fail(cause.code === 'ENOTFOUND' ? 'host-name-unknown' : 'host-unreachable', { host }, { cause }));
      });
    });
  };
}
