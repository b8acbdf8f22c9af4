import net, { isIP, isIPv4, type Socket } from 'node:net';
import { CausewayError, fail } from '../../../shared/failure.ts';
import { withDeadline } from '../../net/deadline.ts';
import { plainHost } from '../../trust/host.ts';
import { speakSocks } from '../../net/proxy/socks.ts';

/** A SOCKS5 server on this computer without a password: ocproxy. */
export interface SocksServer {
  host: string;
  port: number;
}

const openTimeoutMs = 15_000;
/** SOCKS5's reply for an unreachable host (RFC 1928, 6). ocproxy also sends it for a name that does not exist. */
const hostUnreachable = 4;

/**
 * Opens a byte stream to `host:port` through a SOCKS5 server, which resolves the name at the far end. Fails with
 * `host-name-unknown`, `host-unreachable`, `host-ipv6`, `tunnel-down` or `cancelled`. `host-ipv6` is for ocproxy 1.60, which
 * has no IPv6: it refuses such an address, and as a name the address would be unknown.
 */
export function dialSocks(server: SocksServer, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) return Promise.reject(fail('cancelled'));
  if (isIP(plainHost(host)) === 6) return Promise.reject(fail('host-ipv6', { host }));
  const socket = net.connect({ ...server, allowHalfOpen: true, noDelay: true });
  const bound = {
    signal,
    ms: openTimeoutMs,
    late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
    release: () => socket.destroy(),
  };
  return withDeadline<Socket>(bound, (done, failed) => {
    // The socket may break before the caller has it, and an unhandled error would end the process
    socket.on('error', (cause) => failed(fail('tunnel-down', undefined, { cause, detail: cause.message })));
    const ask = async (): Promise<void> => {
      const reply = await speakSocks(socket, { host, port }, null);
      if (reply === 'done') {
        done(socket);
        return;
      }
      if (reply === 'sign-in' || !('refused' in reply))
        throw fail('tunnel-down', undefined, { detail: 'the server does not speak SOCKS5' });
      const unknown = reply.code === hostUnreachable && !isIPv4(host);
      throw fail(unknown ? 'host-name-unknown' : 'host-unreachable', { host, port }, { detail: reply.refused });
    };
    const failWith = (why: unknown): void =>
      failed(why instanceof CausewayError ? why : fail('tunnel-down', undefined, { detail: 'the proxy hung up' }));
    socket.once('connect', () => void ask().catch(failWith));
  });
}
