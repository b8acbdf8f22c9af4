import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { answerPush, openTestPortal, textById, type TestPortal } from '../../support/campus/portal-visit.ts';
import { textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';

let portal: TestPortal;
let visitor: Visitor;
let confirm: Shown;
afterEach(() => portal.close());

async function open(options: { numberMatching?: boolean; person?: { userId: string; password: string } } = {}): Promise<void> {
  portal = await openTestPortal(options);
  const person = await portal.signedIn(options.person ?? mei);
  visitor = person.visitor;
  confirm = await visitor.follow(person.home, 'My Settings & Devices');
  expect(confirm.path).toBe('/devices/confirm');
}

describe('confirming with a push', () => {
  beforeEach(() => open());

  test('an approved push at the portal continues by itself', async () => {
    const sent = await visitor.submit(confirm, 'Send me a Push (Recommended)');
    expect(sent.path).toBe('/devices/confirm/push');
    expect(textOf(sent)).toContain("Push sent to Mei's phone");
    expect(sent.html).toContain('http-equiv="refresh"');
    const wait = visitor.fetch('/devices/confirm/push/wait');
    await answerPush(portal, mei.phone, 'approve');
    expect(await (await wait).json()).toEqual({ changed: true });
    expect((await visitor.get(sent.path)).path).toBe('/devices');
  });

  test('a denied and a timed-out push at the portal look different, and open nothing', async () => {
    let sent = await visitor.submit(confirm, 'Send me a Push');
    await answerPush(portal, mei.phone, 'deny');
    const denied = await visitor.get(sent.path);
    expect(textOf(denied)).toContain('The push was denied');
    expect(denied.html).not.toContain('http-equiv="refresh"');
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');

    sent = await visitor.submit(denied, 'Send me another Push');
    const wait = visitor.fetch('/devices/confirm/push/wait');
    portal.clock.at += 61_000;
    expect(await (await wait).json()).toEqual({ changed: true });
    expect(textOf(await visitor.get(sent.path))).toContain('Nobody answered the push');
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');
  });

  test('Enter a Passcode instead withdraws the portal’s push from the phone', async () => {
    const sent = await visitor.submit(confirm, 'Send me a Push');
    const instead = await visitor.submit(sent, 'Enter a Passcode instead');
    expect(instead.path).toBe('/devices/confirm/passcode');
    expect(portal.factors.waiting(mei.phone)).toHaveLength(0);
    expect((await visitor.submit(instead, 'Enter a Passcode', { passcode: portal.code(mei.phone) })).path).toBe('/devices');
  });

  test('a push that was replaced by another confirms nothing at the portal', async () => {
    await visitor.submit(confirm, 'Send me a Push');
    const gateway = await portal.factors.startPush(mei.userId, portal.factors.devices(mei.userId)[0]?.id ?? '', 'gateway');
    expect(textOf(await visitor.get('/devices/confirm/push'))).toContain('no longer counts');
    await answerPush(portal, mei.phone, 'approve');
    expect(await gateway.outcome).toBe('approved');
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');
  });

  test('a push of one portal page does not open the other before it is approved', async () => {
    await visitor.submit(confirm, 'Send me a Push');
    expect((await visitor.get('/add/confirm/push')).path).toBe('/add/confirm');
  });

  test('somebody else’s device gets no push from the portal', async () => {
    const [theirs] = portal.factors.devices(ana.userId);
    const shown = await visitor.submit(confirm, 'Send me a Push', { device: theirs?.id ?? '' });
    expect(shown.path).toBe('/devices/confirm');
    expect(textOf(shown)).toContain('can no longer be asked');
    expect(portal.factors.waiting(ana.phone)).toHaveLength(0);
  });
});

test('the portal’s push page shows the number that the phone asks for', async () => {
  await open({ numberMatching: true });
  const sent = await visitor.submit(confirm, 'Send me a Push');
  const number = /class="secret">(\d{3})</.exec(sent.html)?.[1] ?? '';
  expect(await answerPush(portal, mei.phone, 'approve', number === '000' ? '111' : '000')).toBe(false);
  expect(await answerPush(portal, mei.phone, 'approve', number)).toBe(true);
  expect((await visitor.get(sent.path)).path).toBe('/devices');
});

describe('confirming with a passcode', () => {
  beforeEach(() => open());

  test('a passcode can be typed on the portal’s first page, with spaces', async () => {
    const code = portal.code(mei.phone);
    const shown = await visitor.submit(confirm, 'Enter a Passcode', { passcode: ` ${code.slice(0, 3)} ${code.slice(3)}` });
    expect(shown.path).toBe('/devices');
  });

  test('the passcode button alone leads to the portal’s passcode page', async () => {
    const shown = await visitor.submit(confirm, 'Enter a Passcode');
    expect(shown.path).toBe('/devices/confirm/passcode');
    expect(shown.html).not.toContain('role="alert"');
  });

  test('a wrong passcode of any length says how many tries are left at the portal', async () => {
    let shown = await visitor.submit(confirm, 'Enter a Passcode', { passcode: '000 00' });
    expect(shown.path).toBe('/devices/confirm/passcode');
    expect(textOf(shown)).toContain('This passcode is not right');
    expect(textOf(shown)).toContain('9 tries are left');
    shown = await visitor.submit(shown, 'Enter a Passcode', { passcode: '1234567' });
    expect(textOf(shown)).toContain('8 tries are left');
    // Said once
    expect((await visitor.get(shown.path)).html).not.toContain('role="alert"');
  });

  test('a used passcode at the portal says when the next one comes, and the next one works', async () => {
    const code = portal.code(mei.phone);
    await visitor.submit(confirm, 'Enter a Passcode', { passcode: code });
    portal.clock.at += 10 * 60_000 + 1;
    const later = portal.code(mei.phone);
    const again = await visitor.submit(await visitor.get('/devices/confirm'), 'Enter a Passcode', { passcode: later });
    expect(again.path).toBe('/devices');

    const { visitor: second, home } = await portal.signedIn(mei);
    const asked = await second.follow(home, 'Add a new Device');
    const used = await second.submit(asked, 'Enter a Passcode', { passcode: later });
    expect(textOf(used)).toContain('was used already');
    expect(used.html).toMatch(/class="countdown"[^>]*data-until="\d+"/);
    portal.clock.at += 30_000;
    expect((await second.submit(used, 'Enter a Passcode', { passcode: portal.code(mei.phone) })).path).toBe('/add/type');
  });

  test('ten wrong passcodes lock the portal, the page says until when, and the right one is not accepted meanwhile', async () => {
    let shown = confirm;
    for (let tries = 0; tries < 10; tries++) shown = await visitor.submit(shown, 'Enter a Passcode', { passcode: '000001' });
    expect(textOf(shown)).toMatch(/locked until \d\d:\d\d \(in 10 minutes\)/);
    expect(shown.html).not.toContain('name="passcode"');
    const csrf = /name="csrf" value="([^"]+)"/.exec(shown.html)?.[1] ?? '';
    await visitor.post('/devices/confirm/passcode', { csrf, passcode: portal.code(mei.phone) });
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');
    portal.clock.at += 10 * 60_000;
    shown = await visitor.submit(await visitor.get('/devices/confirm'), 'Enter a Passcode', { passcode: portal.code(mei.phone) });
    expect(shown.path).toBe('/devices');
  });

  test('a confirmation at the portal lasts ten minutes, for both areas, in this session only', async () => {
    await visitor.submit(confirm, 'Enter a Passcode', { passcode: portal.code(mei.phone) });
    portal.clock.at += 10 * 60_000 - 1;
    expect((await visitor.get('/devices')).path).toBe('/devices');
    expect((await visitor.get('/add/confirm')).path).toBe('/add/type');
    const other = await portal.signedIn(mei);
    expect((await other.visitor.get('/devices')).path).toBe('/devices/confirm');
    portal.clock.at += 2;
    expect((await visitor.get('/devices')).path).toBe('/devices/confirm');
    expect((await visitor.get('/add/type')).path).toBe('/add/confirm');
  });
});

