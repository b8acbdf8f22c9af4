import { expect, it, vi } from 'vitest';
import type { AccessController } from '../../../electron/access/controller.ts';
import type { Profile } from '../../../shared/profile.ts';
import { webContents } from '../../electron-double/index.ts';
import { placeholder, type Ivanti, type IvantiOptions } from '../../peers/gateways/ivanti.ts';
import { answer, proceed, prompted, reach } from '../../support/access.ts';
import { inWindow, pageHosts, signInOn, useIvantiPages } from '../../support/ivanti-pages.ts';
import { timed } from '../../support/stalls.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** Sign-in on an Ivanti gateway’s own pages. */

const bench = useIvantiPages();
const { pageWith, closePage, askedAgain } = bench;
let controller: AccessController;
let ivanti: Ivanti;

/** A gateway, and an attempt to connect to it. */
async function begin(options: IvantiOptions, more: (peer: Ivanti) => Partial<Profile> = () => ({})): Promise<void> {
  ({ controller, ivanti } = await bench.begin(options, (peer) => peer.profile({ browser: { hosts: pageHosts }, ...more(peer) })));
}

/** What the strip above the page shows. */
const address = (): string => {
  const page = bench.shown();
  return page ? `https://${page.host}${page.path}` : '';
};

it('a browser sign-in goes through notice, a failed try, realm, second password, role and sessions, and delivers the cookie as a ticket', async () => {
  await begin({
    notice: 'For members only.',
    realms: ['Students', 'Staff'],
    secondPassword: 'push',
    roles: ['Student', 'Library'],
    sessions: [
      { id: 's1', label: 'Laptop at home' },
      { id: 's2', label: 'Library PC' },
    ],
  });
  expect(await answer(controller, 'browser', inWindow)).toEqual({ kind: 'browser', host: ivanti.host, where: 'window' });
  await (await pageWith('Pre Sign-In Notification')).getByRole('button', { name: 'Proceed' }).click();
  await signInOn(await pageWith('Welcome to Campus Secure Access'), { user: { ...ivanti.user, password: 'wrong' } });
  const second = await pageWith('Welcome to Campus Secure Access');
  await second.getByText('Invalid username or password').waitFor();
  await second.getByLabel('Secondary password').fill('push');
  await second.getByLabel('Realm').selectOption('Staff');
  await signInOn(second, ivanti);
  await (await pageWith('Select a role')).getByRole('link', { name: 'Library' }).click();
  const sessions = await pageWith('There are already other user sessions in progress');
  await sessions.getByLabel('Library PC').check();
  await sessions.getByRole('button', { name: 'Continue the session' }).click();
  await reach(controller, 'connected');

  const [id] = ivanti.signedIn;
  expect(bench.grants).toHaveLength(1);
  expect(bench.grants[0]).toMatchObject({
    kind: 'openconnect',
    protocol: 'nc',
    cookie: `DSID=${id ?? ''}`,
    connectUrl: `https://${ivanti.host}/`,
    serverPin: ivanti.pin,
    expiresAt: null,
  });
  expect(ivanti.received.find(({ form }) => 'postfixSID' in form)?.form['postfixSID']).toBe('s2');
  expect(bench.log.join('\n')).not.toContain(id);

  await controller.disconnect();
  expect(ivanti.received.at(-1)).toMatchObject({ path: '/dana-na/auth/logout.cgi', cookie: `DSID=${id ?? ''}` });
  expect([...ivanti.signedIn]).toEqual([]);
});

it('a page that wants hundreds of hosts has them counted, a few named, and a bounded number logged', async () => {
  const foreign = Array.from({ length: 240 }, (_, at) => `host-${at}.cdn.test`);
  await begin({ saml: true, foreign });
  await answer(controller, 'browser', inWindow);
  await pageWith('Campus identity provider');
  await vi.waitFor(() => expect(bench.shown()?.blocked.count).toBe(240), { timeout: 15_000 });
  expect(bench.shown()?.blocked.named).toHaveLength(50);
  expect(bench.shown()?.blocked.named[0]).toBe('host-0.cdn.test');
  const lines = bench.log.filter((line) => line.includes('blocked') || line.includes('cdn.test'));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toContain('more hosts were blocked');
});

