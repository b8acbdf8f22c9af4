import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier } from '../../../electron/trust/verifier.ts';
import type { WebProxy } from '../../../electron/net/endpoint.ts';
import { httpsJson } from '../../../electron/net/https.ts';
import { connectVia } from '../../../electron/net/proxy/proxy.ts';
import { proxyOfEnvironment, proxyOfList } from '../../../electron/net/proxy/proxy-list.ts';
import { Proxies } from '../../../electron/net/proxy/lookup.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { answer, codeOf, credentials, proceed, prompted, reach, startBench, student, type Bench } from '../../support/access.ts';
import { startProxy, type ProxyOptions, type TestProxy } from '../../peers/proxies.ts';

/** A campus that only a proxy leads to: its names are on no network of this computer. */

const signIn = { user: 'guest:room 7', password: 'pässword&"9' };
const typed = (password: string): Answer => ({ kind: 'proxy', user: 'guest', password });
const guest = { user: 'guest', password: 'let me through' };

let bench: Bench;
let proxy: TestProxy;
/** Where it is, without the sign-in that it wants. */
let place: WebProxy;
let begun = false;
let seen: string[];
afterEach(async () => {
  if (!begun) return;
  begun = false;
  await bench.close();
  await proxy.stop();
});

async function begin(kind: WebProxy['kind'], signIn?: ProxyOptions['signIn']) {
  seen = [];
  const holder: { proxy: WebProxy | null } = { proxy: null };
  bench = await startBench(
    {},
    {
      proxies: new Proxies((address) => {
        seen.push(address);
        return Promise.resolve(holder.proxy);
      }),
    },
  );
  const routes = Object.fromEntries(
    (bench.campus.profile.connectTo ?? []).map(({ host, port, loopbackPort }) => [`${host}:${port}`, loopbackPort] as const),
  );
  proxy = await startProxy({ kind, routes, ...(signIn && { signIn }) });
  const { via } = proxy;
  place = { kind, host: via.host, port: via.port };
  holder.proxy = place;
  begun = true;
}

/** The campus's profile as people have it, without the lab's detour. */
function profile(): Profile {
  const rest: Profile = { ...bench.campus.profile };
  delete rest.connectTo;
  delete rest.onCampus;
  return rest;
}
const name = (): string => `127.0.0.1:${place.port}`;

/** From the notice to connected. */
async function goOn(): Promise<void> {
  const { controller, campus } = bench;
  await answer(controller, 'notice', proceed);
  await answer(controller, 'credentials', credentials(student.userId, student.password));
  await answer(controller, 'second-factor', { kind: 'second-factor-passcode', passcode: codeOf(campus) });
  await reach(controller, 'connected');
}

/** That the portal answers through the relay. */
async function carries(): Promise<void> {
  const { host, port } = { host: new URL(profile().portal.address).hostname, port: 443 };
  const stream = await bench.controller.dial(host, port, AbortSignal.timeout(5000));
  stream.destroy();
}

