import { describe, expect, test } from 'vitest';
import { decodeResponse, encodeResponse } from '../../../campus/adfs/saml.ts';
import { readProfile } from '../../../shared/profile.ts';
import { ana, mei } from '../../support/campus/campus-services.ts';
import { answers, pagesBench, valueOf } from '../../support/campus/pages-bench.ts';
import { sessionsOf } from '../../support/campus/pages-campus.ts';
import { textOf, type Visitor } from '../../support/campus/visitor.ts';

const bench = pagesBench();

describe('the gateway', () => {
  test('the gateway redirects to ADFS at once, with a DSID that is no session', async () => {
    const browser = bench.at.visitor();
    const reply = await browser.fetch('/');
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toMatch(new RegExp(`^${bench.at.hostOf('login')}/adfs/ls/\\?SAMLRequest=`));
    expect(reply.headers.getSetCookie()).toContain('DSID=1; Path=/; Secure; HttpOnly');
    expect(bench.at.campus.services.sessions.byTicket('1')).toBeNull();
    expect((await browser.fetch('/dana/home/index.cgi')).headers.get('location')).toBe('/');
  });

  test('the gateway starts a session after password and push, with the cookie DSID as its ticket', async () => {
    const browser = bench.at.visitor();
    const push = await bench.at.enter(browser, mei);
    expect(textOf(push)).toContain("A sign-in request was sent to Mei's phone");
    expect(sessionsOf(bench.at.campus, mei)).toHaveLength(0);
    await bench.at.approve(mei.phone);
    const trust = await browser.get(push.address);
    expect(textOf(trust)).toContain('Is this your device?');
    const sendOn = await browser.submit(trust, answers.no);
    const fields = { SAMLResponse: valueOf(sendOn, 'SAMLResponse'), RelayState: valueOf(sendOn, 'RelayState') };
    const reply = await browser.fetch('/dana-na/auth/saml-consumer.cgi', { method: 'POST', body: new URLSearchParams(fields) });
    expect(reply.headers.get('location')).toBe('/dana/home/index.cgi');
    const cookies = reply.headers.getSetCookie();
    const dsid = cookies.find((line) => line.startsWith('DSID=')) ?? '';
    expect(dsid).toMatch(/^DSID=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly$/);
    expect(cookies.map((line) => line.split('=')[0])).toEqual(expect.arrayContaining(['DSFirstAccess', 'DSLastAccess', 'DSSignInURL']));
    const ticket = browser.cookies.get('DSID') ?? '';
    expect(bench.at.campus.services.sessions.byTicket(ticket)).toMatchObject({ userId: mei.userId });
    expect(bench.at.campus.services.sessions.authorize(ticket)?.targets).toEqual([{ host: '2fa.campus.test', ports: [443] }]);
    expect(textOf(await browser.get('/dana/home/index.cgi'))).toContain('Welcome, Mei Chan');
    expect((await browser.get('/')).path).toBe('/dana/home/index.cgi');
  });

  test('the gateway refuses a SAML response that was used, is too old, or belongs to another browser or request', async () => {
    const browser = bench.at.visitor();
    const response = async (): Promise<Record<string, string>> => {
      await bench.at.enter(browser, mei);
      await bench.at.approve(mei.phone);
      const sendOn = await browser.submit(await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`), answers.no);
      return { SAMLResponse: valueOf(sendOn, 'SAMLResponse'), RelayState: valueOf(sendOn, 'RelayState') };
    };
    const consume = (visitor: Visitor, fields: Record<string, string>) => visitor.post('/dana-na/auth/saml-consumer.cgi', fields);

    const first = await response();
    expect(textOf(await consume(browser, first))).toContain('Welcome');
    const again = bench.at.visitor();
    await again.get('/');
    expect(textOf(await consume(again, first))).toContain('The sign-in was not accepted');
    await browser.get('/dana-na/auth/logout.cgi');
    expect(textOf(await consume(browser, first))).toContain('The sign-in was not accepted');

    const elsewhere = bench.at.visitor();
    await elsewhere.get('/');
    expect(textOf(await consume(elsewhere, await response()))).toContain('The sign-in was not accepted');

    // Another browser's assertion, put into an answer to this browser's own request
    const stolen = decodeResponse((await response())['SAMLResponse'] ?? '');
    const form = await elsewhere.get('/');
    const inResponseTo = new URL(form.address).searchParams.get('RelayState') ?? '';
    const mixed = encodeResponse({ inResponseTo, token: stolen?.token ?? '' });
    expect(textOf(await consume(elsewhere, { SAMLResponse: mixed }))).toContain('The sign-in was not accepted');

    const old = await response();
    bench.at.clock.at += 60_000;
    expect(textOf(await consume(browser, old))).toContain('The sign-in was not accepted');

    const forged = Buffer.from('<samlp:Response InResponseTo="_0"><saml:Assertion ID="x"/></samlp:Response>').toString('base64');
    expect(textOf(await consume(browser, { SAMLResponse: forged }))).toContain('The sign-in was not accepted');
    expect(bench.at.campus.records.sessions()).toHaveLength(0);
  });

  test('the gateway shows its notice before the session, and starts none when it is declined', async () => {
    await bench.reopen({ notice: 'Use it well.\n\nAnd be kind.' });
    const browser = bench.at.visitor();
    const notice = await bench.signIn(browser);
    expect(notice.html).toContain('name="sn-preauth-proceed"');
    expect(textOf(notice)).toContain('Use it well. And be kind.');
    expect(browser.cookies.get('DSID')).toBe('1');
    expect(textOf(await browser.submit(notice, 'Decline'))).toContain('Your session has ended');
    expect(bench.at.campus.records.sessions()).toHaveLength(0);

    const next = bench.at.visitor();
    expect((await next.submit(await bench.signIn(next), 'Proceed')).path).toBe('/dana/home/index.cgi');
    expect(sessionsOf(bench.at.campus, mei)).toHaveLength(1);
  });

  test('the gateway asks about other sessions, and lets a person end one of them', async () => {
    await bench.signIn(bench.at.visitor());
    const second = bench.at.visitor();
    const asked = await bench.signIn(second);
    expect(asked.html).toContain('name="frmConfirmation"');
    expect(asked.address).toContain('p=user-confirm');
    expect((await second.submit(asked, 'Continue the session')).path).toBe('/dana/home/index.cgi');
    expect(sessionsOf(bench.at.campus, mei)).toHaveLength(2);

    // Now there are as many as are allowed: the oldest one is selected
    const before = sessionsOf(bench.at.campus, mei).map(({ id }) => id);
    const third = bench.at.visitor();
    const full = await bench.signIn(third);
    expect(textOf(full)).toContain('Choose the one to end');
    expect((await third.submit(full, 'Continue the session')).path).toBe('/dana/home/index.cgi');
    const after = sessionsOf(bench.at.campus, mei).map(({ id }) => id);
    expect(after).toHaveLength(2);
    expect(after.filter((id) => before.includes(id))).toHaveLength(1);

    const fourth = bench.at.visitor();
    expect(textOf(await fourth.submit(await bench.signIn(fourth), 'Cancel'))).toContain('Your session has ended');
    expect(sessionsOf(bench.at.campus, mei).map(({ id }) => id)).toEqual(after);
  });

  test('the gateway refuses a fourth sign-in that names no session of this person', async () => {
    for (let count = 0; count < 2; count++) {
      const browser = bench.at.visitor();
      const shown = await bench.signIn(browser);
      if (shown.path !== '/dana/home/index.cgi') await browser.submit(shown, 'Continue the session');
    }
    const others = bench.at.visitor();
    await bench.signIn(others, ana);
    const [anas] = sessionsOf(bench.at.campus, ana);
    const browser = bench.at.visitor();
    const full = await bench.signIn(browser);
    expect(textOf(await browser.submit(full, 'Continue the session', { postfixSID: anas?.id ?? '' }))).toContain('Choose the one to end');
    expect(sessionsOf(bench.at.campus, ana)).toHaveLength(1);
    expect(sessionsOf(bench.at.campus, mei)).toHaveLength(2);
  });

  test('the gateway ends the session at sign-out', async () => {
    const browser = bench.at.visitor();
    const home = await bench.signIn(browser);
    const ticket = browser.cookies.get('DSID') ?? '';
    expect(textOf(await browser.follow(home, 'Sign Out'))).toContain('Your session has ended');
    expect(browser.cookies.get('DSID')).toBe('');
    expect(bench.at.campus.services.sessions.byTicket(ticket)).toBeNull();
    expect((await browser.get('/dana/home/index.cgi')).path).toBe('/adfs/ls/');
  });

  test('the gateway accepts no form without the token of its visit', async () => {
    await bench.reopen({ notice: 'Use it well.' });
    const browser = bench.at.visitor();
    await bench.signIn(browser);
    const shown = await browser.post('/dana-na/auth/url_default/login.cgi', { 'sn-preauth-proceed': 'Proceed' });
    expect(shown.status).toBe(403);
    expect(bench.at.campus.records.sessions()).toHaveLength(0);
  });
});

test('the sign-in campus publishes a profile that clients read without loss, and that names every host of the sign-in', async () => {
  const { campus } = bench.at;
  for (const path of ['/.well-known/causeway.json', '/campus-test-pages.causeway']) {
    const text = await (await bench.at.visitor().fetch(`https://localhost:${campus.port}${path}`)).text();
    const { profile, dropped } = readProfile(text);
    expect(dropped).toEqual([]);
    expect(profile).toMatchObject({ id: 'campus-test-pages', protocol: 'nc', tunnel: 'app' });
    expect(profile.browser).toEqual({
      hosts: [`login.campus.test:${campus.port}`, `duo.campus.test:${campus.port}`],
      form: 'adfs',
      formHosts: [`login.campus.test:${campus.port}`],
      keep: true,
    });
    expect(profile.connectTo?.map(({ host }) => host)).toEqual(
      expect.arrayContaining(['vpn.campus.test', 'login.campus.test', 'duo.campus.test', 'recovery.campus.test', '2fa.campus.test']),
    );
  }
});