it('a browser sign-in gives pulse the bare cookie value', async () => {
  await begin({}, () => ({ protocol: 'pulse' }));
  await answer(controller, 'browser', inWindow);
  await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
  await reach(controller, 'connected');
  expect(bench.grants[0]).toMatchObject({ protocol: 'pulse', cookie: [...ivanti.signedIn][0] });
});

it('a placeholder cookie during a SAML detour is not taken for a session, and the window shows where the person is (white page: YZ#417, #418)', async () => {
  await begin({ saml: true });
  await answer(controller, 'browser', inWindow);
  const identity = await pageWith('Campus identity provider');
  const [opened] = webContents.getAllWebContents();
  expect(await opened?.session.cookies.get({ url: `https://${ivanti.host}/` })).toMatchObject([{ name: 'DSID', value: placeholder }]);
  await vi.waitFor(() => expect(address()).toBe(`https://${ivanti.provider}/idp/begin`), { timeout: 10_000 });
  expect(controller.state.kind).toBe('asking');
  await identity.getByLabel('User').fill(ivanti.user.name);
  await identity.getByLabel('Pass phrase').fill(ivanti.user.password);
  await identity.getByRole('button', { name: 'Continue' }).click();
  await reach(controller, 'connected');
  expect(bench.grants[0]?.cookie).toBe(`DSID=${[...ivanti.signedIn][0] ?? ''}`);
});

it('a cookie that the identity provider set for the whole domain is no session, even if the gateway accepts it', async () => {
  await begin({ providerForges: true }, (peer) => ({ browser: { address: `https://${peer.provider}/idp/begin`, hosts: pageHosts } }));
  await answer(controller, 'browser', inWindow);
  const identity = await pageWith('Campus identity provider');
  await identity.getByLabel('User').fill(ivanti.user.name);
  await identity.getByLabel('Pass phrase').fill(ivanti.user.password);
  await identity.getByRole('button', { name: 'Continue' }).click();
  // The gateway's own page of who is signed in, as somebody else
  expect(await (await pageWith('Secure Access home')).getByText('Welcome, somebody else').count()).toBe(1);
  closePage();
  await askedAgain('browser', 'browser-closed');
  expect(bench.grants).toEqual([]);
});

it('a session is taken from no frame, no open redirect of the gateway and no popup, whatever the identity provider’s page tries', async () => {
  await begin({ saml: true });
  await answer(controller, 'browser', inWindow);
  const identity = await pageWith('Campus identity provider');
  const consumer = `https://${ivanti.host}/dana-na/auth/saml-consumer.cgi`;
  const hop = `https://${ivanti.host}/hop?to=https://${ivanti.provider}/dana/home/index.cgi`;
  const attacks = [
    { consumer, hop, target: 'frame', assertion: ivanti.attackersAssertion() },
    { consumer, hop, target: '_blank', assertion: ivanti.attackersAssertion() },
  ];
  for (const attack of attacks)
    await identity.evaluate(({ consumer, hop, target, assertion }) => {
      document.body.append(Object.assign(document.createElement('iframe'), { name: 'frame' }));
      document.body.append(Object.assign(document.createElement('iframe'), { src: hop }));
      window.open(hop);
      const form = Object.assign(document.createElement('form'), { method: 'POST', action: consumer, target });
      form.append(Object.assign(document.createElement('input'), { name: 'SAMLResponse', value: assertion }));
      document.body.append(form);
      form.submit();
    }, attack);
  // The frame has brought the attacker's session, in a cookie of the gateway's own, and its page of who is signed in
  await vi.waitFor(() => expect([...ivanti.signedIn]).toHaveLength(1), { timeout: 10_000 });
  const [attackers = ''] = ivanti.signedIn;
  await vi.waitFor(
    () =>
      expect(ivanti.received.filter(({ path, cookie }) => path === '/dana/home/index.cgi' && cookie.includes(attackers))).not.toEqual([]),
    { timeout: 10_000 },
  );
  await identity.goto(hop);
  await vi.waitFor(() => expect(address()).toBe(`https://${ivanti.provider}/dana/home/index.cgi`), { timeout: 10_000 });
  expect(controller.state.kind).toBe('asking');
  expect(bench.views).toHaveLength(1);
  expect(ivanti.received.filter(({ form }) => 'SAMLResponse' in form)).toHaveLength(1);
  // And the person's own sign-in is the one that counts
  await identity.getByLabel('User').fill(ivanti.user.name);
  await identity.getByLabel('Pass phrase').fill(ivanti.user.password);
  await identity.getByRole('button', { name: 'Continue' }).click();
  await reach(controller, 'connected');
  const own = [...ivanti.signedIn].find((id) => id !== attackers);
  expect(bench.grants.map(({ cookie }) => cookie)).toEqual([`DSID=${own ?? ''}`]);
});

