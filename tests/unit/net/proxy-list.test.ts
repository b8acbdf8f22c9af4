import { writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signInToProxy } from '../../../electron/access/proxy-sign-in.ts';
import type { Ask } from '../../../electron/gateways/gateway.ts';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import type { Endpoint, ProxyRoute, WebProxy } from '../../../electron/net/endpoint.ts';
import { connectVia, firstReached, proxyName } from '../../../electron/net/proxy/proxy.ts';
import { openForwardingProxy } from '../../../electron/net/proxy/forwarding-proxy.ts';
import { proxyOfList } from '../../../electron/net/proxy/proxy-list.ts';
import { Proxies } from '../../../electron/net/proxy/lookup.ts';
import { acceptedCertificate, connectTls } from '../../../electron/net/tls.ts';
import { listen, startProxy, type ProxyOptions, type TestProxy } from '../../peers/proxies.ts';
import { issue, type Issued } from '../../support/issuer.ts';

/** Several proxies in an order, the kinds of proxy, and the ways of signing in to one. */

const file = path.join(mkdtempSync(path.join(tmpdir(), 'causeway-')), 'authority.pem');
let authority: Issued;
beforeAll(async () => {
  authority = await issue(null, { name: 'CN=proxies', authority: {} });
  await writeFile(file, authority.pem);
  // Read once, when the first context is made
  process.env['NODE_EXTRA_CA_CERTS'] = file;
});

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0)) await each();
});

/** A host that says so of itself, once somebody gets through to it and speaks first, as TLS does. */
function beyond(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end('beyond')));
  cleanUp.push(() => server.close());
  return listen(server);
}

async function proxyOf(wishes: Partial<ProxyOptions> & { port: number; target?: string }): Promise<TestProxy> {
  const { port, target = 'vpn.campus.test:443', ...rest } = wishes;
  const proxy = await startProxy({ kind: 'http', routes: { [target]: port }, ...rest });
  cleanUp.push(() => proxy.stop());
  return proxy;
}

/** A port of this computer where nobody is. */
async function nobody(): Promise<WebProxy> {
  const server = net.createServer();
  const port = await listen(server);
  server.close();
  return { kind: 'http', host: '127.0.0.1', port };
}

const target: Endpoint = { host: 'vpn.campus.test', port: 443 };
const options = (timeoutMs = 8000) => ({ signal: new AbortController().signal, timeoutMs });

async function through(via: ProxyRoute, to = target, timeoutMs?: number): Promise<string> {
  const socket = await connectVia(via, to, options(timeoutMs));
  socket.write('?');
  let all = '';
  for await (const chunk of socket) all += String(chunk);
  return all;
}

const placeOf = ({ via: { kind, host, port } }: TestProxy): WebProxy => ({ kind, host, port });
const never: Ask = () => Promise.reject(new Error('asked'));

