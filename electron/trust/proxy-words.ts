import { isIP } from 'node:net';
import type { WebProxy } from './endpoint.ts';

/** Which proxy leads to an `https:` address; null: the plain network. */
export type ProxyFor = (address: string) => Promise<WebProxy | null>;

/**
 * The proxy that a system's answer names, as Chromium gives it: `PROXY host:port; SOCKS5 host:port; DIRECT`, best first.
 * Kinds that we do not speak (a proxy over TLS, SOCKS4) are passed over for the next.
 */
export function proxyOfList(list: string): WebProxy | null {
  for (const entry of list.split(';')) {
    const [kind = '', address = ''] = entry.trim().split(/\s+/);
    if (/^direct$/i.test(kind)) return null;
    const known = /^proxy$/i.test(kind) ? 'http' : /^socks5$/i.test(kind) ? 'socks5' : null;
    const proxy = known && proxyAt(known, address);
    if (proxy) return proxy;
  }
  return null;
}

/** The proxy that the environment names, as programs for terminals have it: `https_proxy`, `all_proxy`, `no_proxy`, in small letters or capitals. */
export function proxyOfEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyFor {
  const read = (name: string): string => [env[name], env[name.toUpperCase()]].find((value) => value !== undefined && value !== '') ?? '';
  return async (address) => {
    const { hostname, port } = new URL(address);
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (isSpared(host, port || '443', read('no_proxy'))) return null;
    return proxyOfAddress([read('https_proxy'), read('all_proxy')].find((text) => text !== '') ?? '');
  };
}

/** `http://user:password@host:port`, `socks5://…`, `socks5h://…` or `host:port`. */
function proxyOfAddress(text: string): WebProxy | null {
  const address = text.includes('://') ? text : `http://${text}`;
  const kind = /^socks5h?:/i.test(address) ? 'socks5' : /^http:/i.test(address) ? 'http' : null;
  // A special scheme, for which URL parses a host in every case
  const url = text === '' || !kind ? null : URL.parse(address.replace(/^[^:]+:/, 'http:'));
  if (!kind || !url) return null;
  const { hostname, username, password } = url;
  const port = /:\d+(\/|$)/.test(address.replace(/^[^:]+:\/\//, '').replace(/^.*@/, ''))
    ? url.port || '80'
    : kind === 'http'
      ? '80'
      : '1080';
  const proxy = proxyAt(kind, `${hostname}:${port}`);
  if (!proxy || username === '') return proxy;
  return { ...proxy, signIn: { user: decoded(username), password: decoded(password) } };
}

function proxyAt(kind: WebProxy['kind'], address: string): WebProxy | null {
  const [, host = '', port = ''] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address) ?? [];
  const number = Number(port);
  return host !== '' && number > 0 && number < 65_536 ? { kind, host: host.replace(/^\[|\]$/g, ''), port: number } : null;
}

/** Whether `no_proxy` names a host: itself, a domain that it is in, either with a port, or everything. */
function isSpared(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => {
      if (entry === '') return false;
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (isIP(entry) === 6) return entry === host;
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