it('a page that leads outside the allowed hosts ends the sign-in and names the host, and a click starts again', async () => {
  await begin({ saml: true });
  await answer(controller, 'browser', inWindow);
  await (await pageWith('Campus identity provider')).getByRole('link', { name: 'Help' }).click();
  expect((await askedAgain('browser', 'browser-strayed')).failure?.params).toEqual({ host: 'elsewhere.test' });
  expect(bench.views).toEqual([]);
  await answer(controller, 'browser', inWindow);
  const anew = await pageWith('Campus identity provider');
  expect(ivanti.received.filter(({ path, cookie }) => path === '/' && cookie !== '')).toEqual([]);
  await anew.close();
});

it('a sign-in page that closes itself asks again', async () => {
  await begin({});
  await answer(controller, 'browser', inWindow);
  await pageWith('Welcome to Campus Secure Access');
  closePage();
  await askedAgain('browser', 'browser-closed');
  expect(webContents.getAllWebContents()).toEqual([]);
  await answer(controller, 'browser', inWindow);
  await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
  await reach(controller, 'connected');
});

it('a page that closes after a long wait at a computer check reports that check', async () => {
  await begin({ hostCheck: 'demands' });
  await answer(controller, 'browser', inWindow);
  await pageWith('Loading Components');
  closePage();
  await askedAgain('browser', 'host-check');
});

it('a computer check that only looks lets the sign-in continue', async () => {
  await begin({ hostCheck: 'looks' });
  await answer(controller, 'browser', inWindow);
  await (await pageWith('Loading Components')).getByRole('link', { name: 'Continue' }).click();
  await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
  await reach(controller, 'connected');
});

it.each([
  ['failed', 'page-refused'],
  ['timed-out', 'sign-in-timed-out'],
  ['forced-off', 'session-revoked'],
  ['remediate', 'host-check'],
  ['passwordChange', 'new-password-wanted'],
  ['frmwelcome', 'browser-closed'],
])('the gateway’s page %s is shown, leads on to the sign-in, and is named if the person closes it there', async (way, code) => {
  await begin({ way });
  await answer(controller, 'browser', inWindow);
  await pageWith(`Gateway page ${way}`);
  closePage();
  await askedAgain('browser', code);
  await answer(controller, 'browser', inWindow);
  await (await pageWith(`Gateway page ${way}`)).getByRole('link', { name: 'Continue' }).click();
  await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
  await reach(controller, 'connected');
});

it('Cancel closes the sign-in window within a second, with everything in it', async () => {
  await begin({ saml: true });
  await answer(controller, 'browser', inWindow);
  await pageWith('Campus identity provider');
  expect(await timed(() => controller.disconnect())).toBeLessThan(1_000);
  expect(controller.state).toEqual({ kind: 'idle', ending: null });
  // Chromium lets go of a page in its own time
  await expect.poll(() => webContents.getAllWebContents().length).toBe(0);
});