describe('somebody without a device', () => {
  beforeEach(async () => {
    await open({ person: kit });
    const [lost] = portal.factors.devices(kit.userId);
    await portal.factors.remove(kit.userId, lost?.id ?? '');
  });

  test('a person without a device is told where a recovery passcode comes from', async () => {
    const shown = await visitor.get('/add/confirm');
    expect(shown.path).toBe('/add/confirm');
    expect(textOf(shown)).toContain('Get 2FA Passcode');
    expect(shown.html).toContain('href="https://recovery.campus.test/"');
    expect(shown.html).not.toContain('name="passcode"');
  });

  test('a person without a device enters the recovery passcode at once, without a choice or a push', async () => {
    const { passcode } = await portal.factors.issueRecoveryPasscode(kit.userId);
    const shown = await visitor.get('/add/confirm');
    expect(textOf(shown)).not.toContain('Send me a Push');
    expect(textById(shown, 'device')).toBe('');
    expect((await visitor.submit(shown, 'Enter a Passcode', { passcode })).path).toBe('/add/type');
  });

  test('a person with an expired recovery passcode learns that it has expired', async () => {
    const { passcode } = await portal.factors.issueRecoveryPasscode(kit.userId);
    const shown = await visitor.get('/add/confirm');
    portal.clock.at += 25 * 60_000;
    await visitor.get('/home');
    portal.clock.at += 25 * 60_000;
    await visitor.get('/home');
    portal.clock.at += 11 * 60_000;
    const late = await visitor.submit(shown, 'Enter a Passcode', { passcode });
    expect(textOf(late)).toContain('This passcode is too old');
  });
});
