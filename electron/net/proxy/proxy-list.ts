import { isIP } from 'node:net';
import type { ProxyRoute, WebProxy } from '../endpoint.ts';
import { hostOf, plainHost, sameHost } from '../../trust/host.ts';

/** A proxy or list of proxies that we cannot use, as it was configured, but without a password. */
export interface UnsupportedProxy {
  kind: 'unsupported';
  entry: string;
}

/** The proxy for an address. Null: no proxy. */
export type ProxyLookup = ProxyRoute | UnsupportedProxy | null;

/** Finds the proxy for an `https:` address. */
export type ProxyFor = (address: string) => Promise<ProxyLookup>;

/** The keywords of the system's answer. A plain `SOCKS` means version 4 here. */
const kindsOfList = new Map<string, WebProxy['kind']>([
  ['proxy', 'http'],
  ['https', 'https'],
  ['socks5', 'socks5'],
  ['socks4', 'socks4'],
  ['socks', 'socks4'],
]);

/** The schemes of a proxy address in the environment. A plain `socks:` means version 5 here, as desktops write it. */
const kindsOfAddress = new Map<string, WebProxy['kind']>([
  ['http', 'http'],
  ['https', 'https'],
  ['socks5', 'socks5'],
  ['socks5h', 'socks5'],
  ['socks', 'socks5'],
  ['socks4', 'socks4'],
  ['socks4a', 'socks4'],
]);

const usualPort: Record<WebProxy['kind'], string> = { http: '80', https: '443', socks5: '1080', socks4: '1080' };

/** Trying more would take longer than anybody waits. */
const maxProxies = 6;

/**
 * Reads the system's answer in Chromium's format: `PROXY host:port; SOCKS5 host:port; DIRECT`, best first. Skips kinds that
 * we do not speak. If only those are listed, returns `unsupported` and never falls back to no proxy.
 */
export function proxyOfList(list: string): ProxyLookup {
  const proxies: WebProxy[] = [];
  const unsupported: string[] = [];
  let direct = false;
  for (const entry of list.split(';').map((each) => each.trim())) {
    if (entry === '') continue;
    const [word = '', address = ''] = entry.split(/\s+/);
    direct = /^direct$/i.test(word);
    if (direct) break;
    const kind = kindsOfList.get(word.toLowerCase());
    const proxy = kind && proxyAt(kind, address);
    if (proxy) proxies.push(proxy);
    else unsupported.push(entry);
  }
  const [first, ...others] = proxies.slice(0, maxProxies);
  if (!first) return direct || unsupported.length === 0 ? null : { kind: 'unsupported', entry: unsupported.join('; ').slice(0, 200) };
  const fallbacks = [...others, ...(direct ? (['direct'] as const) : [])];
  return fallbacks.length > 0 ? { ...first, fallbacks } : first;
}

/** Reads the proxy from the environment, as terminal programs do: `https_proxy`, `all_proxy`, `no_proxy`, in lower or upper case. */
export function proxyOfEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyFor {
  const read = (name: string): string => [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value !== '') ?? '';
  return async (address) => {
    const url = new URL(address);
    if (isSpared(hostOf(url), url.port || '443', read('no_proxy'))) return null;
    return proxyOfAddress([read('https_proxy'), read('all_proxy')].find((text) => text !== '') ?? '');
  };
}

/** `http://user:password@host:port`, `https://…`, `socks5://…`, `socks5h://…`, `socks4a://…` or `host:port`. */
function proxyOfAddress(text: string): ProxyLookup {
  if (text === '') return null;
  const address = text.includes('://') ? text : `http://${text}`;
  const kind = kindsOfAddress.get(address.slice(0, address.indexOf(':')).toLowerCase());
  // A special scheme, for which URL parses a host in every case
  const url = kind && URL.parse(address.replace(/^[^:]+:/, 'http:'));
  const unsupported: UnsupportedProxy = { kind: 'unsupported', entry: text.replace(/^([^/]*\/\/)?.*@/, '$1').slice(0, 200) };
  if (!kind || !url) return unsupported;
  const { hostname, username, password } = url;
  const isPortGiven = /:\d+(\/|$)/.test(address.replace(/^[^:]+:\/\//, '').replace(/^.*@/, ''));
  const proxy = proxyAt(kind, `${hostname}:${isPortGiven ? url.port || '80' : usualPort[kind]}`);
  if (!proxy || username === '') return proxy ?? unsupported;
  return { ...proxy, signIn: { user: decoded(username), password: decoded(password) } };
}

function proxyAt(kind: WebProxy['kind'], address: string): WebProxy | null {
  const [, host = '', port = ''] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address) ?? [];
  const number = Number(port);
  return host !== '' && number > 0 && number < 65_536 ? { kind, host: host.replace(/^\[|\]$/g, ''), port: number } : null;
}

/** Whether `no_proxy` excludes a host: by its name, its domain (either may have a port), or `*`. */
function isSpared(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === '') return false;
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (isIP(plainHost(entry)) === 6) return sameHost(entry, host);
      if (only !== undefined && only !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