it('endless redirects of a sign-in page are reported as such', async () => {
  await begin({}, () => ({ signInPath: '/for-ever' }));
  await answer(controller, 'browser', inWindow);
  expect(await reach(controller, 'idle')).toMatchObject({ ending: { code: 'gateway-protocol', params: { host: ivanti.host } } });
  expect(ivanti.received.length).toBeLessThan(50);
});

it('a sign-in page cannot download a file', async () => {
  await begin({});
  await answer(controller, 'browser', inWindow);
  const shown = await pageWith('Welcome to Campus Secure Access');
  const prevented: boolean[] = [];
  const opened = webContents.getAllWebContents().find((contents) => contents.getURL().startsWith('https:'));
  opened?.session.on('will-download', (event: { defaultPrevented: boolean }) => void prevented.push(event.defaultPrevented));
  await shown.evaluate(() => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'tool.exe';
    document.body.append(link);
    link.click();
  });
  await vi.waitFor(() => expect(prevented).toEqual([true]), { timeout: 10_000 });
});

it('a sign-in page cannot open another window', async () => {
  await begin({});
  await answer(controller, 'browser', inWindow);
  const shown = await pageWith('Welcome to Campus Secure Access');
  await shown.evaluate(() => void window.open('https://idp.campus.test/idp/begin'));
  await shown.evaluate(() => fetch('https://elsewhere.test/pixel', { mode: 'no-cors' }).catch(() => undefined));
  await expect.poll(() => bench.log.join('\n')).toContain('elsewhere.test was blocked');
  expect(ivanti.received.some(({ host }) => host === ivanti.provider)).toBe(false);
  expect(bench.views).toHaveLength(1);
});

it.each(['wrong-host', 'expired'] as const)(
  'a sign-in page of a gateway with a pinned key opens even though its certificate is %s',
  async (certificate) => {
    await begin({ certificate }, (peer) => ({ trust: { kind: 'pin', spkiSha256: [peer.pin.replace('pin-sha256:', '')] } }));
    await answer(controller, 'browser', inWindow);
    await signInOn(await pageWith('Welcome to Campus Secure Access'), ivanti);
    await reach(controller, 'connected');
    expect(bench.grants[0]).toMatchObject({ serverPin: ivanti.pin });
    await controller.disconnect();
    await ivanti.stop();
    await begin({ certificate });
    expect(await reach(controller, 'idle')).toMatchObject({
      ending: { code: certificate === 'expired' ? 'certificate-expired' : 'certificate-wrong-host' },
    });
  },
);

it('a sign-in page of a gateway with a key other than the pinned one is refused, and nothing is shown', async () => {
  await begin({}, () => ({ trust: { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`] } }));
  expect(await reach(controller, 'idle')).toMatchObject({ ending: { code: 'certificate-changed' } });
  expect(ivanti.received).toEqual([]);
});

it('the next gateway is tried before anybody is asked if the first cannot be reached', async () => {
  await begin({}, (peer) => ({
    gateways: ['gone.campus.test', peer.host],
    connectTo: [...(peer.profile().connectTo ?? []), { host: 'gone.campus.test', port: 443, loopbackPort: 1 }],
  }));
  expect((await prompted(controller, 'browser')).prompt.host).toBe(ivanti.host);
});

it('the profile’s notice comes before the sign-in page, and declining it ends the sign-in', async () => {
  await begin({}, () => ({ notice: 'Be good.' }));
  expect(await answer(controller, 'notice', proceed)).toMatchObject({ text: 'Be good.' });
  await prompted(controller, 'browser');
  await controller.disconnect();
  controller.connect(ivanti.profile({ browser: { hosts: pageHosts }, notice: 'Be good.' }));
  await answer(controller, 'notice', { kind: 'notice', proceed: false });
  expect(await reach(controller, 'idle')).toMatchObject({ ending: { code: 'notice-declined' } });
});

it('a sign-in in the person’s own browser is refused, because this protocol’s cookie cannot be read there', async () => {
  await begin({});
  await answer(controller, 'browser', { kind: 'browser', where: 'own' });
  expect(await reach(controller, 'idle')).toMatchObject({ ending: { code: 'request-invalid' } });
});