describe.each(['http', 'socks5'] as const)('through a proxy that speaks %s', (kind) => {
  it('a web proxy carries the sign-in and all traffic', async () => {
    await begin(kind);
    bench.controller.connect(profile());
    await goOn();
    await carries();
    const gateway = profile().gateways[0] ?? '';
    expect(seen).toContain(`https://${gateway.replace(/:443$/, '')}${gateway.includes(':') ? '' : ':443'}/`);
    expect(proxy.asked.length).toBeGreaterThanOrEqual(3); // admission, control channel, relay
    expect(new Set(proxy.asked)).toEqual(new Set([gateway.includes(':') ? gateway : `${gateway}:443`]));
  });

  it('a web proxy’s password is asked for, again after a wrong one, and not a second time in this run', async () => {
    await begin(kind, guest);
    const { controller, log } = bench;
    controller.connect(profile());
    expect(await answer(controller, 'proxy', typed('wrong'))).toEqual({ kind: 'proxy', host: name() });
    await expect
      .poll(async () => (await prompted(controller, 'proxy')).prompt.failure)
      .toEqual({ code: 'proxy-rejected', params: { host: name() } });
    await answer(controller, 'proxy', typed(guest.password));
    await goOn();
    await carries();
    await controller.disconnect();
    controller.connect(profile());
    await prompted(controller, 'notice');
    expect(`${log.join('\n')}${JSON.stringify(bench.states)}`).not.toContain(guest.password);
  });

  it('a link that the web proxy breaks is reconnected automatically', async () => {
    await begin(kind, guest);
    const { controller } = bench;
    controller.connect(profile());
    await answer(controller, 'proxy', typed(guest.password));
    await goOn();
    proxy.cut();
    await reach(controller, 'reconnecting');
    await reach(controller, 'connected');
    await carries();
  });

  it('a web proxy that is gone is named, and nothing is asked', async () => {
    await begin(kind);
    await proxy.stop();
    bench.controller.connect(profile());
    expect(await reach(bench.controller, 'idle')).toMatchObject({ ending: { code: 'proxy-unreachable', params: { host: name() } } });
  });

  it('the next gateway is tried if the web proxy cannot reach the first', async () => {
    await begin(kind, guest);
    const gateways = ['gone.campus.test', ...profile().gateways];
    bench.controller.connect({ ...profile(), gateways });
    await answer(bench.controller, 'proxy', typed(guest.password));
    await prompted(bench.controller, 'notice');
    expect(bench.states).toContainEqual(expect.objectContaining({ kind: 'contacting', gateway: profile().gateways[0] }));
  });

  it('Cancel at the web proxy’s question leaves nothing behind', async () => {
    await begin(kind, guest);
    bench.controller.connect(profile());
    await prompted(bench.controller, 'proxy');
    await bench.controller.disconnect();
    expect(bench.controller.state).toEqual({ kind: 'idle', ending: null });
  });

  it('a web proxy’s user name and password may have any characters', async () => {
    const odd = kind === 'socks5' ? signIn : { ...signIn, user: 'guest room 7' };
    await begin(kind, odd);
    const target = { host: 'vpn.campus.test', port: 443 };
    const [route] = bench.campus.profile.connectTo ?? [];
    const to = route ? { host: route.host, port: route.port } : target;
    const socket = await connectVia({ ...place, signIn: odd }, to, { signal: AbortSignal.timeout(5000), timeoutMs: 5000 });
    socket.destroy();
    expect(proxy.asked).toEqual([`${to.host}:${to.port}`]);
  });

  it('recovery and a campus’s profile are also fetched through the web proxy', async () => {
    await begin(kind);
    const verifier = createVerifier({ trust: profile().trust, now: Date.now });
    const { status } = await httpsJson(profile().recovery?.address ?? profile().portal.address, verifier, {
      signal: AbortSignal.timeout(5000),
      timeoutMs: 5000,
      maxBytes: 1_000_000,
      routeThroughProxy: (endpoint) => new Proxies(() => Promise.resolve(place)).routeThroughProxy(endpoint),
    });
    expect(status).toBeGreaterThan(0);
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('what is no proxy', () => {
  const servers: net.Server[] = [];
  beforeEach(async () => {
    await begin('http');
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  async function serve(talk: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      talk(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }
  const target = { host: 'vpn.campus.test', port: 443 };
  const via = (kind: WebProxy['kind'], port: number, timeoutMs = 3000) =>
    connectVia({ kind, host: '127.0.0.1', port }, target, { signal: new AbortController().signal, timeoutMs });

  it.each(['http', 'socks5'] as const)('a server that is no proxy (asked for %s) is reported and dropped', async (kind) => {
    const unreachable = { failure: { code: 'proxy-unreachable' } };
    const mail = await serve((socket) => socket.write('220 mail.test ESMTP ready and waiting for you\r\n'));
    await expect(via(kind, mail)).rejects.toMatchObject(unreachable);
    const curt = await serve((socket) => socket.destroy());
    await expect(via(kind, curt)).rejects.toMatchObject(unreachable);
    const endless = await serve((socket) => {
      const more = (): void => {
        if (socket.writable) socket.write(`X-More: ${'y'.repeat(4000)}\r\n`, () => setImmediate(more));
      };
      socket.write('HTTP/1.1 200 OK\r\n');
      more();
    });
    await expect(via(kind, endless)).rejects.toMatchObject(unreachable);
  });

  it.each(['http', 'socks5'] as const)(
    'a proxy that says nothing is left after its time limit (%s), or at once on Cancel',
    async (kind) => {
      const silent = await serve(() => undefined);
      await expect(via(kind, silent, 200)).rejects.toMatchObject({ failure: { code: 'gateway-silent' } });
      const stop = new AbortController();
      const waiting = connectVia({ kind, host: '127.0.0.1', port: silent }, target, { signal: stop.signal, timeoutMs: 60_000 });
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    },
  );

  it('a server that answers CONNECT with a page, as a captive portal does, is no proxy', async () => {
    const page = await serve((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'));
    await expect(via('http', page)).rejects.toMatchObject({ failure: { code: 'gateway-unreachable' } });
  });

  it('a proxy lookup that never answers means no proxy', async () => {
    vi.useFakeTimers();
    const led = new Proxies(() => new Promise(() => undefined)).routeThroughProxy(target);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await led).toEqual(target);
    vi.useRealTimers();
    expect(await new Proxies(() => Promise.reject(new Error('no'))).routeThroughProxy(target)).toEqual(target);
  });
});

describe('which proxy', () => {
  it.each([
    ['DIRECT', null],
    ['PROXY proxy.test:3128', { kind: 'http', host: 'proxy.test', port: 3128 }],
    ['PROXY [2001:db8::1]:3128; DIRECT', { kind: 'http', host: '2001:db8::1', port: 3128, fallbacks: ['direct'] }],
    ['SOCKS5 proxy.test:1080', { kind: 'socks5', host: 'proxy.test', port: 1080 }],
    [
      'HTTPS secure.test:443;SOCKS old.test:1080; QUIC q.test:1; PROXY plain.test:80',
      {
        kind: 'https',
        host: 'secure.test',
        port: 443,
        fallbacks: [
          { kind: 'socks4', host: 'old.test', port: 1080 },
          { kind: 'http', host: 'plain.test', port: 80 },
        ],
      },
    ],
    ['DIRECT; PROXY proxy.test:3128', null],
    ['QUIC q.test:443; DIRECT', null],
    ['QUIC q.test:443', { kind: 'unsupported', entry: 'QUIC q.test:443' }],
    ['PROXY proxy.test', { kind: 'unsupported', entry: 'PROXY proxy.test' }],
    ['PROXY proxy.test:0; constructor x:1', { kind: 'unsupported', entry: 'PROXY proxy.test:0; constructor x:1' }],
    ['PROXY a b:1', { kind: 'unsupported', entry: 'PROXY a b:1' }],
    ['', null],
  ])('the proxy is found in the system’s setting %j', (list, proxy) => expect(proxyOfList(list)).toEqual(proxy));

  const address = 'https://vpn.campus.test/';
  it.each([
    [{}, null],
    [{ https_proxy: 'http://proxy.test:3128' }, { kind: 'http', host: 'proxy.test', port: 3128 }],
    [{ HTTPS_PROXY: 'proxy.test:8080' }, { kind: 'http', host: 'proxy.test', port: 8080 }],
    [{ all_proxy: 'socks5://proxy.test' }, { kind: 'socks5', host: 'proxy.test', port: 1080 }],
    [{ ALL_PROXY: 'socks5h://10.0.0.1:9050/' }, { kind: 'socks5', host: '10.0.0.1', port: 9050 }],
    [{ https_proxy: 'http://proxy.test' }, { kind: 'http', host: 'proxy.test', port: 80 }],
    [
      { https_proxy: 'http://guest:p%40ss@proxy.test:3128', all_proxy: 'socks5://other.test:1' },
      { kind: 'http', host: 'proxy.test', port: 3128, signIn: { user: 'guest', password: 'p@ss' } },
    ],
    [{ https_proxy: 'https://secure.test' }, { kind: 'https', host: 'secure.test', port: 443 }],
    [{ all_proxy: 'socks4a://old.test' }, { kind: 'socks4', host: 'old.test', port: 1080 }],
    [{ https_proxy: 'nonsense://me:secret@x' }, { kind: 'unsupported', entry: 'nonsense://x' }],
    [{ https_proxy: 'http://me:s@cret@proxy.test:99999' }, { kind: 'unsupported', entry: 'http://proxy.test:99999' }],
    [{ https_proxy: 'http://proxy.test:3128', no_proxy: '*' }, null],
    [{ https_proxy: 'http://proxy.test:3128', no_proxy: 'localhost, .campus.test' }, null],
    [{ https_proxy: 'http://proxy.test:3128', NO_PROXY: 'campus.test' }, null],
    [{ https_proxy: 'http://proxy.test:3128', no_proxy: 'vpn.campus.test:443' }, null],
    [
      { https_proxy: 'http://proxy.test:3128', no_proxy: 'vpn.campus.test:8443,pus.test,other.test' },
      { kind: 'http', host: 'proxy.test', port: 3128 },
    ],
  ])('the proxy is found in the environment %j', async (env, proxy) => expect(await proxyOfEnvironment(env)(address)).toEqual(proxy));

  it('no proxy is looked up for a lab’s connections to loopback', async () => {
    const asked: string[] = [];
    const proxies = new Proxies(async (about) => (asked.push(about), { kind: 'http', host: 'proxy.test', port: 1 }));
    expect(await proxies.routeThroughProxy({ host: 'a.test', port: 443, loopbackPort: 1 })).toEqual({
      host: 'a.test',
      port: 443,
      loopbackPort: 1,
    });
    expect(asked).toEqual([]);
  });
});
