import net, { isIP, isIPv4, type Socket } from 'node:net';
import { fail } from '../../../shared/failure.ts';
import { bounded } from '../../trust/bounded.ts';
import { plainHost } from '../../trust/host.ts';

/** A SOCKS5 server on this computer that knows no passwords: ocproxy. */
export interface SocksServer {
  host: string;
  port: number;
}

const openWithinMs = 15_000;

/**
 * A byte stream to `host:port` through a SOCKS5 server, which looks the name up at the far end. Fails with
 * `host-name-unknown`, `host-unreachable`, `host-ipv6` (ocproxy 1.60 has no IPv6: it turns such an address down, and takes
 * one that is sent as a name for a name that nobody has), `tunnel-down`, `cancelled`.
 */
export function dialSocks(server: SocksServer, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) return Promise.reject(fail('cancelled'));
  if (isIP(plainHost(host)) === 6) return Promise.reject(fail('host-ipv6', { host }));
  const socket = net.connect({ ...server, allowHalfOpen: true, noDelay: true });
  const bound = {
    signal,
    ms: openWithinMs,
    late: () => fail('host-unreachable', { host }, { detail: 'timed out' }),
    release: () => socket.destroy(),
  };
  return bounded<Socket>(bound, (done, failed) => {
    let heard = Buffer.alloc(0);
    let greeted = false;
    // It may break before whoever dialled has it in hand; an error that nobody hears would end the process
    socket.on('error', (cause) => failed(fail('tunnel-down', undefined, { cause, detail: cause.message })));
    socket.once('close', () => failed(fail('tunnel-down', undefined, { detail: 'the proxy hung up' })));
    socket.once('connect', () => socket.write(Buffer.from([5, 1, 0])));
    const listen = (bytes: Buffer): void => {
      heard = Buffer.concat([heard, bytes]);
      if (heard.length < 2) return;
      const [version, answer] = heard;
      if (version !== 5 || (!greeted && answer !== 0)) {
        failed(fail('tunnel-down', undefined, { detail: 'no SOCKS5 server' }));
        return;
      }
      if (!greeted) {
        // ocproxy wants its answer heard before it is asked for more
        greeted = true;
        heard = heard.subarray(2);
        socket.write(request(host, port));
        return;
      }
      if (answer !== 0) {
        // ocproxy gives a name that does not exist the code for a host that is out of reach
        const unknown = answer === 4 && !isIPv4(host);
        failed(fail(unknown ? 'host-name-unknown' : 'host-unreachable', { host, port }, { detail: `SOCKS reply ${answer}` }));
        return;
      }
      const end = replyEnd(heard);
      if (end === null || heard.length < end) return;
      socket.off('data', listen).pause();
      if (heard.length > end) socket.unshift(heard.subarray(end));
      done(socket);
    };
    socket.on('data', listen);
  });
}

function request(host: string, port: number): Buffer {
  const head = Buffer.from([5, 1, 0]);
  const ports = Buffer.from([port >> 8, port & 0xff]);
  if (isIPv4(host)) return Buffer.concat([head, Buffer.from([1, ...host.split('.').map(Number)]), ports]);
  const name = Buffer.from(host, 'latin1');
  return Buffer.concat([head, Buffer.from([3, name.length]), name, ports]);
}

/** Where the reply to a request ends; null: it cannot be told yet. */
function replyEnd(heard: Buffer): number | null {
  const kind = heard[3];
  if (kind === undefined) return null;
  if (kind === 1) return 10;
  if (kind === 4) return 22;
  const length = heard[4];
  return length === undefined ? null : 7 + length;
}
