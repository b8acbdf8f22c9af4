import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeResponse, encodeRequest, encodeResponse, newRequestId } from '../../../campus/adfs/saml.ts';
import type { CampusOptions } from '../../../campus/campus.ts';
import { seededPeople } from '../../../campus/people.ts';
import { readProfile } from '../../../shared/profile.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { openPagesCampus, sessionsOf, type PagesCampus } from '../../support/campus/pages-campus.ts';
import { textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';

const yes = 'Yes, this is my device';
const no = 'No, other people use this device';
const dayMs = 86_400_000;

let at: PagesCampus;
const open = async (options?: CampusOptions): Promise<void> => {
  at = await openPagesCampus(options);
};
beforeEach(() => open());
afterEach(() => at.close());
const reopen = async (options: CampusOptions): Promise<void> => {
  await at.close();
  await open(options);
};

/** Signs in with a push and stays on the gateway's first page after it. */
async function signIn(browser: Visitor, person = mei, answer = no): Promise<Shown> {
  await at.enter(browser, person);
  expect(await at.approve(person.phone)).toBe(true);
  return at.goOn(browser, await browser.get(`${at.hostOf('duo')}/frame/v4/push`), answer);
}

/** Ana's tablet takes no push that she did not ask for. */
const waiting = (phone: string): number => at.campus.services.factors.waiting(phone).length;

describe('the gateway', () => {
  test('the gateway redirects to ADFS at once, with a DSID that is no session', async () => {
    const browser = at.visitor();
    const reply = await browser.fetch('/');
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toMatch(new RegExp(`^${at.hostOf('login')}/adfs/ls/\\?SAMLRequest=`));
    expect(reply.headers.getSetCookie()).toContain('DSID=1; Path=/; Secure; HttpOnly');
    expect(at.campus.services.sessions.byTicket('1')).toBeNull();
    expect((await browser.fetch('/dana/home/index.cgi')).headers.get('location')).toBe('/');
  });

  test('the gateway starts a session after password and push, with the cookie DSID as its ticket', async () => {
    const browser = at.visitor();
    const push = await at.enter(browser, mei);
    expect(textOf(push)).toContain("A sign-in request was sent to Mei's phone");
    expect(sessionsOf(at.campus, mei)).toHaveLength(0);
    await at.approve(mei.phone);
    const trust = await browser.get(push.address);
    expect(textOf(trust)).toContain('Is this your device?');
    const sendOn = await browser.submit(trust, no);
    const fields = { SAMLResponse: valueOf(sendOn, 'SAMLResponse'), RelayState: valueOf(sendOn, 'RelayState') };
    const reply = await browser.fetch('/dana-na/auth/saml-consumer.cgi', { method: 'POST', body: new URLSearchParams(fields) });
    expect(reply.headers.get('location')).toBe('/dana/home/index.cgi');
    const cookies = reply.headers.getSetCookie();
    const dsid = cookies.find((line) => line.startsWith('DSID=')) ?? '';
    expect(dsid).toMatch(/^DSID=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly$/);
    expect(cookies.map((line) => line.split('=')[0])).toEqual(expect.arrayContaining(['DSFirstAccess', 'DSLastAccess', 'DSSignInURL']));
    const ticket = browser.cookies.get('DSID') ?? '';
    expect(at.campus.services.sessions.byTicket(ticket)).toMatchObject({ userId: mei.userId });
    expect(at.campus.services.sessions.authorize(ticket)?.targets).toEqual([{ host: '2fa.campus.test', ports: [443] }]);
    expect(textOf(await browser.get('/dana/home/index.cgi'))).toContain('Welcome, Mei Chan');
    expect((await browser.get('/')).path).toBe('/dana/home/index.cgi');
  });

  test('the gateway refuses a SAML response that was used, is too old, or belongs to another browser or request', async () => {
    const browser = at.visitor();
    const response = async (): Promise<Record<string, string>> => {
      await at.enter(browser, mei);
      await at.approve(mei.phone);
      const sendOn = await browser.submit(await browser.get(`${at.hostOf('duo')}/frame/v4/trust`), no);
      return { SAMLResponse: valueOf(sendOn, 'SAMLResponse'), RelayState: valueOf(sendOn, 'RelayState') };
    };
    const consume = (visitor: Visitor, fields: Record<string, string>) => visitor.post('/dana-na/auth/saml-consumer.cgi', fields);

    const first = await response();
    expect(textOf(await consume(browser, first))).toContain('Welcome');
    const again = at.visitor();
    await again.get('/');
    expect(textOf(await consume(again, first))).toContain('The sign-in was not accepted');
    await browser.get('/dana-na/auth/logout.cgi');
    expect(textOf(await consume(browser, first))).toContain('The sign-in was not accepted');

    const elsewhere = at.visitor();
    await elsewhere.get('/');
    expect(textOf(await consume(elsewhere, await response()))).toContain('The sign-in was not accepted');

    // Another browser's assertion, put into an answer to this browser's own request
    const stolen = decodeResponse((await response())['SAMLResponse'] ?? '');
    const form = await elsewhere.get('/');
    const inResponseTo = new URL(form.address).searchParams.get('RelayState') ?? '';
    const mixed = encodeResponse({ inResponseTo, token: stolen?.token ?? '' });
    expect(textOf(await consume(elsewhere, { SAMLResponse: mixed }))).toContain('The sign-in was not accepted');

    const old = await response();
    at.clock.at += 60_000;
    expect(textOf(await consume(browser, old))).toContain('The sign-in was not accepted');

    const forged = Buffer.from('<samlp:Response InResponseTo="_0"><saml:Assertion ID="x"/></samlp:Response>').toString('base64');
    expect(textOf(await consume(browser, { SAMLResponse: forged }))).toContain('The sign-in was not accepted');
    expect(at.campus.records.sessions()).toHaveLength(0);
  });

  test('the gateway shows its notice before the session, and starts none when it is declined', async () => {
    await reopen({ notice: 'Use it well.\n\nAnd be kind.' });
    const browser = at.visitor();
    const notice = await signIn(browser);
    expect(notice.html).toContain('name="sn-preauth-proceed"');
    expect(textOf(notice)).toContain('Use it well. And be kind.');
    expect(browser.cookies.get('DSID')).toBe('1');
    expect(textOf(await browser.submit(notice, 'Decline'))).toContain('Your session has ended');
    expect(at.campus.records.sessions()).toHaveLength(0);

    const next = at.visitor();
    expect((await next.submit(await signIn(next), 'Proceed')).path).toBe('/dana/home/index.cgi');
    expect(sessionsOf(at.campus, mei)).toHaveLength(1);
  });

  test('the gateway asks about other sessions, and lets a person end one of them', async () => {
    await signIn(at.visitor());
    const second = at.visitor();
    const asked = await signIn(second);
    expect(asked.html).toContain('name="frmConfirmation"');
    expect(asked.address).toContain('p=user-confirm');
    expect((await second.submit(asked, 'Continue the session')).path).toBe('/dana/home/index.cgi');
    expect(sessionsOf(at.campus, mei)).toHaveLength(2);

    // Now there are as many as are allowed: the oldest one is selected
    const before = sessionsOf(at.campus, mei).map(({ id }) => id);
    const third = at.visitor();
    const full = await signIn(third);
    expect(textOf(full)).toContain('Choose the one to end');
    expect((await third.submit(full, 'Continue the session')).path).toBe('/dana/home/index.cgi');
    const after = sessionsOf(at.campus, mei).map(({ id }) => id);
    expect(after).toHaveLength(2);
    expect(after.filter((id) => before.includes(id))).toHaveLength(1);

    const fourth = at.visitor();
    expect(textOf(await fourth.submit(await signIn(fourth), 'Cancel'))).toContain('Your session has ended');
    expect(sessionsOf(at.campus, mei).map(({ id }) => id)).toEqual(after);
  });

  test('the gateway refuses a fourth sign-in that names no session of this person', async () => {
    for (let count = 0; count < 2; count++) {
      const browser = at.visitor();
      const shown = await signIn(browser);
      if (shown.path !== '/dana/home/index.cgi') await browser.submit(shown, 'Continue the session');
    }
    const others = at.visitor();
    await signIn(others, ana);
    const [anas] = sessionsOf(at.campus, ana);
    const browser = at.visitor();
    const full = await signIn(browser);
    expect(textOf(await browser.submit(full, 'Continue the session', { postfixSID: anas?.id ?? '' }))).toContain('Choose the one to end');
    expect(sessionsOf(at.campus, ana)).toHaveLength(1);
    expect(sessionsOf(at.campus, mei)).toHaveLength(2);
  });

  test('the gateway ends the session at sign-out', async () => {
    const browser = at.visitor();
    const home = await signIn(browser);
    const ticket = browser.cookies.get('DSID') ?? '';
    expect(textOf(await browser.follow(home, 'Sign Out'))).toContain('Your session has ended');
    expect(browser.cookies.get('DSID')).toBe('');
    expect(at.campus.services.sessions.byTicket(ticket)).toBeNull();
    expect((await browser.get('/dana/home/index.cgi')).path).toBe('/adfs/ls/');
  });

  test('the gateway accepts no form without the token of its visit', async () => {
    await reopen({ notice: 'Use it well.' });
    const browser = at.visitor();
    await signIn(browser);
    const shown = await browser.post('/dana-na/auth/url_default/login.cgi', { 'sn-preauth-proceed': 'Proceed' });
    expect(shown.status).toBe(403);
    expect(at.campus.records.sessions()).toHaveLength(0);
  });
});

describe('the form of ADFS', () => {
  test('ADFS reports a wrong password in its form, for unknown people too, and keeps the user ID', async () => {
    for (const userId of [mei.userId, 'no.body']) {
      const shown = await at.enter(at.visitor(), { userId, password: 'wrong' });
      expect(shown.status).toBe(200);
      expect(errorIn(shown)).toBe('Incorrect user ID or password. Type the correct user ID and password, and try again.');
      expect(valueOf(shown, 'UserName')).toBe(`${userId}@campus.test`);
      expect(shown.html).not.toContain('value="wrong"');
    }
  });

  test('ADFS shows no error before anything was typed', async () => {
    const form = await at.visitor().get('/');
    expect(errorIn(form)).toBe('');
    expect(form.html).toMatch(/id="error" class="alert"\s+hidden/);
  });

  test('ADFS wants a user ID with its domain, and one without it does not count as a try', async () => {
    const browser = at.visitor();
    for (let tries = 0; tries < 6; tries++) {
      const form = await browser.get('/');
      const shown = await browser.sendForm(form, 'loginForm', { UserName: mei.userId, Password: mei.password });
      expect(errorIn(shown)).toBe('Enter your user ID in the format "user@campus.test".');
    }
    expect((await at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('ADFS locks the account for ten minutes after five wrong passwords, and says until when', async () => {
    const browser = at.visitor();
    for (let tries = 0; tries < 4; tries++) expect(errorIn(await at.enter(browser, { ...mei, password: 'wrong' }))).toContain('Incorrect');
    expect(errorIn(await at.enter(browser, { ...mei, password: 'wrong' }))).toMatch(/locked until \d\d:\d\d/);
    expect(errorIn(await at.enter(browser, mei))).toMatch(/locked until \d\d:\d\d/);
    expect(waiting(mei.phone)).toBe(0);
    at.clock.at += 10 * 60_000;
    expect((await at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('ADFS accepts no form without the token of its visit', async () => {
    const browser = at.visitor();
    const form = await browser.get('/');
    expect((await browser.post(form.address, { UserName: `${mei.userId}@campus.test`, Password: mei.password })).status).toBe(403);
    const other = await at.visitor().get('/');
    const shown = await browser.sendForm(form, 'loginForm', { csrf: valueOf(other, 'csrf') });
    expect(shown.status).toBe(403);
  });

  test.each([
    ['of another gateway', encodeRequest({ id: newRequestId(), consumer: 'https://vpn.evil.test/dana-na/auth/saml-consumer.cgi' })],
    ['that is missing', ''],
    ['that is not deflated', 'AAAA'],
    ['that inflates to a megabyte', deflateRawSync(Buffer.alloc(1_000_000, 0x20)).toString('base64')],
  ])('ADFS answers no request %s', async (_which, request) => {
    const shown = await at.visitor().get(`${at.hostOf('login')}/adfs/ls/?SAMLRequest=${encodeURIComponent(request)}`);
    expect(shown.status).toBe(400);
    expect(shown.html).not.toContain('loginForm');
    expect(textOf(shown)).toContain('This sign-in cannot go on');
  });

  test('ADFS stops a browser that skipped the second factor or has another one’s answer', async () => {
    const browser = at.visitor();
    await at.enter(browser, mei);
    for (const query of ['', '?state=x&duo_code=y']) {
      expect((await browser.get(`${at.hostOf('login')}/adfs/ls/duo${query}`)).status).toBe(400);
    }
    await at.approve(mei.phone);
    const trust = await browser.get(`${at.hostOf('duo')}/frame/v4/trust`);
    const reply = await browser.fetch(`${at.hostOf('duo')}/frame/v4/trust`, {
      method: 'POST',
      body: new URLSearchParams({ csrf: valueOf(trust, 'csrf'), own: 'no' }),
    });
    const back = reply.headers.get('location') ?? '';
    const thief = at.visitor();
    await thief.get('/');
    expect((await thief.get(back)).status).toBe(400);
    expect((await browser.get(back)).status).toBe(400);
  });
});

describe('the prompt for the second factor', () => {
  test('Duo’s prompt sends a push at once to the default device, and none at a reload', async () => {
    const browser = at.visitor();
    const push = await at.enter(browser, ana);
    expect([waiting('ana-phone'), waiting('ana-tablet')]).toEqual([1, 0]);
    const [first] = at.campus.services.factors.waiting('ana-phone');
    await browser.get(push.address);
    expect(at.campus.services.factors.waiting('ana-phone')[0]?.id).toBe(first?.id);
  });

  test('Duo’s prompt reports a push that was denied, timed out or was replaced, and sends another by a click', async () => {
    const { factors } = at.campus.services;
    const browser = at.visitor();
    const push = await at.enter(browser, mei);
    await factors.deny(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '');
    const denied = await browser.get(push.address);
    expect(textOf(denied)).toContain('The sign-in was denied');
    expect(waiting(mei.phone)).toBe(0);

    await browser.submit(denied, 'Send me a Push');
    expect(waiting(mei.phone)).toBe(1);
    at.clock.at += 60_000;
    expect(waiting(mei.phone)).toBe(0);
    await expect.poll(async () => textOf(await browser.get(push.address))).toContain('The Duo Push timed out');

    await browser.submit(await browser.get(push.address), 'Send me a Push');
    await at.enter(at.visitor(), mei);
    await expect.poll(async () => textOf(await browser.get(push.address))).toContain('This Duo Push no longer counts');
  });

  test('Duo’s prompt verifies a push with digits, and shows them in the browser only', async () => {
    await reopen({ numberMatching: true });
    const browser = at.visitor();
    const push = await at.enter(browser, mei);
    const number = /<p class="secret">(\d{3})<\/p>/.exec(push.html)?.[1] ?? '';
    expect(await at.approve(mei.phone, number === '000' ? '001' : '000')).toBe(false);
    expect(await at.approve(mei.phone, number)).toBe(true);
    expect(textOf(await browser.get(push.address))).toContain('Is this your device?');
  });

  test('Duo’s prompt has the options of the guide, with a push to each device', async () => {
    const browser = at.visitor();
    const options = await browser.follow(await at.enter(browser, ana), 'Other options');
    for (const name of ["Send me a Push: Ana's phone", "Send me a Push: Ana's tablet", 'Duo Mobile passcode', 'Bypass code'])
      expect(textOf(options)).toContain(name);
    expect(textOf(options)).not.toContain('Security key');
    // The one that was sent first still counts
    await at.approve('ana-phone');
    expect(textOf(await browser.get(options.address))).toContain('Is this your device?');
  });

  test('Duo’s prompt accepts the code of Duo Mobile once, and explains what is wrong with others', async () => {
    const passcodePage = async (browser: Visitor): Promise<Shown> =>
      browser.follow(await browser.follow(await at.enter(browser, mei), 'Other options'), 'Duo Mobile passcode');
    const browser = at.visitor();
    let shown = await passcodePage(browser);
    const code = at.code(mei.phone);
    shown = await browser.submit(shown, 'Verify', { code: code === '000000' ? '000001' : '000000' });
    expect(textOf(shown)).toContain('Incorrect passcode. Check the digits and try again. 4 tries are left.');
    shown = await browser.submit(shown, 'Verify', { code: '123456789' });
    expect(textOf(shown)).toContain('A 9-digit Recovery Passcode goes to “Other options”, “Bypass code”.');
    shown = await browser.submit(shown, 'Verify', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(textOf(shown)).toContain('Is this your device?');
    // The phone forgets the push that was not needed
    expect(waiting(mei.phone)).toBe(0);

    const next = at.visitor();
    shown = await next.submit(await passcodePage(next), 'Verify', { code });
    expect(textOf(shown)).toContain('This passcode was used already');
  });

  test('Duo’s prompt accepts a recovery passcode as bypass code, once', async () => {
    const { passcode } = await at.campus.services.factors.issueRecoveryPasscode(kit.userId);
    const bypassPage = async (browser: Visitor): Promise<Shown> =>
      browser.follow(await browser.follow(await at.enter(browser, kit), 'Other options'), 'Bypass code');
    const browser = at.visitor();
    let shown = await bypassPage(browser);
    shown = await browser.submit(shown, 'Verify', { code: '123456' });
    expect(textOf(shown)).toContain('A bypass code has 9 digits.');
    const trust = await browser.submit(shown, 'Verify', { code: passcode });
    expect((await at.goOn(browser, trust, no)).path).toBe('/dana/home/index.cgi');

    const next = at.visitor();
    shown = await next.submit(await bypassPage(next), 'Verify', { code: passcode });
    expect(textOf(shown)).toContain('This passcode was used already');
  });

  test('Duo’s prompt locks the account after five wrong codes, and sends no push while it is locked', async () => {
    const browser = at.visitor();
    let shown = await browser.follow(await browser.follow(await at.enter(browser, mei), 'Other options'), 'Bypass code');
    for (let tries = 0; tries < 5; tries++) shown = await browser.submit(shown, 'Verify', { code: '000000000' });
    expect(textOf(shown)).toContain('Your account is locked');
    expect(textOf(shown)).toMatch(/sign in again after \d\d:\d\d/);
    expect(await at.approve(mei.phone)).toBe(false);
    expect(textOf(await browser.get(`${at.hostOf('duo')}/frame/v4/options`))).toContain('Your account is locked');
  });

  test('Duo’s prompt tells people without a device and without a passcode what to do', async () => {
    const [person] = seededPeople.people;
    if (!person) throw new Error('nobody is seeded');
    await reopen({ people: { people: [{ ...person, devices: [] }], phones: [] } });
    const browser = at.visitor();
    const shown = await at.enter(browser, mei);
    expect(textOf(shown)).toContain('Get a Recovery Passcode first');
    expect(shown.html).toContain(`href="${at.hostOf('recovery')}/"`);
    // A passcode that they get meanwhile is taken
    const { passcode } = await at.campus.services.factors.issueRecoveryPasscode(mei.userId);
    const bypass = await browser.follow(await browser.get(shown.address), 'Bypass code');
    expect(textOf(await browser.submit(bypass, 'Verify', { code: passcode }))).toContain('Is this your device?');
  });

  test('Duo’s prompt is over after its end, and its address starts nothing twice', async () => {
    const browser = at.visitor();
    const form = await browser.get('/');
    const fields = { csrf: valueOf(form, 'csrf'), UserName: `${mei.userId}@campus.test`, Password: mei.password };
    const reply = await browser.fetch(form.address, { method: 'POST', body: new URLSearchParams(fields) });
    const address = reply.headers.get('location') ?? '';
    await browser.get(address);
    await at.approve(mei.phone);
    expect((await browser.get(address)).status).toBe(400);
    expect(waiting(mei.phone)).toBe(0);
    await browser.submit(await browser.get(`${at.hostOf('duo')}/frame/v4/trust`), no);
    expect((await browser.get(`${at.hostOf('duo')}/frame/v4/trust`)).status).toBe(400);
  });

  test('Duo’s prompt lets nobody continue who has proved nothing', async () => {
    const browser = at.visitor();
    const push = await at.enter(browser, mei);
    expect((await browser.get(`${at.hostOf('duo')}/frame/v4/trust`)).path).toBe('/frame/v4/options');
    const shown = await browser.post(`${at.hostOf('duo')}/frame/v4/trust`, {
      csrf: csrfOf(await browser.get(`${at.hostOf('duo')}/frame/v4/options`)),
      own: 'yes',
    });
    expect(shown.path).toBe('/frame/v4/options');
    expect((await browser.post(`${at.hostOf('duo')}/frame/v4/push`, { device: 'x' })).status).toBe(403);
    expect(push.path).toBe('/frame/v4/push');
  });
});

describe('a browser that a person called theirs', () => {
  test('a remembered browser needs no second factor for thirty days, and rings no phone', async () => {
    const browser = at.visitor();
    await signIn(browser, mei, yes);
    await browser.get('/dana-na/auth/logout.cgi');
    const sendOn = await at.enter(browser, mei);
    expect(waiting(mei.phone)).toBe(0);
    expect((await browser.sendForm(sendOn, 'hiddenform')).path).toBe('/dana/home/index.cgi');

    await browser.get('/dana-na/auth/logout.cgi');
    at.clock.at += 30 * dayMs;
    expect((await at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('a remembered browser has a lasting cookie of Duo’s page alone', async () => {
    const browser = at.visitor();
    await at.enter(browser, mei);
    await at.approve(mei.phone);
    const trust = await browser.get(`${at.hostOf('duo')}/frame/v4/trust`);
    const body = new URLSearchParams({ csrf: valueOf(trust, 'csrf'), own: 'yes' });
    const reply = await browser.fetch(trust.address, { method: 'POST', body });
    const expires = new Date(Math.floor((at.clock.at + 30 * dayMs) / 1000) * 1000).toUTCString();
    expect(reply.headers.getSetCookie().find((line) => line.startsWith('__Host-trc-'))).toMatch(
      new RegExp(`^__Host-trc-[0-9a-f]{8}=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=${expires}$`),
    );
  });

  test('a browser is not remembered without a yes, for another person, or with another browser’s cookie', async () => {
    const browser = at.visitor();
    await signIn(browser, mei, no);
    await browser.get('/dana-na/auth/logout.cgi');
    expect((await at.enter(browser, mei)).path).toBe('/frame/v4/push');

    const trusted = async (person: typeof mei): Promise<readonly [name: string, token: string]> => {
      const theirs = at.visitor();
      const shown = await signIn(theirs, person, yes);
      if (shown.path !== '/dana/home/index.cgi') await theirs.submit(shown, 'Continue the session');
      return [...theirs.cookies].find(([cookie]) => cookie.startsWith('__Host-trc-')) ?? ['', ''];
    };
    const [mine] = await trusted(mei);
    const [theirs, token] = await trusted(ana);
    expect(mine).not.toBe(theirs);
    const thief = at.visitor();
    for (const name of [mine, theirs]) thief.cookies.set(name, token);
    expect((await at.enter(thief, mei)).path).toBe('/frame/v4/push');
  });

  test('a browser is still remembered after a restart of the campus', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
    await reopen({ dataDirectory });
    const { port } = at.campus;
    const browser = at.visitor();
    await signIn(browser, mei, yes);
    await browser.get('/dana-na/auth/logout.cgi');
    await reopen({ dataDirectory, port });
    const next = at.visitor();
    for (const [name, value] of browser.cookies) if (name.startsWith('__Host-trc-')) next.cookies.set(name, value);
    expect((await next.sendForm(await at.enter(next, mei), 'hiddenform')).path).toBe('/dana/home/index.cgi');
    await rm(dataDirectory, { recursive: true });
  });
});

describe('languages', () => {
  test.each([
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-Hant', '登入', 'Send me a Push'],
    ['pt-PT', 'pt', 'Iniciar sessão', 'Enviar-me um Push'],
    ['fr-FR,en;q=0.5', 'en', 'Sign in', 'Send me a Push'],
    ['fr', 'en', 'Sign in', 'Send me a Push'],
  ])('a browser that asks for %s reads %s', async (asked, language, title, send) => {
    const browser = at.visitor(asked);
    const form = await browser.get('/');
    expect(form.html).toContain(`<html lang="${language}"`);
    expect(textOf(form)).toContain(title);
    const push = await at.enter(browser, mei);
    expect(push.html).toContain(`<html lang="${language}"`);
    const { factors } = at.campus.services;
    await factors.deny(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '');
    expect(textOf(await browser.get(push.address))).toContain(send);
    expect((await browser.get(`${at.hostOf('duo')}/no-such-page`)).html).toContain(`<html lang="${language}"`);
  });

  test('a language chosen on one page also holds on the campus’s other pages', async () => {
    const browser = at.visitor('en');
    const form = await browser.follow(await browser.get('/'), '中文');
    expect(form.path).toBe('/adfs/ls/');
    expect(form.html).toContain('<html lang="zh-Hant"');
    expect(form.headers.getSetCookie().find((line) => line.startsWith('lang='))).toContain('Domain=campus.test');
    const push = await browser.sendForm(form, 'loginForm', { UserName: `${mei.userId}@campus.test`, Password: mei.password });
    expect(textOf(push)).toContain('請查看 Duo Push');
    expect(textOf(push)).toContain('Other options');
  });
});

test('the sign-in campus publishes a profile that clients read without loss, and that names every host of the sign-in', async () => {
  const { campus } = at;
  for (const path of ['/.well-known/causeway.json', '/campus-test-pages.causeway']) {
    const text = await (await at.visitor().fetch(`https://localhost:${campus.port}${path}`)).text();
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

function valueOf({ html }: Shown, name: string): string {
  const input = (html.match(/<input\b[^>]*>/gs) ?? []).find(
    (markup) => markup.includes(` name="${name}"`) || markup.includes(`\n          name="${name}"`),
  );
  return /\svalue="([^"]*)"/.exec(input ?? '')?.[1] ?? '';
}
const csrfOf = (shown: Shown): string => valueOf(shown, 'csrf');
const errorIn = ({ html }: Shown): string =>
  (/<span id="errorText"[^>]*>([^<]*)<\/span>/.exec(html)?.[1] ?? 'no such element').replaceAll('&quot;', '"');
