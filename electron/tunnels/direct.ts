import net from 'node:net';
import { fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Dial } from './loopback-proxy.ts';

const connectWithinMs = 15_000;

/** On campus there is no tunnel: a plain connection, for the profile's portal hosts only. */
export function directDial(profile: Profile): Dial {
  return (host, port, signal) => {
    if (!profile.portal.hosts.includes(host.toLowerCase())) return Promise.reject(fail('host-not-allowed', { host, port }));
    const lab = profile.connectTo?.find((entry) => entry.host === host && entry.port === port);
    return new Promise((resolve, reject) => {
      const socket = net.connect({ ...(lab ? { host: '127.0.0.1', port: lab.loopbackPort } : { host, port }), allowHalfOpen: true });
      const timer = setTimeout(() => give(fail('host-unreachable', { host }, { detail: 'timed out' })), connectWithinMs);
      const abort = (): void => give(fail('cancelled'));
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      };
      const give = (why: Error): void => {
        settle();
        socket.destroy();
        reject(why);
      };
      signal.addEventListener('abort', abort, { once: true });
      socket.once('connect', () => {
        settle();
        socket.setNoDelay(true);
        resolve(socket);
      });
      socket.on('error', (cause: NodeJS.ErrnoException) =>
        give(fail(cause.code === 'ENOTFOUND' ? 'host-name-unknown' : 'host-unreachable', { host }, { cause })),
      );
      if (signal.aborted) abort();
    });
  };
}
