import net from 'node:net';
import type { Duplex } from 'node:stream';
import { fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { bounded } from '../trust/bounded.ts';
import type { Dial } from './loopback-proxy.ts';

const connectWithinMs = 15_000;

/** On campus there is no tunnel: a plain connection, for the profile's portal hosts only. */
export function directDial(profile: Profile): Dial {
  return (host, port, signal) => {
    if (!profile.portal.hosts.includes(host.toLowerCase())) return Promise.reject(fail('host-not-allowed', { host, port }));
    const lab = profile.connectTo?.find((entry) => entry.host === host && entry.port === port);
    const socket = net.connect({ ...(lab ? { host: '127.0.0.1', port: lab.loopbackPort } : { host, port }), allowHalfOpen: true });
    const bound = {
      signal,
      ms: connectWithinMs,
      late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
      release: () => socket.destroy(),
    };
    return bounded<Duplex>(bound, (done, failed) => {
      socket.once('connect', () => {
        socket.setNoDelay(true);
        done(socket);
      });
      socket.on('error', (cause: NodeJS.ErrnoException) =>
        failed(fail(cause.code === 'ENOTFOUND' ? 'host-name-unknown' : 'host-unreachable', { host }, { cause })),
      );
    });
  };
}
