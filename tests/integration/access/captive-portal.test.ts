import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { captivePortal } from '../../../electron/access/watch/captive-portal.ts';
import type { Profile } from '../../../shared/profile.ts';
import { prompted, reach, signIn, startBench, type Bench } from '../../support/access.ts';
import { otherGateway, otherProfile } from '../../support/other-gateway.ts';
import { startApp, when } from '../../support/app.ts';
import { listen, tcp } from '../../support/servers.ts';

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

const loginPage = 'http://login.hotel.test/welcome';
interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A network that answers plain HTTP for everybody, and TLS for nobody. */
async function network(answer: () => Answer | null): Promise<{ web: number; tls: number; asked: string[]; drop(): void }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method ?? ''} http://${request.headers.host ?? ''}${request.url ?? ''}`);
    const given = answer();
    if (!given) return;
    response.writeHead(given.status, given.headers);
    response.end(given.body ?? '');
  });
  const tls = await tcp((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 302 Found\r\nLocation: http://login.hotel.test/\r\n\r\n'));
  });
  return { web: await listen(server), tls, asked, drop: () => server.closeAllConnections() };
}

/** The campus's profile, with its gateway behind that network. */
function behind(profile: Profile, { web, tls }: { web: number; tls: number }): Profile {
  const gateway = profile.gateways[0] ?? '';
  const [host = '', port = '443'] = gateway.split(':');
  return {
    ...profile,
    connectTo: [
      { host, port: 80, loopbackPort: web },
      { host, port: Number(port), loopbackPort: tls },
      ...(profile.connectTo ?? []).filter((entry) => entry.host !== host),
    ],
  };
}

const redirect = (location: string) => (): Answer => ({ status: 302, headers: { location } });

