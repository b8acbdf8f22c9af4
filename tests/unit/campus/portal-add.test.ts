import { generateSync } from 'otplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stepAt } from '../../../shared/task.ts';
import { ana, kit, mei } from '../../support/campus/campus-services.ts';
import { readDrawnQrCode } from '../../support/campus/drawn-qr-code.ts';
import { answerPush, openTestPortal, textById, type TestPortal } from '../../support/campus/portal-visit.ts';
import { textOf, type Shown, type Visitor } from '../../support/campus/visitor.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await openTestPortal();
});
afterEach(() => portal.close());

/** From the choice of two to the QR code, by this passcode. */
async function toTheQrCode(visitor: Visitor, home: Shown, passcode: string): Promise<Shown> {
  let shown = await visitor.follow(home, 'Add a new Device');
  shown = await visitor.submit(shown, 'Enter a Passcode', { passcode });
  shown = await visitor.submit(shown, 'Tablet');
  shown = await visitor.submit(shown, 'Continue with Android');
  return await visitor.submit(shown, 'I have Duo Mobile installed');
}

describe('adding a device', () => {
  test('a device is added with a push on the old phone and one on the new, at the addresses that the guide follows', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    const paths = [home.path];
    const note = (shown: Shown) => {
      paths.push(shown.path);
      return shown;
    };
    note(await visitor.submit(note(await visitor.follow(home, 'Add a new Device')), 'Send me a Push (Recommended)'));
    await answerPush(portal, mei.phone, 'approve');
    let shown = note(await visitor.get('/add/confirm/push'));
    shown = note(await visitor.submit(shown, 'Tablet'));
    shown = note(await visitor.submit(shown, 'Continue with iOS'));
    shown = note(await visitor.submit(shown, 'I have Duo Mobile installed'));

    const wait = visitor.fetch('/add/scan/wait');
    await portal.factors.activate('new-phone', textById(shown, 'activation-code'), 'My new tablet');
    expect(await (await wait).json()).toEqual({ changed: true });
    shown = await visitor.get('/add/scan');
    expect(textOf(shown)).toContain('My new tablet is activated');

    shown = note(await visitor.submit(shown, 'Continue to Login'));
    expect(shown.html).toMatch(/<option[^>]*selected[^>]*>My new tablet</);
    note(await visitor.submit(shown, 'Send me a Push (Recommended)'));
    expect(portal.factors.waiting(mei.phone)).toHaveLength(0);
    await answerPush(portal, 'new-phone', 'approve');
    shown = note(await visitor.get('/add/finish/push'));
    expect(textOf(shown)).toContain('You are all set!');

    expect(paths).toEqual([
      ...['/home', '/add/confirm', '/add/confirm/push', '/add/type', '/add/platform', '/add/installed'],
      ...['/add/scan', '/add/finish', '/add/finish/push', '/add/done'],
    ]);
    const steps = paths.map((path) => stepAt('add-device', path));
    expect(steps).toEqual([1, 2, 2, 3, 4, 5, 6, 7, 7, 8]);
    const device = portal.factors.devices(mei.userId).find(({ name }) => name === 'My new tablet');
    expect(device).toMatchObject({ kind: 'tablet', platform: 'ios', isDefault: false });
  });

  test('a device is added with the recovery passcode, which is void afterwards, and a code of the new phone', async () => {
    const { passcode } = await portal.factors.issueRecoveryPasscode(kit.userId);
    const { visitor, home } = await portal.signedIn(kit);
    let shown = await toTheQrCode(visitor, home, `${passcode.slice(0, 3)} ${passcode.slice(3, 6)} ${passcode.slice(6)}`);
    await portal.factors.activate('new-phone', textById(shown, 'activation-code'), 'New tablet');
    shown = await visitor.submit(await visitor.get('/add/scan'), 'Continue to Login');
    expect(shown.path).toBe('/add/finish');
    shown = await visitor.submit(shown, 'Enter a Passcode', { passcode: portal.code('new-phone') });
    expect(shown.path).toBe('/add/done');
    expect(portal.factors.hasRecoveryPasscode(kit.userId, 'gateway')).toBe(false);
  });

  test('Continue to Login before the phone was ready says so and stays on the page', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    const shown = await toTheQrCode(visitor, home, portal.code(mei.phone));
    const hasty = await visitor.submit(shown, 'Continue to Login');
    expect(hasty.path).toBe('/add/scan');
    expect(textOf(hasty)).toContain('not activated yet');
    expect(textById(hasty, 'activation-code')).toBe(textById(shown, 'activation-code'));
    expect((await visitor.get('/add/finish')).path).toBe('/add/scan');
    expect((await visitor.get('/add/done')).path).toBe('/home');
  });

  test('the portal draws the QR code as its own picture, without script or style', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    const { html } = await toTheQrCode(visitor, home, portal.code(mei.phone));
    expect(html).toMatch(/<div class="qr"[^>]*>\s*<svg [^>]*viewBox/);
    expect(html).not.toMatch(/<style|\sstyle=/);
    expect(html).not.toContain('otpauth:');
  });

  test('an expired QR code is replaced', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    const first = await toTheQrCode(visitor, home, portal.code(mei.phone));
    const wait = visitor.fetch('/add/scan/wait');
    portal.clock.at += 16 * 60_000;
    expect(await (await wait).json()).toEqual({ changed: true });
    // The second factor is too old by then as well
    expect((await visitor.get('/add/scan')).path).toBe('/add/confirm');
    const back = await visitor.submit(await visitor.get('/add/confirm'), 'Enter a Passcode', { passcode: portal.code(mei.phone) });
    expect(back.path).toBe('/add/type');
    const old = await visitor.get('/add/scan');
    expect(textOf(old)).toContain('too old by now');
    const fresh = await visitor.submit(old, 'Get a new QR code');
    expect(textById(fresh, 'activation-code')).toMatch(/^\w{4}(-\w{4}){4}$/);
    expect(textById(fresh, 'activation-code')).not.toBe(textById(first, 'activation-code'));
  });

  test('each page of adding a device leads back to the one that must come first', async () => {
    const { visitor, home } = await portal.signedIn(mei);
    for (const path of ['/add/type', '/add/platform', '/add/installed', '/add/scan']) {
      expect((await visitor.get(path)).path).toBe('/add/confirm');
    }
    let shown = await visitor.follow(home, 'Add a new Device');
    shown = await visitor.submit(shown, 'Enter a Passcode', { passcode: portal.code(mei.phone) });
    expect((await visitor.get('/add/scan')).path).toBe('/add/type');
    shown = await visitor.submit(shown, 'Phone');
    expect((await visitor.get('/add/scan')).path).toBe('/add/platform');
    await visitor.submit(shown, 'Continue with iOS');
    expect((await visitor.get('/add/scan')).path).toBe('/add/installed');
    const csrf = /name="csrf" value="([^"]+)"/.exec(shown.html)?.[1] ?? '';
    expect((await visitor.post('/add/type', { csrf, kind: 'toaster' })).status).toBe(400);
  });

  test('another authenticator app is added by its code, and then receives no push', async () => {
    const { visitor, home } = await portal.signedIn(ana);
    const shown = await toTheQrCode(visitor, home, portal.code(ana.phone));
    const id = portal.factors.devices(ana.userId).length;
    const wrong = await visitor.submit(shown, 'Add it', { name: 'Other app', passcode: '000000' });
    expect(wrong.path).toBe('/add/scan');
    expect(textOf(wrong)).toContain('not right');
    expect(portal.factors.devices(ana.userId)).toHaveLength(id);
    const done = await visitor.submit(wrong, 'Add it', { name: 'Other app', passcode: codeOf(wrong) });
    expect(done.path).toBe('/add/done');
    expect(portal.factors.devices(ana.userId).find(({ name }) => name === 'Other app')?.methods).toEqual(['passcode']);
  });
});

/** What a real authenticator app shows after scanning: the QR code is read from the page as a camera would. */
function codeOf(shown: Shown): string {
  const uri = readDrawnQrCode(shown.html);
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return generateSync({ secret, epoch: Math.floor(portal.clock.at / 1000) });
}
