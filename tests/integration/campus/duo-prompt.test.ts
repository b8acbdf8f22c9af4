import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededPeople } from '../../../campus/people.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { answers, pagesBench, valueOf } from '../../support/campus/pages-bench.ts';
import { textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';
import { removeFolder } from '../../support/folders.ts';

const dayMs = 86_400_000;

const bench = pagesBench();

describe('the prompt for the second factor', () => {
  test('Duo’s prompt sends a push at once to the default device, and none at a reload', async () => {
    const browser = bench.at.visitor();
    const push = await bench.at.enter(browser, ana);
    expect([bench.waiting('ana-phone'), bench.waiting('ana-tablet')]).toEqual([1, 0]);
    const [first] = bench.at.campus.services.factors.waiting('ana-phone');
    await browser.get(push.address);
    expect(bench.at.campus.services.factors.waiting('ana-phone')[0]?.id).toBe(first?.id);
  });

  test('Duo’s prompt reports a push that was denied, timed out or was replaced, and sends another by a click', async () => {
    const { factors } = bench.at.campus.services;
    const browser = bench.at.visitor();
    const push = await bench.at.enter(browser, mei);
    await factors.deny(mei.phone, factors.waiting(mei.phone)[0]?.id ?? '');
    const denied = await browser.get(push.address);
    expect(textOf(denied)).toContain('The sign-in was denied');
    expect(bench.waiting(mei.phone)).toBe(0);

    await browser.submit(denied, 'Send me a Push');
    expect(bench.waiting(mei.phone)).toBe(1);
    bench.at.clock.at += 60_000;
    expect(bench.waiting(mei.phone)).toBe(0);
    await expect.poll(async () => textOf(await browser.get(push.address))).toContain('The Duo Push timed out');

    await browser.submit(await browser.get(push.address), 'Send me a Push');
    await bench.at.enter(bench.at.visitor(), mei);
    await expect.poll(async () => textOf(await browser.get(push.address))).toContain('This Duo Push no longer counts');
  });

  test('Duo’s prompt verifies a push with digits, and shows them in the browser only', async () => {
    await bench.reopen({ numberMatching: true });
    const browser = bench.at.visitor();
    const push = await bench.at.enter(browser, mei);
    const number = /<p class="secret">(\d{3})<\/p>/.exec(push.html)?.[1] ?? '';
    expect(await bench.at.approve(mei.phone, number === '000' ? '001' : '000')).toBe(false);
    expect(await bench.at.approve(mei.phone, number)).toBe(true);
    expect(textOf(await browser.get(push.address))).toContain('Is this your device?');
  });

  test('Duo’s prompt has the options of the guide, with a push to each device', async () => {
    const browser = bench.at.visitor();
    const options = await browser.follow(await bench.at.enter(browser, ana), 'Other options');
    for (const name of ["Send me a Push: Ana's phone", "Send me a Push: Ana's tablet", 'Duo Mobile passcode', 'Bypass code'])
      expect(textOf(options)).toContain(name);
    expect(textOf(options)).not.toContain('Security key');
    // The one that was sent first still counts
    await bench.at.approve('ana-phone');
    expect(textOf(await browser.get(options.address))).toContain('Is this your device?');
  });

  test('Duo’s prompt accepts the code of Duo Mobile once, and explains what is wrong with others', async () => {
    const passcodePage = async (browser: Visitor): Promise<Shown> =>
      browser.follow(await browser.follow(await bench.at.enter(browser, mei), 'Other options'), 'Duo Mobile passcode');
    const browser = bench.at.visitor();
    let shown = await passcodePage(browser);
    const code = bench.at.code(mei.phone);
    shown = await browser.submit(shown, 'Verify', { code: code === '000000' ? '000001' : '000000' });
    expect(textOf(shown)).toContain('Incorrect passcode. Check the digits and try again. 4 tries are left.');
    shown = await browser.submit(shown, 'Verify', { code: '123456789' });
    expect(textOf(shown)).toContain('A 9-digit Recovery Passcode goes to “Other options”, “Bypass code”.');
    shown = await browser.submit(shown, 'Verify', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(textOf(shown)).toContain('Is this your device?');
    // The phone forgets the push that was not needed
    expect(bench.waiting(mei.phone)).toBe(0);

    const next = bench.at.visitor();
    shown = await next.submit(await passcodePage(next), 'Verify', { code });
    expect(textOf(shown)).toContain('This passcode was used already');
  });

  test('Duo’s prompt accepts a recovery passcode as bypass code, once', async () => {
    const { passcode } = await bench.at.campus.services.factors.issueRecoveryPasscode(kit.userId);
    const bypassPage = async (browser: Visitor): Promise<Shown> =>
      browser.follow(await browser.follow(await bench.at.enter(browser, kit), 'Other options'), 'Bypass code');
    const browser = bench.at.visitor();
    let shown = await bypassPage(browser);
    shown = await browser.submit(shown, 'Verify', { code: '123456' });
    expect(textOf(shown)).toContain('A bypass code has 9 digits.');
    const trust = await browser.submit(shown, 'Verify', { code: passcode });
    expect((await bench.at.goOn(browser, trust, answers.no)).path).toBe('/dana/home/index.cgi');

    const next = bench.at.visitor();
    shown = await next.submit(await bypassPage(next), 'Verify', { code: passcode });
    expect(textOf(shown)).toContain('This passcode was used already');
  });

  test('Duo’s prompt locks the account after five wrong codes, and sends no push while it is locked', async () => {
    const browser = bench.at.visitor();
    let shown = await browser.follow(await browser.follow(await bench.at.enter(browser, mei), 'Other options'), 'Bypass code');
    for (let tries = 0; tries < 5; tries++) shown = await browser.submit(shown, 'Verify', { code: '000000000' });
    expect(textOf(shown)).toContain('Your account is locked');
    expect(textOf(shown)).toMatch(/sign in again after \d\d:\d\d/);
    expect(await bench.at.approve(mei.phone)).toBe(false);
    expect(textOf(await browser.get(`${bench.at.hostOf('duo')}/frame/v4/options`))).toContain('Your account is locked');
  });

  test('Duo’s prompt tells people without a device and without a passcode what to do', async () => {
    const [person] = seededPeople.people;
    if (!person) throw new Error('nobody is seeded');
    await bench.reopen({ people: { people: [{ ...person, devices: [] }], phones: [] } });
    const browser = bench.at.visitor();
    const shown = await bench.at.enter(browser, mei);
    expect(textOf(shown)).toContain('Get a Recovery Passcode first');
    expect(shown.html).toContain(`href="${bench.at.hostOf('recovery')}/"`);
    // A passcode that they get meanwhile is taken
    const { passcode } = await bench.at.campus.services.factors.issueRecoveryPasscode(mei.userId);
    const bypass = await browser.follow(await browser.get(shown.address), 'Bypass code');
    expect(textOf(await browser.submit(bypass, 'Verify', { code: passcode }))).toContain('Is this your device?');
  });

  test('Duo’s prompt cannot be used after its end, and its address starts nothing twice', async () => {
    const browser = bench.at.visitor();
    const form = await browser.get('/');
    const fields = { csrf: valueOf(form, 'csrf'), UserName: `${mei.userId}@campus.test`, Password: mei.password };
    const reply = await browser.fetch(form.address, { method: 'POST', body: new URLSearchParams(fields) });
    const address = reply.headers.get('location') ?? '';
    await browser.get(address);
    await bench.at.approve(mei.phone);
    expect((await browser.get(address)).status).toBe(400);
    expect(bench.waiting(mei.phone)).toBe(0);
    await browser.submit(await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`), answers.no);
    expect((await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`)).status).toBe(400);
  });

  test('Duo’s prompt lets nobody continue without a second factor', async () => {
    const browser = bench.at.visitor();
    const push = await bench.at.enter(browser, mei);
    expect((await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`)).path).toBe('/frame/v4/options');
    const shown = await browser.post(`${bench.at.hostOf('duo')}/frame/v4/trust`, {
      csrf: valueOf(await browser.get(`${bench.at.hostOf('duo')}/frame/v4/options`), 'csrf'),
      own: 'yes',
    });
    expect(shown.path).toBe('/frame/v4/options');
    expect((await browser.post(`${bench.at.hostOf('duo')}/frame/v4/push`, { device: 'x' })).status).toBe(403);
    expect(push.path).toBe('/frame/v4/push');
  });
});

describe('a browser that a person called theirs', () => {
  test('a remembered browser needs no second factor for thirty days, and rings no phone', async () => {
    const browser = bench.at.visitor();
    await bench.signIn(browser, mei, answers.yes);
    await browser.get('/dana-na/auth/logout.cgi');
    const sendOn = await bench.at.enter(browser, mei);
    expect(bench.waiting(mei.phone)).toBe(0);
    expect((await browser.sendForm(sendOn, 'hiddenform')).path).toBe('/dana/home/index.cgi');

    await browser.get('/dana-na/auth/logout.cgi');
    bench.at.clock.at += 30 * dayMs;
    expect((await bench.at.enter(browser, mei)).path).toBe('/frame/v4/push');
  });

  test('a remembered browser has a lasting cookie of Duo’s page alone', async () => {
    const browser = bench.at.visitor();
    await bench.at.enter(browser, mei);
    await bench.at.approve(mei.phone);
    const trust = await browser.get(`${bench.at.hostOf('duo')}/frame/v4/trust`);
    const body = new URLSearchParams({ csrf: valueOf(trust, 'csrf'), own: 'yes' });
    const reply = await browser.fetch(trust.address, { method: 'POST', body });
    const expires = new Date(Math.floor((bench.at.clock.at + 30 * dayMs) / 1000) * 1000).toUTCString();
    expect(reply.headers.getSetCookie().find((line) => line.startsWith('__Host-trc-'))).toMatch(
      new RegExp(`^__Host-trc-[0-9a-f]{8}=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax; Expires=${expires}$`),
    );
  });

  test('a browser is not remembered without a yes, for another person, or with another browser’s cookie', async () => {
    const browser = bench.at.visitor();
    await bench.signIn(browser, mei, answers.no);
    await browser.get('/dana-na/auth/logout.cgi');
    expect((await bench.at.enter(browser, mei)).path).toBe('/frame/v4/push');

    const trusted = async (person: typeof mei): Promise<readonly [name: string, token: string]> => {
      const theirs = bench.at.visitor();
      const shown = await bench.signIn(theirs, person, answers.yes);
      if (shown.path !== '/dana/home/index.cgi') await theirs.submit(shown, 'Continue the session');
      return [...theirs.cookies].find(([cookie]) => cookie.startsWith('__Host-trc-')) ?? ['', ''];
    };
    const [mine] = await trusted(mei);
    const [theirs, token] = await trusted(ana);
    expect(mine).not.toBe(theirs);
    const thief = bench.at.visitor();
    for (const name of [mine, theirs]) thief.cookies.set(name, token);
    expect((await bench.at.enter(thief, mei)).path).toBe('/frame/v4/push');
  });

  test('a browser is still remembered after a restart of the campus', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-test-'));
    await bench.reopen({ dataDirectory });
    const { port } = bench.at.campus;
    const browser = bench.at.visitor();
    await bench.signIn(browser, mei, answers.yes);
    await browser.get('/dana-na/auth/logout.cgi');
    await bench.reopen({ dataDirectory, port });
    const next = bench.at.visitor();
    for (const [name, value] of browser.cookies) if (name.startsWith('__Host-trc-')) next.cookies.set(name, value);
    expect((await next.sendForm(await bench.at.enter(next, mei), 'hiddenform')).path).toBe('/dana/home/index.cgi');
    await removeFolder(dataDirectory);
  });
});
