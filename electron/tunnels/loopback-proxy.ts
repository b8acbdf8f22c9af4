import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import { startConnectServer, type ConnectTarget } from '../net/proxy/connect-server.ts';
import { plainHost } from '../trust/host.ts';
import type { Dial } from './tunnel.ts';

/**
 * Connects the portal view to the current tunnel: an HTTP proxy on loopback that accepts only CONNECT with this run's
 * secret. It lives as long as the app, and its address never changes.
 */
export interface LoopbackProxy {
  readonly port: number;
  readonly username: string;
  /** New in each run. Given only to the portal view's `login` event. */
  readonly secret: string;
  /** Sends new connections through `dial` from now on. Null: no tunnel is up. Cuts connections of the former `dial`. */
  setDial(dial: Dial | null): void;
  /** Why the last connection to `host` failed. Null if a later one worked. */
  failureFor(host: string): Failure | null;
  close(): Promise<void>;
}

/**
 * The current dial and its connections. `stop` cancels those being opened. Open ones are kept in `streams`, because a signal
 * for each would cost too much memory.
 */
interface CurrentDial {
  dial: Dial;
  stop: AbortController;
  streams: Set<Duplex>;
}

/** The relay allows the same number of streams. */
const maxConnections = 1024;

/**
 * Starts the proxy.
 *
 * @param port a loopback port, 0 for any. Rejects with the system's error if it is taken.
 */
export async function startLoopbackProxy(port = 0): Promise<LoopbackProxy> {
  const username = 'causeway';
  const secret = randomBytes(24).toString('base64url');
  const failures = new Map<string, Failure>();
  let current: CurrentDial | null = null;

  async function dial({ host, port }: ConnectTarget, gone: AbortSignal): Promise<Duplex> {
    // Host names have no underscore (RFC 1123, 2.1)
    if (host.includes('_')) throw fail('request-invalid');
    const used = current;
    if (used === null) throw fail('tunnel-down', { host });
    const signal = AbortSignal.any([gone, used.stop.signal]);
    const stream = await used.dial(host, port, signal);
    failures.delete(plainHost(host));
    if (signal.aborted) {
      stream.destroy();
      throw fail('cancelled');
    }
    // It broke right after opening: 'close' was already emitted and will not come again
    if (stream.destroyed) throw fail('tunnel-dropped', { host });
    trackUntilClosed(used.streams, stream);
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
        // The screen shows this
        if (!gone.aborted)
          failures.set(plainHost(host), failure.code === 'cancelled' ? { code: 'tunnel-down', params: { host } } : failure);
        throw error;
      }
    },
  });

  const setDial = (dial: Dial | null): void => {
    current?.stop.abort();
    for (const stream of current?.streams ?? []) stream.destroy();
    current = dial ? { dial, stop: new AbortController(), streams: new Set() } : null;
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

/** Tracks a stream until it closes. A separate function, because a closure would keep everything from opening in memory. */
function trackUntilClosed(streams: Set<Duplex>, stream: Duplex): void {
  streams.add(stream);
  stream.once('close', () => streams.delete(stream));
}
