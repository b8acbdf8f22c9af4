import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { GatewayTarget } from '../../../electron/gateways/gateway.ts';
import type { OpenConnectDeps } from '../../../electron/gateways/openconnect/driver.ts';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import { timed } from '../../support/stalls.ts';
import { FormGateway, signInForm, type Request, type Step } from '../../peers/gateways/form-gateway.ts';
import {
  credentials,
  failsWith,
  hasIPv6,
  missingLibrary,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Script,
} from '../../peers/openconnect-bench.ts';
import type { WebProxy } from '../../../electron/net/endpoint.ts';
import { listen, startProxy } from '../../peers/proxies.ts';

const mei = credentials('mei', 'harbour');
/** The bound that the app promises for a Cancel. */
const cancelWithinMs = 1_000;

describe.skipIf(missingLibrary() !== null)('a sign-in in trouble', () => {
  let bench: DriverBench;
  const cleanUp: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    bench = await startDriver();
  });
  afterEach(async () => {
    for (const each of cleanUp.splice(0)) await each();
  });
  afterAll(() => bench.driver.stop());

  const gateway = async (next: (request: Request, gateway: FormGateway) => Step | Promise<Step>, address?: '::1') => {
    const at = await FormGateway.start(next, address);
    cleanUp.push(() => at.stop());
    return at;
  };
  const tcp = async (serve: (socket: net.Socket) => void) => {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      serve(socket);
    });
    const port = await listen(server);
    cleanUp.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return port;
  };
  /** Takes a call and its TLS greeting, and says nothing. Before the greeting the library would still hear a Cancel. */
  const stalled = async () => {
    let greet = (): void => undefined;
    const greeted = new Promise<void>((resolve) => (greet = resolve));
    return { port: await tcp((socket) => socket.once('data', () => greet())), greeted };
  };
  const profileTo = async (loopbackPort: number): Promise<Profile> => {
    const at = await gateway(() => 'hang');
    return at.profile({ connectTo: [{ host: at.host, port: 443, loopbackPort }] });
  };
  const own = async (deps: Partial<OpenConnectDeps> = {}) => {
    const made = await startDriver(deps);
    cleanUp.push(() => made.driver.stop());
    return made;
  };
  const signIn = (profile: Profile, script: Script, using = bench, target: Partial<GatewayTarget> = {}) => {
    const who = person(script);
    const stop = new AbortController();
    const session = using.driver.signIn(targetFor(profile, target), who.ask, stop.signal);
    session.catch(() => undefined);
    return { who, stop, session };
  };
  /** How long a Cancel takes. */
  const cancelled = ({ stop, session }: ReturnType<typeof signIn>): Promise<number> =>
    timed(async () => {
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    });

  test('a gateway that imitates the library’s question does not get the passphrase of the person’s key', async () => {
    const phrase = 'for-my-key-alone';
    const fished =
      '<config-auth client="vpn" type="auth-request"><auth id="openconnect_pem"><message>Enter PEM pass phrase:</message>' +
      '<form method="post" action="/auth"><input type="password" name="pw" label="Enter PEM pass phrase:"/></form></auth></config-auth>';
    const at = await gateway(({ init }) => (init ? { raw: fished } : 'success'));
    const { pem, keyPem } = await issue(null, { name: 'CN=mei', authority: {} });
    const folder = mkdtempSync(join(tmpdir(), 'cw-fish-'));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'mei.pem');
    writeFileSync(file, pem + keyPem);
    const { who, session } = signIn(at.profile({ clientCertificate: true }), {
      'client-certificate': { kind: 'client-certificate', file, passphrase: phrase },
      'credentials': { kind: 'credentials', values: { password: 'another' } },
      'passcode': 'leave',
    });
    await session;
    expect(who.kinds()).toEqual(['client-certificate', 'credentials']);
    expect(JSON.stringify(at.requests)).not.toContain(phrase);
  });

  describe('Cancel within a second', () => {
    test('Cancel during an open question ends the sign-in within a second', async () => {
      const at = await gateway(() => signInForm);
      const attempt = signIn(at.profile(), { credentials: 'wait' });
      await expect.poll(() => attempt.who.kinds()).toEqual(['credentials']);
      expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
    });

    test('Cancel while the gateway withholds its answer reaches the library within a second, and its worker lives on', async () => {
      const at = await gateway(({ init }, { requests }) => (init ? signInForm : requests.length === 2 ? 'hang' : 'success'));
      // No kill would come in time to be what ended it
      const mine = await own({ times: { cancelTimeoutMs: 20_000 } });
      const attempt = signIn(at.profile(), { credentials: mei }, mine);
      await expect.poll(() => at.requests.length).toBe(2);
      expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
      expect(mine.workers).toHaveLength(1);
    });

    test('Cancel during a stalled TLS handshake, where the library does not listen, kills the worker within a second', async () => {
      const { port, greeted } = await stalled();
      const mine = await own();
      const attempt = signIn(await profileTo(port), {}, mine);
      await greeted;
      expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
      // The next one has a process of its own
      const at = await gateway(({ init }) => (init ? signInForm : 'success'));
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
      expect(mine.workers).toHaveLength(2);
    });

    test('a killed worker is replaced at once while a window is open to sign in from', async () => {
      const { port, greeted } = await stalled();
      const mine = await own();
      mine.driver.setWanted(true);
      const attempt = signIn(await profileTo(port), {}, mine);
      await greeted;
      await cancelled(attempt);
      await mine.workers[0]?.exited;
      expect(mine.workers).toHaveLength(2);
      const at = await gateway(({ init }) => (init ? signInForm : 'success'));
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
      expect(mine.workers).toHaveLength(2);
    });

    test('Cancel while a push is pending ends the sign-in within a second', async () => {
      const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
      const attempt = signIn(at.profile({ secondFactor: 'append' }), {
        'credentials': mei,
        'second-factor': { kind: 'second-factor', method: 'push', device: 'push' },
        'push': 'wait',
      });
      await expect.poll(() => attempt.who.kinds()).toContain('push');
      expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
    });

    test.each(['http', 'socks5', 'https', 'socks4'] as const)(
      'Cancel while a proxy (%s) accepts and says nothing ends the sign-in within a second',
      async (kind) => {
        const reached: net.Socket[] = [];
        const port = await tcp((socket) => reached.push(socket));
        const at = await gateway(() => signInForm);
        const via = { kind, host: '127.0.0.1', port };
        const attempt = signIn(at.profile({ connectTo: [] }), {}, await own(), { host: at.host, port: 443, via });
        await expect.poll(() => reached.length, { timeout: 10_000 }).toBeGreaterThan(0);
        expect(await cancelled(attempt)).toBeLessThan(cancelWithinMs);
      },
    );

    test('Cancel before the start begins no sign-in', async () => {
      const at = await gateway(() => signInForm);
      const stop = AbortSignal.abort();
      await expect(bench.driver.signIn(targetFor(at.profile()), person({}).ask, stop)).rejects.toMatchObject(failsWith('cancelled'));
    });
  });

  describe('a worker that dies', () => {
    const component = { component: 'libopenconnect' };

    test('a worker killed during an open question withdraws the question, and only this sign-in ends', async () => {
      const at = await gateway(({ init }) => (init ? signInForm : 'success'));
      const mine = await own();
      const attempt = signIn(at.profile(), { credentials: 'wait' }, mine);
      await expect.poll(() => attempt.who.kinds()).toEqual(['credentials']);
      mine.workers[0]?.kill();
      await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
    });

    test('a worker killed while the gateway is to answer ends the sign-in as component-failed', async () => {
      const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
      const mine = await own();
      const attempt = signIn(at.profile(), { credentials: mei }, mine);
      await expect.poll(() => at.requests.length).toBe(2);
      mine.workers[0]?.kill();
      await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
    });

    test('a worker that hangs is noticed and killed', async () => {
      const at = await gateway(({ init }) => (init ? signInForm : 'hang'));
      const mine = await own({ times: { pingMs: 500 } });
      const attempt = signIn(at.profile(), { credentials: mei }, mine);
      await expect.poll(() => at.requests.length).toBe(2);
      const pid = mine.workers[0]?.pid;
      if (pid === undefined) throw new Error('no process');
      process.kill(pid, 'SIGSTOP');
      await expect(attempt.session).rejects.toMatchObject(failsWith('component-failed', component));
    });

    test('a worker without its library reports the missing component', async () => {
      const mine = await own({ library: { path: '/nowhere/libopenconnect.so.5' } });
      const at = await gateway(() => signInForm);
      await expect(signIn(at.profile(), {}, mine).session).rejects.toMatchObject(failsWith('component-missing', component));
    });

    test('a worker that sends something else than its protocol is not believed', async () => {
      const mine = await own({
        startWorker: () => ({
          pid: undefined,
          post: () => undefined,
          onMessage: (listener) => setImmediate(() => listener({ type: 'done', cookie: 7 })),
          exited: new Promise(() => undefined),
          kill: () => undefined,
        }),
      });
      const at = await gateway(() => signInForm);
      await expect(signIn(at.profile(), {}, mine).session).rejects.toMatchObject(failsWith('component-failed', component));
    });

    test('an idle worker is kept for thirty seconds after it is last wanted, and no longer', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const mine = await own();
        mine.driver.setWanted(true);
        const [worker] = mine.workers;
        if (!worker) throw new Error('not warmed');
        const kill = vi.spyOn(worker, 'kill');
        mine.driver.setWanted(false);
        vi.advanceTimersByTime(29_900);
        expect(kill).not.toHaveBeenCalled();
        vi.advanceTimersByTime(200);
        expect(kill).toHaveBeenCalledOnce();
        await worker.exited;
      } finally {
        vi.useRealTimers();
      }
    });

    test('a worker is started ahead while it is wanted, and stopped when it is not', async () => {
      const mine = await own({ times: { idleMs: 20 } });
      mine.driver.setWanted(true);
      expect(mine.workers).toHaveLength(1);
      const at = await gateway(({ init }) => (init ? signInForm : 'success'));
      await signIn(at.profile(), { credentials: mei }, mine).session;
      expect(mine.workers).toHaveLength(1);
      mine.driver.setWanted(false);
      await mine.workers[0]?.exited;
      // Unasked for it still works, cold
      expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
      expect(mine.workers).toHaveLength(2);
      await mine.workers[1]?.exited;
    });
  });

  describe('an unreachable gateway', () => {
    test('a port where nobody listens fails as gateway-unreachable', async () => {
      const port = await tcp(() => undefined);
      for (const each of cleanUp.splice(0)) await each();
      await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-unreachable'));
    });

    test('an unknown host name fails as gateway-name-unknown', async () => {
      const at = await gateway(() => signInForm);
      const profile = at.profile({ gateways: ['no-such-name.invalid'] });
      await expect(signIn(profile, {}).session).rejects.toMatchObject(failsWith('gateway-name-unknown', { host: 'no-such-name.invalid' }));
    });

    test('a server without TLS fails as gateway-not-secure', async () => {
      const port = await tcp((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-not-secure'));
    });

    test('a gateway that hangs up fails as gateway-closed', async () => {
      const port = await tcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
      await expect(signIn(await profileTo(port), {}).session).rejects.toMatchObject(failsWith('gateway-closed'));
    });

    test('a gateway that accepts the connection and says nothing fails as gateway-silent', async () => {
      const port = await tcp(() => undefined);
      // Long enough for a busy computer to make the connection: before that it would be unreachable
      const mine = await own({ times: { silentAfterMs: 3_000 } });
      await expect(signIn(await profileTo(port), {}, mine).session).rejects.toMatchObject(failsWith('gateway-silent'));
    });

    test.each([
      [503, 'gateway-busy'],
      [500, 'campus-trouble'],
      [404, 'gateway-protocol'],
    ] as const)('a gateway that answers %i fails as %s', async (status, code) => {
      const at = await gateway(({ init }) => (init ? signInForm : { status }));
      await expect(signIn(at.profile(), { credentials: mei }).session).rejects.toMatchObject(failsWith(code));
    });

    test('a web site that is no gateway fails as gateway-protocol', async () => {
      const at = await gateway(() => ({ raw: '<html><body>It works!</body></html>' }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    });
  });

  describe('hostile forms', () => {
    test('a form of ten megabytes fails as gateway-protocol', async () => {
      const at = await gateway(() => ({ message: 'x'.repeat(10 * 1024 * 1024), inputs: signInForm.inputs }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    });

    test('a form of a thousand fields fails as gateway-protocol', async () => {
      const inputs = Array.from({ length: 1000 }, (_, index) => ({ name: `field${index}` }));
      const at = await gateway(() => ({ inputs }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    });

    test('a list of a thousand and one choices fails as gateway-protocol', async () => {
      const options = Array.from({ length: 1001 }, (_, index) => ({ value: `${index}`, label: `Group ${index}` }));
      const at = await gateway(() => ({ inputs: [{ name: 'group_list', options }] }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
    });

    test('endless forms that need no answer fail as gateway-protocol', async () => {
      const at = await gateway(({ turn }) => ({ inputs: [{ type: 'hidden', name: `turn${turn}`, value: 'x' }], message: '' }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
      expect(at.requests.length).toBeLessThan(30);
    });

    test('endless questions at one gateway fail as gateway-protocol', async () => {
      const at = await gateway(({ turn }) => ({ message: `Riddle ${'?'.repeat(turn)}`, inputs: [{ name: `riddle${turn}` }] }));
      const attempt = signIn(at.profile(), { fields: { kind: 'fields', values: {} } });
      await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-protocol'));
      expect(attempt.who.asked.length).toBeLessThanOrEqual(100);
    });

    test('endless redirects at one gateway fail as gateway-protocol', async () => {
      const at = await gateway((_, { requests }) => ({ redirect: `/over/${requests.length}` }));
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('gateway-protocol'));
      expect(at.requests.length).toBeLessThan(60);
    });

    test('direction marks and control characters in labels and text are removed before they are shown', async () => {
      const at = await gateway(() => ({
        message: 'Sign\u202E in\u200B',
        inputs: [
          { name: 'pet', label: '\u202Edrowssap ruoY\u2066' },
          { name: 'colour', label: 'Colour\u0085\u200E' },
        ],
      }));
      const attempt = signIn(at.profile(), { fields: 'leave' });
      await expect(attempt.session).rejects.toMatchObject(failsWith('cancelled'));
      expect(attempt.who.asked).toEqual([
        {
          kind: 'fields',
          message: 'Sign in',
          fields: [
            { name: 'pet', label: 'drowssap ruoY', secret: false },
            { name: 'colour', label: 'Colour', secret: false },
          ],
          selects: [],
        },
      ]);
    });
  });

  describe('computer checks', () => {
    const scan =
      '<host-scan><host-scan-ticket>t</host-scan-ticket><host-scan-token>k</host-scan-token>' +
      '<host-scan-base-uri>/CACHE/</host-scan-base-uri><host-scan-wait-uri>/wait</host-scan-wait-uri></host-scan>';
    const scanFirst: Step = {
      raw: `<config-auth client="vpn" type="auth-request">${scan}<auth id="main"><form method="post" action="/"><input type="text" name="username"/></form></auth></config-auth>`,
    };

    test('a computer check of Cisco’s that we cannot run is named', async () => {
      const at = await gateway(() => scanFirst);
      await expect(signIn(at.profile(), {}).session).rejects.toMatchObject(failsWith('host-check'));
    });

    test('a computer check of Ivanti’s web page that we cannot run is named', async () => {
      const elsewhere = '/dana-na/auth/url_default/welcome.cgi?p=preauth';
      const at = await gateway((_, { requests }) =>
        requests.length === 1 ? { redirect: elsewhere } : { raw: '<html><body>Checking</body></html>' },
      );
      await expect(signIn(at.profile({ protocol: 'nc' }), {}).session).rejects.toMatchObject(failsWith('host-check'));
    });

    test.skipIf(process.platform === 'win32')(
      'a computer check is run by the program that the administrator names, and by none of the gateway’s',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'cw-check-'));
        cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
        const program = join(folder, 'check');
        writeFileSync(program, `#!/bin/sh\necho "$@" > ${folder}/ran\n`, { mode: 0o755 });
        const mine = await own({ hostCheckWrapper: program });
        const checked = (): boolean => existsSync(join(folder, 'ran'));
        const at = await gateway(({ fields }) => ('username' in fields ? 'success' : checked() ? signInForm : scanFirst));
        expect((await signIn(at.profile(), { credentials: mei }, mine).session).user).toBe('mei');
        expect(readFileSync(join(folder, 'ran'), 'utf8')).toContain('-ticket');
      },
    );
  });

  test.skipIf(!hasIPv6)('a gateway at an IPv6 address signs in by its address in brackets, certificate included', async () => {
    const at = await gateway(({ init }) => (init ? signInForm : 'success'), '::1');
    const { grant } = await signIn(at.profile(), { credentials: mei }).session;
    expect(grant).toMatchObject({ connectUrl: `https://[::1]:${at.port}/`, address: '::1', endpoint: { host: '::1', port: at.port } });
  });

  describe('sign-ins through the network’s proxy', () => {
    const through = async (kind: Exclude<WebProxy['kind'], 'https'>, given: { user: string; password: string } | null, wanted = given) => {
      const at = await gateway(({ init }) => (init ? signInForm : 'success'));
      const proxy = await startProxy({ kind, routes: { [`${at.host}:443`]: at.port }, ...(wanted ? { signIn: wanted } : {}) });
      cleanUp.push(() => proxy.stop());
      const { host, port } = proxy.via;
      // As the app finds it: the name is the proxy's to look up
      const target = { host: at.host, port: 443, via: { kind, host, port, ...(given ? { signIn: given } : {}) } };
      return { at, proxy, attempt: signIn(at.profile({ connectTo: [] }), { credentials: mei }, bench, target) };
    };

    test.each(['http', 'socks5'] as const)(
      'an OpenConnect sign-in works through a %s proxy, with and without the proxy’s own user and password',
      async (kind) => {
        for (const given of [null, { user: 'nö:body', password: 'p@ss w/ord' }]) {
          const { at, proxy, attempt } = await through(kind, given);
          const { grant } = await attempt.session;
          expect(grant).toMatchObject({ connectUrl: `https://${at.host}/`, address: null });
          expect(proxy.asked).toContain(`${at.host}:443`);
        }
      },
    );

    test('an OpenConnect sign-in works through a proxy kind that only we speak', async () => {
      const { at, proxy, attempt } = await through('socks4', null);
      const { grant } = await attempt.session;
      expect(grant).toMatchObject({ connectUrl: `https://${at.host}/`, endpoint: { via: { kind: 'socks4' } } });
      expect(proxy.asked).toContain(`${at.host}:443`);
    });

    test.each([
      ['http', null],
      ['socks5', null],
      ['http', { user: 'a', password: 'not it' }],
      ['socks5', { user: 'a', password: 'not it' }],
    ] as const)('a %s proxy that rejects us is reported as proxy-rejected: %j', async (kind, given) => {
      const { attempt, proxy } = await through(kind, given, { user: 'a', password: 'b' });
      await expect(attempt.session).rejects.toMatchObject(failsWith('proxy-rejected', { host: `127.0.0.1:${proxy.via.port}` }));
    });

    test('a gateway’s own error behind a proxy is not blamed on the proxy', async () => {
      const at = await gateway(({ init }) => (init ? signInForm : { raw: 'nonsense' }));
      const proxy = await startProxy({ kind: 'http', routes: { [`${at.host}:443`]: at.port } });
      cleanUp.push(() => proxy.stop());
      const attempt = signIn(at.profile({ connectTo: [] }), { credentials: mei }, bench, { host: at.host, port: 443, via: proxy.via });
      await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-protocol', { host: at.host }));
    });

    test.each(['http', 'socks5'] as const)('a %s proxy that cannot reach the gateway is reported as gateway-unreachable', async (kind) => {
      const at = await gateway(() => signInForm);
      const proxy = await startProxy({ kind, routes: {} });
      cleanUp.push(() => proxy.stop());
      const attempt = signIn(at.profile({ connectTo: [] }), {}, bench, { host: at.host, port: 443, via: proxy.via });
      await expect(attempt.session).rejects.toMatchObject(failsWith('gateway-unreachable', { host: at.host }));
    });

    test('a proxy that is down is reported as proxy-unreachable', async () => {
      const at = await gateway(() => signInForm);
      const port = await tcp(() => undefined);
      for (const each of cleanUp.splice(1)) await each();
      const target = { via: { kind: 'http' as const, host: '127.0.0.1', port } };
      const attempt = signIn(at.profile(), {}, bench, target);
      await expect(attempt.session).rejects.toMatchObject(failsWith('proxy-unreachable', { host: `127.0.0.1:${port}` }));
    });
  });
});
