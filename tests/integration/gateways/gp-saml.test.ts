import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { double, webContents } from '../../electron-double/index.ts';
import { answerProxyLogin } from '../../../electron/desktop/pages/proxy-login.ts';
import type { Session } from '../../../electron/gateways/gateway.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { testPageArea } from '../../support/page-area.ts';
import { timed } from '../../support/stalls.ts';
import { startGlobalProtect, type GlobalProtect, type GlobalProtectOptions } from '../../peers/gateways/global-protect.ts';
import {
  credentials,
  failsWith,
  missingLibrary,
  person,
  startDriver,
  targetFor,
  type DriverBench,
  type Person,
  type Script,
} from '../../peers/openconnect-bench.ts';
import { readyForPages, testSignInView } from '../../support/sign-in-view.ts';
import { awaitedLater } from '../../support/awaited-later.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** GlobalProtect's sign-in at an identity provider: libopenconnect's own code, and the app's own window. */

const inWindow: Answer = { kind: 'browser', where: 'window' };

describe.skipIf(missingLibrary() !== null)('GlobalProtect with SAML', () => {
  let bench: DriverBench;
  let peer: GlobalProtect;
  const log: string[] = [];
  const pageArea = testPageArea();

  beforeAll(async () => {
    await readyForPages();
    const view = testSignInView({
      pageArea,
      log: (line) => log.push(line),
    });
    answerProxyLogin((contents) => view.proxyOf(contents));
    bench = await startDriver({ openSignInPage: view.open });
  });
  afterEach(async () => {
    await peer.stop();
    expect(pageArea.views).toEqual([]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await double.dispose();
  });

  const begin = async (
    options: GlobalProtectOptions,
    script: Script = { browser: inWindow },
    browser: Partial<NonNullable<Profile['browser']>> = {},
  ): Promise<{ who: Person; session: Promise<Session>; stop: AbortController }> => {
    peer = await startGlobalProtect(options);
    const who = person(script);
    const stop = new AbortController();
    const profile = peer.profile({ browser: { hosts: [peer.provider], ...browser } });
    const session = awaitedLater(bench.driver.signIn(targetFor(profile), who.ask, stop.signal));
    return { who, session, stop };
  };
  const providerPage = () =>
    vi.waitFor(
      async () => {
        const contents = webContents.getAllWebContents().find((each) => each.getURL().startsWith(`https://${peer.provider}/`));
        if (!contents) throw new Error('no page of the identity provider');
        return double.page(contents);
      },
      { timeout: 15_000, interval: 50 },
    );
  const signInThere = async (): Promise<void> => {
    const page = await providerPage();
    await page.getByLabel('User').fill(peer.user.name);
    await page.getByLabel('Pass phrase').fill(peer.user.password);
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const cookieOf = ({ grant }: Session): string => (grant.kind === 'openconnect' ? grant.cookie : '');
  const given = (path: string) => peer.asked.filter((each) => each.path === path).map(({ form }) => form);

  test.each<GlobalProtectOptions>([
    { method: 'REDIRECT', tells: 'headers', proof: 'prelogin-cookie' },
    { method: 'POST', tells: 'comment', proof: 'prelogin-cookie' },
    { method: 'REDIRECT', tells: 'comment', proof: 'portal-userauthcookie' },
  ])('a GlobalProtect SAML sign-in leads from the click to the cookie: %o', async (options) => {
    const { who, session } = await begin(options);
    await signInThere();
    const signedIn = await session;
    expect(who.asked).toEqual([{ kind: 'browser', host: peer.provider, where: 'window' }]);
    expect(cookieOf(signedIn)).toMatch(/authcookie=authcookie0123456789.*user=mei\.chan/);
    // The portal was given the proof by its own name: as a password it is none
    const [portal] = given('/global-protect/getconfig.esp');
    expect(portal?.[options.proof ?? '']).toBe(peer.proofs[0]);
    expect(portal).not.toHaveProperty('passwd');
    expect(given('/ssl-vpn/login.esp')).toHaveLength(1);
    expect([...log, ...bench.log].join('\n')).not.toContain(peer.proofs[0]);
    expect(await signedIn.close()).toBe(true);
    expect(given('/ssl-vpn/logout.esp')[0]).toMatchObject({ authcookie: 'authcookie0123456789' });
  });

  test.each<GlobalProtectOptions>([
    { method: 'REDIRECT', tells: 'headers', proof: 'prelogin-cookie' },
    { method: 'POST', tells: 'comment', proof: 'portal-userauthcookie' },
  ])('GlobalProtect’s identity provider is filled in from our Sign in screen, once for both runs of the library: %o', async (options) => {
    const form = { user: '[name=user]', password: '[name=passphrase]', submit: 'form button', error: 'form ~ p, h1 + p' };
    const answers = [credentials('mei.chan', 'not-this-one'), credentials('mei.chan', 'harbour-lantern-42')];
    const { who, session } = await begin(options, { credentials: answers }, { form });
    expect(cookieOf(await session)).toMatch(/authcookie=authcookie0123456789.*user=mei\.chan/);
    expect(who.asked).toMatchObject([
      { kind: 'credentials' },
      { kind: 'credentials', failure: { code: 'sign-in-rejected' }, message: 'That was not right.' },
    ]);
    expect(given('/idp/sign-in')).toHaveLength(2);
    expect([...log, ...bench.log].join('\n')).not.toMatch(/not-this-one|harbour-lantern/);
  });

  test.each<GlobalProtectOptions>([
    { method: 'REDIRECT', tells: 'headers', providerTells: true },
    { method: 'POST', tells: 'comment', providerTells: true },
  ])(
    'the user of a SAML sign-in is taken from the gateway’s own pages, whatever the identity provider’s pages say: %o',
    async (options) => {
      const { session } = await begin(options);
      await signInThere();
      expect(cookieOf(await session)).toContain('user=mei.chan');
      expect(JSON.stringify(peer.asked.filter(({ host }) => host === peer.host))).not.toMatch(/forged|root/);
      expect(given('/global-protect/getconfig.esp')[0]?.['prelogin-cookie']).toBe(peer.proofs[0]);
    },
  );

  describe.each(['headers', 'comment'] as const)('a SAML sign-in with a hostile identity provider (user told in its %s)', (tells) => {
    const attacked = async () => {
      const { who, session } = await begin({ method: 'REDIRECT', tells, providerTells: true });
      return { who, session, page: await providerPage(), open: `https://${peer.host}/hop?to=https://${peer.provider}/idp/forged` };
    };
    const onlyTheirs = async ({ who, session }: Awaited<ReturnType<typeof attacked>>): Promise<void> => {
      await signInThere();
      expect(cookieOf(await session)).toContain('user=mei.chan');
      expect(who.asked).toHaveLength(1);
      const toGateway = peer.asked.filter(({ host, path }) => host === peer.host && path.endsWith('.esp'));
      expect(JSON.stringify(toGateway)).not.toMatch(/forged|root/);
      expect(given('/global-protect/getconfig.esp')[0]?.['prelogin-cookie']).toBe(peer.proofs.at(-1));
    };

    test('a SAML sign-in takes its user from no frame, whether the attacker’s, one the gateway redirects, or the gateway’s own last page', async () => {
      const attack = await attacked();
      const forged = (count: number) =>
        vi.waitFor(() => expect(peer.asked.filter(({ path }) => path === '/idp/forged')).toHaveLength(count), { timeout: 10_000 });
      // One after the other: Chromium drops its question about a new host's certificate when another frame has loaded
      for (const [at, address] of [attack.open, `https://${peer.provider}/idp/forged`].entries()) {
        await attack.page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), { src })), address);
        await forged(at + 1);
      }
      await attack.page.evaluate(
        ({ consumer, assertion }) => {
          const [frame, form] = [document.createElement('iframe'), document.createElement('form')];
          Object.assign(frame, { name: 'last' });
          Object.assign(form, { method: 'POST', action: consumer, target: 'last' });
          form.append(Object.assign(document.createElement('input'), { name: 'SAMLResponse', value: assertion }));
          document.body.append(frame, form);
          form.submit();
        },
        { consumer: `https://${peer.host}/SAML20/SP/ACS`, assertion: peer.assertionOf('root') },
      );
      // All three have come, and root's proof is a good one
      await vi.waitFor(() => expect(peer.proofs).toHaveLength(1), { timeout: 10_000 });
      await onlyTheirs(attack);
    });

    test('a SAML sign-in takes its user from no open redirect of the gateway', async () => {
      const attack = await attacked();
      await attack.page.goto(attack.open);
      await vi.waitFor(async () => expect((await providerPage()).url()).toBe(`https://${peer.provider}/idp/forged`), { timeout: 10_000 });
      await onlyTheirs(attack);
    });

    test('a SAML sign-in takes its user from no popup, because none opens', async () => {
      const attack = await attacked();
      await attack.page.evaluate((address) => void window.open(address), attack.open);
      await attack.page.evaluate((address) => {
        const link = Object.assign(document.createElement('a'), { href: address, target: '_blank', textContent: 'Go on' });
        document.body.append(link);
      }, attack.open);
      await attack.page.getByRole('link', { name: 'Go on' }).click();
      await attack.page.evaluate(
        ({ consumer, assertion }) => {
          const form = Object.assign(document.createElement('form'), { method: 'POST', action: consumer, target: '_blank' });
          form.append(Object.assign(document.createElement('input'), { name: 'SAMLResponse', value: assertion }));
          document.body.append(form);
          form.submit();
        },
        { consumer: `https://${peer.host}/SAML20/SP/ACS`, assertion: peer.assertionOf('root') },
      );
      await onlyTheirs(attack);
      expect(peer.asked.filter(({ path }) => path === '/hop' || path === '/idp/forged')).toEqual([]);
      expect(peer.proofs).toHaveLength(1);
    });
  });

  test('a gateway that redirects to a host outside the profile ends the sign-in with that host’s name, and no window opens', async () => {
    peer = await startGlobalProtect({ method: 'POST' });
    const who = person({ browser: inWindow });
    const session = bench.driver.signIn(
      targetFor(peer.profile({ browser: { hosts: ['login.campus.test'] } })),
      who.ask,
      AbortSignal.timeout(20_000),
    );
    await expect(session).rejects.toMatchObject({ failure: { code: 'browser-strayed', params: { host: peer.provider } } });
    expect(who.asked).toEqual([]);
    expect(peer.asked.filter(({ host }) => host === peer.provider)).toEqual([]);
  });

  test('a gateway that wants SAML a second time gets a new window, after another click', async () => {
    const { who, session } = await begin({ method: 'POST', gatewayAsks: true });
    await signInThere();
    await vi.waitFor(() => expect(who.asked).toHaveLength(2), { timeout: 10_000 });
    await signInThere();
    expect(cookieOf(await session)).toContain('authcookie=');
    expect(who.asked).toEqual([1, 2].map(() => ({ kind: 'browser', host: peer.provider, where: 'window' })));
    expect(given('/ssl-vpn/login.esp')[0]?.['prelogin-cookie']).toBe(peer.proofs[1]);
  });

  test('a SAML proof that the portal rejects is reported, and the page can be opened again', async () => {
    const { who, session } = await begin({ method: 'REDIRECT', refuseFirst: true });
    await signInThere();
    await vi.waitFor(() => expect(who.asked).toMatchObject([{}, { kind: 'browser', failure: { code: 'sign-in-rejected' } }]), {
      timeout: 10_000,
    });
    await signInThere();
    expect(cookieOf(await session)).toContain('authcookie=');
  });

  test('Cancel closes the SAML window within a second', async () => {
    const { session, stop } = await begin({ method: 'POST' });
    await providerPage();
    const took = await timed(async () => {
      stop.abort();
      await expect(session).rejects.toMatchObject(failsWith('cancelled'));
    });
    expect(took).toBeLessThan(1_000);
    expect(given('/global-protect/getconfig.esp')).toEqual([]);
  });
});
