import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import { startConnectServer, type ConnectTarget } from '../net/proxy/connect-server.ts';
import { plainHost } from '../trust/host.ts';
import type { Dial } from './tunnel.ts';

/**
 * The one door between the portal view and whichever tunnel is up: an HTTP proxy on loopback that knows
 * CONNECT with this run's secret, and nothing else. It lives as long as the app; its address never changes.
 */
export interface LoopbackProxy {
  readonly port: number;
  readonly username: string;
  /** Made anew in each run. Handed to the portal view's `login` event and to nobody else. */
  readonly secret: string;
  /** Carries new connections with `dial` from now on; null: nothing is up. Connections of the former one are cut. */
  setDial(dial: Dial | null): void;
  /** Why the last connection to `host` failed, since it last worked. */
  failureFor(host: string): Failure | null;
  close(): Promise<void>;
}

/** What carries connections now: those being opened obey `stop`; a signal each for those that are up would cost too much memory. */
interface Carrier {
  dial: Dial;
  stop: AbortController;
  streams: Set<Duplex>;
}

/** As many as the relay has streams. */
const maxConnections = 1024;

/**
 * @param port a loopback port, 0 for any. Rejects with the system's own error where it is taken.
 */
export async function startLoopbackProxy(port = 0): Promise<LoopbackProxy> {
  const username = 'causeway';
  const secret = randomBytes(24).toString('base64url');
  const failures = new Map<string, Failure>();
  let carrier: Carrier | null = null;

  async function dial({ host, port }: ConnectTarget, gone: AbortSignal): Promise<Duplex> {
    // No host has such a name (RFC 1123, 2.1)
    if (host.includes('_')) throw fail('request-invalid');
    const used = carrier;
    if (used === null) throw fail('tunnel-down', { host });
    const signal = AbortSignal.any([gone, used.stop.signal]);
    const stream = await used.dial(host, port, signal);
    failures.delete(plainHost(host));
    if (signal.aborted) {
      stream.destroy();
      throw fail('cancelled');
    }
    // Opened and broken at once: its end has been told already, and will not be told again
    if (stream.destroyed) throw fail('tunnel-dropped', { host });
    hold(used.streams, stream);
    return stream;
  }

  const server = await startConnectServer({
    port,
    signIn: { user: username, password: secret },
    maxConnections,
    open: async (target, gone) => {
      const { host } = target;
      try {
        return await dial(target, gone);
      } catch (error) {
        const failure = failureOf(error);
        // Kept for the screen
        if (!gone.aborted)
          failures.set(plainHost(host), failure.code === 'cancelled' ? { code: 'tunnel-down', params: { host } } : failure);
        throw error;
      }
    },
  });

  const setDial = (dial: Dial | null): void => {
    carrier?.stop.abort();
    for (const stream of carrier?.streams ?? []) stream.destroy();
    carrier = dial ? { dial, stop: new AbortController(), streams: new Set() } : null;
  };
  return {
    port: server.port,
    username,
    secret,
    setDial,
    failureFor: (host) => failures.get(plainHost(host)) ?? null,
    close() {
      setDial(null);
      return server.close();
    },
  };
}

/** Not a closure of its caller: it would keep all that opening a connection took, for as long as that lasts. */
function hold(streams: Set<Duplex>, stream: Duplex): void {
  streams.add(stream);
  stream.once('close', () => streams.delete(stream));
}
