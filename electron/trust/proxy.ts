import http from 'node:http';
import net, { isIP, type Socket } from 'node:net';
import { fail, type CausewayError } from '../../shared/failure.ts';
import { bounded } from './bounded.ts';
import { shownAs, type WebProxy } from './endpoint.ts';
import { speakSocks } from './proxy-socks.ts';

export interface ViaOptions {
  signal: AbortSignal;
  /** For the connection to the proxy and the proxy's to the target together. */
  timeoutMs: number;
}

/** `host:port` of a proxy, as a person is told of it. */
export const proxyName = ({ host, port }: WebProxy): string => `${host}:${port}`;

/**
 * A byte stream to `host:port` through a web proxy, which looks the name up.
 *
 * Rejects with `proxy-unreachable` (nobody there, or no proxy), `proxy-rejected` (it wants a sign-in, or another one),
 * `gateway-unreachable` (it could not or would not connect on), `gateway-silent`, or `cancelled`.
 */
export function connectVia(proxy: WebProxy, target: { host: string; port: number }, options: ViaOptions): Promise<Socket> {
  return proxy.kind === 'http' ? connectHttp(proxy, target, options) : connectSocks(proxy, target, options);
}

function connectHttp(proxy: WebProxy, target: { host: string; port: number }, { signal, timeoutMs }: ViaOptions): Promise<Socket> {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  const { signIn } = proxy;
  const request = http.request({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    maxHeaderSize: 16_384,
    headers: {
      host: authority,
      ...(signIn && { 'proxy-authorization': `Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}` }),
    },
  });
  request.on('error', () => undefined); // what a request that was given up still has to say is of no use to anyone
  const release = (): void => void request.destroy();
  let reached = false;
  request.on('socket', (socket) => socket.once('connect', () => (reached = true)));
  return bounded<Socket>({ signal, ms: timeoutMs, late: () => late(proxy, target, reached), release }, (done, failed) => {
    request.on('error', (cause) => failed(unreachable(proxy, cause.message)));
    // Anything but a 2xx comes here too, with the connection in hand
    request.on('connect', (response, socket, head) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300 && head.length === 0 && socket instanceof net.Socket) {
        done(socket);
        return;
      }
      socket.destroy();
      failed(status === 407 ? rejected(proxy) : refused(target, `the proxy answered ${status}`));
    });
    // A proxy that answers a CONNECT with a page is none
    request.on('response', (response) => {
      response.destroy();
      failed(response.statusCode === 407 ? rejected(proxy) : unreachable(proxy, `HTTP ${response.statusCode ?? 0}`));
    });
    request.end();
  });
}

function connectSocks(proxy: WebProxy, target: { host: string; port: number }, { signal, timeoutMs }: ViaOptions): Promise<Socket> {
  const socket = net.connect({ host: proxy.host, port: proxy.port });
  socket.on('error', () => undefined);
  const release = (): void => void socket.destroy();
  let reached = false;
  return bounded<Socket>({ signal, ms: timeoutMs, late: () => late(proxy, target, reached), release }, (done, failed) => {
    const broken = (cause?: Error): void => failed(unreachable(proxy, cause?.message ?? 'it hung up'));
    socket.on('error', broken);
    socket.once('close', () => broken());
    socket.once('connect', () => {
      reached = true;
      speakSocks(socket, target, proxy.signIn ?? null).then((reply) => {
        if (reply === 'done') {
          socket.off('error', broken);
          done(socket);
        } else if (reply === 'sign-in') failed(rejected(proxy));
        else if (reply === 'no-socks') failed(unreachable(proxy, 'it speaks no SOCKS5'));
        else failed(refused(target, `SOCKS reply ${reply}`));
      }, broken);
    });
  });
}

const unreachable = (proxy: WebProxy, detail: string): CausewayError => fail('proxy-unreachable', { host: proxyName(proxy) }, { detail });
const rejected = (proxy: WebProxy): CausewayError => fail('proxy-rejected', { host: proxyName(proxy) });
const refused = (target: { host: string; port: number }, detail: string): CausewayError =>
  fail('gateway-unreachable', { host: shownAs(target) }, { detail });
/** Once a proxy has been reached, its silence is mostly that of the host behind it. */
const late = (proxy: WebProxy, target: { host: string; port: number }, reached: boolean): CausewayError =>
  reached ? fail('gateway-silent', { host: shownAs(target) }, { detail: 'through a proxy' }) : unreachable(proxy, 'no answer');
