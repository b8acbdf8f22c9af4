import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { askLogin } from './login.ts';
import type { WebContents } from './web-contents.ts';

/** A session's proxy, as `session.setProxy` was given it. */
export interface ProxySettings {
  /** `http://host:port`, `host:port` or `direct://`; several with commas, for where one cannot be reached. */
  proxyRules: string;
  /** Hosts and `*.suffixes` that go direct, separated by commas or semicolons; `<-loopback>` sends loopback through the proxy too. */
  proxyBypassRules: string;
}

/** How long a connection of the double's own may take. */
const giveUpAfterMs = 10_000;

/** A byte stream to a host as the session's own pages would reach it: through its proxy, with the app's `login` handler. */
export async function dial(host: string, port: number, proxy: ProxySettings | null, contents: WebContents): Promise<Duplex> {
  if (!proxy || bypasses(host, proxy.proxyBypassRules)) return await connected(connect(port, host));
  const [first = '', ...others] = proxy.proxyRules.split(',');
  try {
    return first === 'direct://' ? await connected(connect(port, host)) : await dialThrough(first, host, port, contents);
  } catch (error) {
    const isAway = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    if (!isAway || others.length === 0) throw error;
    return await dial(host, port, { ...proxy, proxyRules: others.join(',') }, contents);
  }
}

/** The desktop's list, `PROXY host:port; DIRECT`, in the words of {@link ProxySettings}. */
export function rulesOf(list: string): string {
  const schemes: Readonly<Record<string, string>> = { PROXY: 'http', HTTPS: 'https', SOCKS5: 'socks5', SOCKS: 'socks4' };
  return list
    .split(';')
    .map((entry) => entry.trim().split(/\s+/))
    .map(([kind = '', address = '']) => (kind === 'DIRECT' ? 'direct://' : `${schemes[kind] ?? 'http'}://${address}`))
    .join(',');
}

async function dialThrough(rule: string, host: string, port: number, contents: WebContents): Promise<Duplex> {
  const address = new URL(/^[a-z0-9+]+:\/\//i.test(rule) ? rule : `http://${rule}`);
  if (address.protocol !== 'http:') throw new Error(`double: a proxy of kind ${address.protocol} cannot be asked for certificates`);
  const unasked = await tunnel(address, host, port, null);
  if ('socket' in unasked) return unasked.socket;
  const credentials = await askLogin(contents, `https://${host}:${port}/`, true, {
    isProxy: true,
    scheme: 'basic',
    host: address.hostname,
    port: Number(address.port),
    realm: unasked.realm,
  });
  const second = credentials && (await tunnel(address, host, port, `${credentials.username}:${credentials.password}`));
  if (!second || !('socket' in second)) throw new Error('the proxy was not given what it wants');
  return second.socket;
}

/** One CONNECT: the stream, or the realm of a 407. */
async function tunnel(proxy: URL, host: string, port: number, login: string | null): Promise<{ socket: Socket } | { realm: string }> {
  const authority = `${host}:${port}`;
  const headers = {
    host: authority,
    ...(login === null ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
  };
  const asked = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: authority, headers, timeout: giveUpAfterMs });
  asked.once('timeout', () => asked.destroy(new Error('the proxy is silent')));
  return await new Promise((resolve, reject) => {
    asked.once('error', reject);
    asked.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        resolve({ socket });
        return;
      }
      socket.destroy();
      if (response.statusCode === 407) resolve({ realm: /realm="([^"]*)"/.exec(response.headers['proxy-authenticate'] ?? '')?.[1] ?? '' });
      else reject(new Error(`the proxy answered ${response.statusCode ?? 'nothing'}`));
    });
    asked.end();
  });
}

async function connected(socket: Socket): Promise<Socket> {
  socket.setTimeout(giveUpAfterMs, () => socket.destroy(new Error('no answer')));
  await once(socket, 'connect');
  return socket;
}

/** Chromium's rule: loopback goes direct unless `<-loopback>` takes that back. */
function bypasses(host: string, rules: string): boolean {
  const list = rules.split(/[,;]/).map((rule) => rule.trim());
  const loopback = host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
  if (loopback && !list.includes('<-loopback>')) return true;
  return list.some((rule) => rule === host || (rule.startsWith('*.') && host.endsWith(rule.slice(1))));
}