describe('captive portal (MV#614, #6419: said, and offered to open)', () => {
  test('a gateway behind a captive portal is reported as such, after one request to the gateway’s own name', async () => {
    bench = await startBench();
    const captive = await network(redirect(loginPage));
    bench.controller.connect(behind(bench.campus.profile, captive));
    const { ending } = await reach(bench.controller, 'idle');
    expect(ending).toEqual({
      code: 'captive-portal',
      params: { address: loginPage, host: new URL(loginPage).host },
      detail: 'gateway-not-secure',
    });
    expect(captive.asked).toEqual(['GET http://vpn.campus.test/']);
  });

  test('a certificate that a captive portal shows for the gateway is not asked about', async () => {
    bench = await startBench();
    const captive = await network(redirect(loginPage));
    // Another campus’s front: a certificate that nobody vouches for
    const { profile, port } = bench.campus;
    bench.controller.connect({ ...behind(profile, { web: captive.web, tls: port }), trust: { kind: 'system' } });
    const { ending } = await reach(bench.controller, 'idle');
    expect(ending?.code).toBe('captive-portal');
    expect(bench.states.some(({ kind }) => kind === 'asking')).toBe(false);
  });

  test('without a captive portal, an untrusted certificate is still asked about', async () => {
    bench = await startBench();
    const campusNet = await network(redirect('https://vpn.campus.test/'));
    const { profile, port } = bench.campus;
    bench.controller.connect({ ...behind(profile, { web: campusNet.web, tls: port }), trust: { kind: 'system' } });
    await prompted(bench.controller, 'certificate');
  });

  test('a captive portal’s page is opened only by a click, and the network is reported as open without signing in', async () => {
    bench = await startBench();
    const captive = await network(redirect(loginPage));
    let route = 'hotel';
    const gateway = await tcp((socket) => {
      const to = net.connect(route === 'hotel' ? captive.tls : (bench?.campus.port ?? 0), '127.0.0.1');
      socket.pipe(to).pipe(socket);
      to.on('error', () => socket.destroy());
    });
    let web = redirect(loginPage);
    const plainHttp = await network(() => web());
    const profile = behind(bench.campus.profile, { web: plainHttp.web, tls: gateway });
    const run = await startApp([profile]);
    try {
      await expect(run.app.verbs.openNetworkPage()).rejects.toThrow('not-now');
      await run.app.verbs.connect({ profileId: profile.id });
      await when(run.app, ({ access }) => access.kind === 'idle' && access.ending?.code === 'captive-portal');
      expect(run.desktop.external).toEqual([]);
      await run.app.verbs.openNetworkPage();
      expect(run.desktop.external).toEqual([loginPage]);
      // Another network, or the sign-in done: the next look finds the gateway itself
      route = 'campus';
      web = redirect('https://vpn.campus.test/');
      run.environment.networkChange();
      await when(run.app, ({ access }) => access.kind === 'idle' && access.wayFree === true);
      expect(bench.campus.records.sessions()).toEqual([]);
      await run.app.verbs.acknowledge();
      expect(run.app.state.access).toEqual({ kind: 'idle', ending: null });
    } finally {
      await run.close();
    }
  });

  test('a captive portal that appears during a session is reported while reconnecting, and the same ticket continues afterwards', async () => {
    bench = await startBench();
    const captive = await network(redirect(loginPage));
    let route = 'campus';
    const lines = new Set<net.Socket>();
    const gateway = await tcp((socket) => {
      lines.add(socket);
      const to = net.connect(route === 'hotel' ? captive.tls : (bench?.campus.port ?? 0), '127.0.0.1');
      socket.pipe(to).pipe(socket);
      to.on('error', () => socket.destroy());
      to.on('close', () => socket.destroy());
    });
    await signIn({ ...bench, campus: { ...bench.campus, profile: behind(bench.campus.profile, { web: captive.web, tls: gateway }) } });
    route = 'hotel';
    for (const line of lines) line.destroy();
    await expect
      .poll(() => (bench?.controller.state.kind === 'reconnecting' ? bench.controller.state.why.code : null), { timeout: 10_000 })
      .toBe('captive-portal');
    route = 'campus';
    bench.controller.retryNow();
    await reach(bench.controller, 'connected');
    expect(
      bench.states.filter((state) => state.kind === 'asking' && state.prompt.kind === 'second-factor' && !state.answered),
    ).toHaveLength(1);
  });

  test('a captive portal that appears while a silent link is kept is reported too', async () => {
    const { web } = await network(redirect(loginPage));
    const gateway = otherGateway();
    const controller = gateway.make();
    onTestFinished(() => controller.disconnect());
    controller.connect({
      ...otherProfile,
      connectTo: [...(otherProfile.connectTo ?? []), { host: 'vpn.campus.test', port: 80, loopbackPort: web }],
    });
    await reach(controller, 'connected');
    gateway.answer(false);
    gateway.environment.networkChange();
    await expect
      .poll(() => (controller.state.kind === 'reconnecting' ? controller.state.why : null))
      .toMatchObject({ code: 'captive-portal', params: { address: loginPage } });
    gateway.answer(true);
    await reach(controller, 'connected');
    expect(gateway.tunnels).toMatchObject([{ abandoned: false }]);
  });
});