describe('a list of proxies', () => {
  it('the next proxy of a list is tried if one is unreachable or is not a proxy', async () => {
    const port = await beyond();
    const proxy = await proxyOf({ port });
    const mail = net.createServer((socket) => socket.on('error', () => undefined).write('220 mail.test ESMTP\r\n'));
    cleanUp.push(() => mail.close());
    const noProxy: WebProxy = { kind: 'http', host: '127.0.0.1', port: await listen(mail) };
    expect(await through({ ...(await nobody()), fallbacks: [noProxy, placeOf(proxy), 'direct'] })).toBe('beyond');
    expect(proxy.asked).toEqual(['vpn.campus.test:443']);
  });

  it('a proxy of a list that does not accept a connection is waited for three seconds at most', async () => {
    const proxy = await proxyOf({ port: await beyond() });
    const began = performance.now();
    // TEST-NET-1: nobody answers there
    expect(await through({ kind: 'http', host: '192.0.2.1', port: 3128, fallbacks: [placeOf(proxy)] })).toBe('beyond');
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('the next proxy of a list is not tried if one refuses or wants a sign-in', async () => {
    const port = await beyond();
    const other = await proxyOf({ port });
    const refuses = await proxyOf({ port, target: 'other.test:443' });
    await expect(through({ ...placeOf(refuses), fallbacks: [placeOf(other)] })).rejects.toMatchObject({
      failure: { code: 'gateway-unreachable' },
    });
    const asks = await proxyOf({ port, signIn: { user: 'a', password: 'b' } });
    await expect(through({ ...placeOf(asks), fallbacks: [placeOf(other)] })).rejects.toMatchObject({
      failure: { code: 'proxy-rejected', params: { host: proxyName(asks.via) } },
    });
    expect(other.asked).toEqual([]);
  });

  it('a proxy list ends with a direct connection if it says so, else with the names of all that failed', async () => {
    const port = await beyond();
    const [first, second] = [await nobody(), await nobody()];
    expect(await through({ ...first, fallbacks: [second, 'direct'] }, { host: '127.0.0.1', port })).toBe('beyond');
    await expect(through({ ...first, fallbacks: [second] })).rejects.toMatchObject({
      failure: { code: 'proxy-unreachable', params: { host: `${proxyName(first)}, ${proxyName(second)}` } },
    });
    const gone = await nobody();
    await expect(through({ ...first, fallbacks: ['direct'] }, gone)).rejects.toMatchObject({ failure: { code: 'gateway-unreachable' } });
  });

  it('a proxy list can be cancelled at once', async () => {
    const stop = new AbortController();
    const proxy = await proxyOf({ port: await beyond() });
    const route: ProxyRoute = { kind: 'http', host: '192.0.2.1', port: 3128, fallbacks: [{ ...placeOf(proxy), host: '192.0.2.2' }] };
    const waiting = connectVia(route, target, { signal: stop.signal, timeoutMs: 60_000 });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  });

  it('a proxy list is shortened to what can be reached when a person signs in, and the asking proxy is named', async () => {
    const signIn = { user: 'guest', password: 'let me through' };
    const proxy = await proxyOf({ port: await beyond(), signIn });
    const gone = await nobody();
    const list = `PROXY ${proxyName(gone)}; PROXY ${proxyName(proxy.via)}; DIRECT`;
    const proxies = new Proxies(() => Promise.resolve(proxyOfList(list)));
    const asked: string[] = [];
    const ask: Ask = (prompt) => {
      if (prompt.kind !== 'proxy') throw new Error(prompt.kind);
      asked.push(prompt.host);
      return Promise.resolve({ kind: 'proxy', ...signIn });
    };
    const { signal } = new AbortController();
    const route = await signInToProxy(proxies, await proxies.routeThroughProxy(target), ask, signal);
    expect(asked).toEqual([proxyName(proxy.via)]);
    expect(route.via).toEqual({ ...placeOf(proxy), signIn, fallbacks: ['direct'] });
    // And is known from then on, wherever it stands in the list
    expect((await proxies.routeThroughProxy(target)).via?.fallbacks?.[0]).toMatchObject({ signIn });
    expect(await firstReached({ ...gone, fallbacks: [placeOf(proxy)] }, options())).toEqual(placeOf(proxy));
  });

  it('a direct connection is made if no proxy of a list can be reached and the list allows it', async () => {
    const gone = await nobody();
    const proxies = new Proxies(() => Promise.resolve(proxyOfList(`PROXY ${proxyName(gone)}; DIRECT`)));
    expect(await signInToProxy(proxies, await proxies.routeThroughProxy(target), never, AbortSignal.timeout(5000))).toEqual(target);
  });
});

describe('kinds of proxies', () => {
  it('a proxy inside TLS works with a certificate that the system trusts', async () => {
    const identity = await issue(authority, { ip: ['127.0.0.1'], usages: ['1.3.6.1.5.5.7.3.1'] });
    const signIn = { user: 'guest', password: 'pässword' };
    const proxy = await proxyOf({ kind: 'https', port: await beyond(), identity, signIn });
    expect(await through(proxy.via)).toBe('beyond');
  });

  it('a proxy inside TLS carries TLS to the gateway', async () => {
    const [outer, inner] = [await issue(authority, { ip: ['127.0.0.1'] }), await issue(authority, { dns: ['vpn.campus.test'] })];
    const gateway = tls.createServer({ cert: inner.pem, key: inner.keyPem }, (socket) =>
      socket.on('error', () => undefined).end('gateway'),
    );
    cleanUp.push(() => gateway.close());
    const proxy = await proxyOf({ kind: 'https', port: await listen(gateway), identity: outer });
    const verifier = createVerifier({ trust: { kind: 'system' }, now: Date.now });
    const socket = await connectTls({ ...target, via: proxy.via }, verifier, options());
    expect(acceptedCertificate(socket)?.subjectAltName).toBe('DNS:vpn.campus.test');
    const chunk: unknown = await new Promise((resolve) => socket.once('data', resolve));
    expect(String(chunk)).toBe('gateway');
    socket.destroy();
  });

  it.each([
    ['certificate-untrusted', async () => issue(null, { ip: ['127.0.0.1'] })],
    ['certificate-wrong-host', async () => issue(authority, { dns: ['other.test'] })],
    ['certificate-expired', async () => issue(authority, { ip: ['127.0.0.1'], notBefore: new Date(0), notAfter: new Date(1e12) })],
  ] as const)('a proxy inside TLS with %s is refused, and the next is not tried', async (code, make) => {
    const proxy = await proxyOf({ kind: 'https', port: await beyond(), identity: await make() });
    await expect(through({ ...proxy.via, fallbacks: ['direct'] })).rejects.toMatchObject({
      failure: { code, params: { host: proxyName(proxy.via) } },
    });
    expect(proxy.asked).toEqual([]);
  });

  it('the next proxy is tried if one should be inside TLS but is not', async () => {
    const plain = await proxyOf({ port: await beyond() });
    expect(await through({ ...placeOf(plain), kind: 'https', fallbacks: [placeOf(plain)] })).toBe('beyond');
  });

  it('a SOCKS4 proxy works by name and by address, and its refusal is reported', async () => {
    const port = await beyond();
    const proxy = await proxyOf({ kind: 'socks4', port });
    expect(await through(proxy.via)).toBe('beyond');
    const byAddress = await proxyOf({ kind: 'socks4', port, target: '10.1.2.3:443' });
    expect(await through(byAddress.via, { host: '10.1.2.3', port: 443 })).toBe('beyond');
    await expect(through(byAddress.via)).rejects.toMatchObject({ failure: { code: 'gateway-unreachable' } });
  });

  it.each(['http', 'https', 'socks5'] as const)('a proxy of the kind %s connects to an IPv6 address', async (kind) => {
    const identity = await issue(authority, { ip: ['127.0.0.1'] });
    const proxy = await proxyOf({ kind, port: await beyond(), target: '[2001:db8::7:0:1]:443', ...(kind === 'https' && { identity }) });
    expect(await through(proxy.via, { host: '2001:db8::7:0:1', port: 443 })).toBe('beyond');
  });

  it('an unsupported proxy is an error, never a direct connection', async () => {
    const proxies = new Proxies(() => Promise.resolve(proxyOfList('QUIC proxy.test:443')));
    await expect(proxies.routeThroughProxy(target)).rejects.toMatchObject({
      failure: { code: 'proxy-kind', params: { proxy: 'QUIC proxy.test:443' } },
    });
  });

  it('a proxy that a program does not speak is reached through our forwarding proxy, which only that program can use', async () => {
    const proxy = await proxyOf({ kind: 'socks4', port: await beyond() });
    const signIn = { user: 'causeway', password: 'secret' };
    const hop = await openForwardingProxy(proxy.via, { signIn });
    cleanUp.push(() => hop.close());
    const { kind, host, port } = hop;
    expect(await through({ kind, host, port, signIn })).toBe('beyond');
    await expect(through({ kind, host, port })).rejects.toMatchObject({ failure: { code: 'proxy-rejected' } });
    await expect(through({ kind, host, port, signIn: { ...signIn, password: 'guess' } })).rejects.toMatchObject({
      failure: { code: 'proxy-rejected' },
    });
    const narrow = await openForwardingProxy(proxy.via, { to: { host: 'other.test', port: 443 } });
    cleanUp.push(() => narrow.close());
    await expect(through({ kind, host, port: narrow.port })).rejects.toMatchObject({ failure: { code: 'gateway-unreachable' } });
  });
});

describe('ways of signing in to a proxy', () => {
  const signIn = { user: 'a', password: 'b' };

  it.each([
    [['Negotiate', 'NTLM'], 'Negotiate, NTLM'],
    [['Negotiate, NTLM'], 'Negotiate, NTLM'],
    [['Digest realm="Basic, or not", nonce="a\\", Basic realm=", qop="auth"'], 'Digest'],
    [['Kerberos', 'Negotiate'], 'Kerberos, Negotiate'],
  ])('nobody is asked if the proxy takes only %j, and the scheme is reported', async (challenges, scheme) => {
    const proxy = await proxyOf({ port: await beyond(), signIn, challenges });
    const proxies = new Proxies(() => Promise.resolve(placeOf(proxy)));
    await expect(signInToProxy(proxies, await proxies.routeThroughProxy(target), never, AbortSignal.timeout(5000))).rejects.toMatchObject({
      failure: { code: 'proxy-sign-in-kind', params: { host: proxyName(proxy.via), scheme } },
    });
  });

  it.each([[['Negotiate', 'NTLM', 'Basic realm="x"']], [['Digest realm="x", nonce="y", basic realm="z"']], [['BASIC']], [[]]])(
    'a proxy that offers %j is signed in to with Basic',
    async (challenges) => {
      const proxy = await proxyOf({ port: await beyond(), signIn, challenges });
      await expect(through(placeOf(proxy))).rejects.toMatchObject({ failure: { code: 'proxy-rejected' } });
      expect(await through(proxy.via)).toBe('beyond');
    },
  );

  it('a SOCKS5 proxy that takes neither no authentication nor a password is reported', async () => {
    const server = net.createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(Buffer.from([5, 0xff]))));
    cleanUp.push(() => server.close());
    const socksProxy: WebProxy = { kind: 'socks5', host: '127.0.0.1', port: await listen(server), signIn };
    await expect(through(socksProxy)).rejects.toMatchObject({ failure: { code: 'proxy-sign-in-kind', params: { scheme: 'GSSAPI' } } });
  });
});