describe('what counts as one', () => {
  const profileWith = (bare: Partial<Profile>, web: number): Profile => ({
    version: 1,
    id: 'x',
    name: 'X',
    gateways: ['vpn.campus.test'],
    protocol: 'campus',
    tunnel: 'relay',
    labels: { userId: 'User ID', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
    browser: { hosts: ['login.elsewhere.test'] },
    connectTo: [{ host: 'vpn.campus.test', port: 80, loopbackPort: web }],
    ...bare,
  });
  const refresh = (to: string): string => `<html><head><META content="0;url='${to}'" http-equiv=Refresh></head></html>`;
  const look = async (answer: () => Answer | null): Promise<string | null> => {
    const { web } = await network(answer);
    return captivePortal(profileWith({}, web), 'vpn.campus.test', new AbortController().signal);
  };
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const here = 'http://vpn.campus.test/';

  test.each<[string, Answer | null, string | null]>([
    ['511 (RFC 6585)', { status: 511 }, here],
    ['a redirect elsewhere', { status: 307, headers: { location: loginPage } }, loginPage],
    ['the campus’s own front page', { status: 200, headers: html, body: '<h1>Welcome to Harbour VPN</h1>' }, null],
    ['a front page that is a folder further down', { status: 302, headers: { location: '/login' } }, null],
    ['a front page at the campus’s own web server', { status: 302, headers: { location: 'http://www.campus.test/vpn' } }, null],
    ['the page that people sign in on', { status: 302, headers: { location: 'https://login.elsewhere.test/' } }, null],
    ['a front page that leads to TLS by itself', { status: 200, headers: html, body: refresh('https://vpn.campus.test/') }, null],
    [
      'a page that leads elsewhere by itself',
      { status: 200, headers: html, body: refresh(`${loginPage}?a=1&amp;b=2`) },
      `${loginPage}?a=1&b=2`,
    ],
    ['a page for programs of hotspots (WISPr)', { status: 200, headers: html, body: '<!--<WISPAccessGatewayParam>-->' }, here],
    ['the gateway’s own way to TLS', { status: 301, headers: { location: 'https://vpn.campus.test/' } }, null],
    ['a host of the campus', { status: 302, headers: { location: 'https://www.2fa.campus.test/' } }, null],
    [
      'a name that only ends like one of the campus',
      { status: 302, headers: { location: 'http://evilcampus.test/' } },
      'http://evilcampus.test/',
    ],
    ['a redirect to this computer', { status: 302, headers: { location: 'http://127.0.0.1:631/' } }, here],
    ['one with a password in it', { status: 302, headers: { location: 'http://a:b@hotel.test/' } }, here],
    ['no address at all', { status: 302, headers: { location: 'http://[' } }, null],
    ['a program to start', { status: 302, headers: { location: 'ms-msdt:/id' } }, null],
    ['an empty answer, as probes get', { status: 204 }, null],
    ['not found', { status: 404, headers: html }, null],
    ['silence', null, null],
  ])('the answer to the probe is judged correctly: %s', async (_what, answer, found) => {
    expect(await look(() => answer)).toBe(found);
  });

  describe('an answer that could be the campus’s own front page is the network’s', () => {
    const page: Answer = { status: 200, headers: html, body: '<h1>Welcome</h1>' };
    /** Answers for the gateway, and at an address that no computer has. */
    const everywhere = async (own: Answer, nobodys: Answer | null): Promise<string | null> => {
      const [gateway, nobody] = [await network(() => own), await network(() => nobodys)];
      const connectTo = [
        { host: 'vpn.campus.test', port: 80, loopbackPort: gateway.web },
        { host: '192.0.2.1', port: 80, loopbackPort: nobody.web },
      ];
      return captivePortal(profileWith({ connectTo }, 1), 'vpn.campus.test', new AbortController().signal);
    };
    test.each<[string, Answer, Answer | null, string | null]>([
      ['where it answers for nobody too', page, page, here],
      ['where it sends nobody somewhere', page, { status: 302, headers: { location: loginPage } }, loginPage],
      ['where it redirects within the name that was asked', { status: 302, headers: { location: '/login' } }, page, here],
      ['not where nobody answers for nobody', page, null, null],
      ['not where a company’s proxy says that nobody is there', page, { status: 503, headers: html }, null],
      [
        'not where it is the way to TLS, whoever answers for nobody',
        { status: 301, headers: { location: 'https://vpn.campus.test/' } },
        page,
        null,
      ],
    ])(
      'an answer that could be the campus’s front page is judged by the network’s other answers: %s',
      async (_what, own, nobodys, found) => {
        expect(await everywhere(own, nobodys)).toBe(found);
      },
    );
  });

  test('a lab whose names are in no DNS is not probed for a captive portal', async () => {
    const profile = profileWith({ connectTo: [{ host: 'vpn.campus.test', port: 443, loopbackPort: 9 }] }, 1);
    expect(await captivePortal(profile, 'vpn.campus.test', new AbortController().signal)).toBeNull();
  });

  test('whatever a network answers, the page to open is http or https, and bounded', async () => {
    let given: Answer | null = null;
    const { web } = await network(() => given);
    const profile = profileWith({}, web);
    const scheme = fc.constantFrom('http:', 'https:', 'file:', 'javascript:', 'smb:', 'HTTP:', '');
    await fc.assert(
      fc.asyncProperty(scheme, fc.stringMatching(/^[!-~]{0,40}$/), fc.constantFrom('//', '', '///'), async (first, rest, slashes) => {
        given = { status: 302, headers: { location: `${first}${slashes}${rest}` } };
        const found = await captivePortal(profile, 'vpn.campus.test', new AbortController().signal);
        if (found === null) return;
        expect(found).toMatch(/^https?:\/\//);
        expect(found.length).toBeLessThanOrEqual(1_000);
      }),
      { numRuns: 150 },
    );
  });
});
