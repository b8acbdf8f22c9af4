import { expect, test } from 'vitest';
import type { CallName } from '../../../shared/bridge.ts';
import { asking, campus, now, prompts, type screens } from '../../screens/states.ts';
import { later, useWindow } from '../../screens/use-window.ts';

/** What a person does in the window, one click or key at a time, and what main hears of it. */

const { subject, button, press, expectCalls, openScreen } = useWindow();

/** One click, one call: state, button, what main hears. */
const clicks: [screen: keyof typeof screens, button: string, name: CallName, input?: unknown][] = [
  ['home', 'Connect', 'connect', { profileId: campus.id }],
  ['home', 'Settings', 'showSettings', { open: true }],
  ['home', 'Open help desk page', 'openHelpDesk'],
  ['home-notice', 'Dismiss', 'dismissNotice', { id: 'n1' }],
  ['ended-unreachable', 'Try again', 'connect', { profileId: campus.id }],
  ['ended-no-factor', 'I lost my phone', 'startTask', { task: 'lost-phone' }],
  ['ended-no-factor', 'Try again', 'connect', { profileId: campus.id }],
  ['recovery-site', 'Back', 'recoveryBack'],
  ['ended-unreachable', 'Copy details', 'copyDetails'],
  ['ended-unreachable', 'Home', 'acknowledge'],
  ['checking', 'Cancel', 'disconnect'],
  ['contacting', 'Cancel', 'disconnect'],
  ['opening', 'Cancel', 'disconnect'],
  ['on-campus', 'Open device portal', 'openPortal'],
  ['notice', 'Proceed', 'answer', { promptId: 'p1', answer: { kind: 'notice', proceed: true }, remember: false }],
  ['notice', 'Decline', 'answer', { promptId: 'p1', answer: { kind: 'notice', proceed: false }, remember: false }],
  ['push', 'Enter a Passcode instead', 'answer', { promptId: 'p1', answer: { kind: 'instead', method: 'passcode' }, remember: false }],
  ['passcode', 'Choose another way', 'answer', { promptId: 'p1', answer: { kind: 'instead', method: 'choose' }, remember: false }],
  ['certificate', 'Do not connect', 'answer', { promptId: 'p1', answer: { kind: 'certificate', accept: false }, remember: false }],
  ['certificate', 'It is the same: accept', 'answer', { promptId: 'p1', answer: { kind: 'certificate', accept: true }, remember: false }],
  ['client-certificate', 'Choose file…', 'chooseCertificate'],
  ['browser', 'Cancel', 'disconnect'],
  ['browser-open', 'Cancel', 'disconnect'],
  [
    'credentials-saved',
    'Use the password saved for dc012345',
    'answerWithSavedPassword',
    { promptId: 'p1', chosen: { realm: 'students' } },
  ],
  ['connected', 'Open device portal', 'openPortal'],
  ['connected', 'Disconnect', 'disconnect'],
  ['expiring', 'Stay connected', 'extend'],
  ['connected-portal-down', 'Try the portal again', 'openPortal'],
  ['push', 'I lost my phone', 'startTask', { task: 'lost-phone' }],
  ['home-paused', 'Resume', 'resumeAlwaysConnect'],
  ['reconnecting', 'Try now', 'retryNow'],
  ['reconnecting', 'Disconnect', 'disconnect'],
  ['recovery-password-failed', 'Forgot your password?', 'openHelpDesk'],
  ['recovery-failed', 'Try again', 'startTask', { task: 'lost-phone' }],
  ['recovery-identity', 'Back', 'recoveryBack'],
  ['recovery-site', 'I have it: Add a new device', 'recoveryContinue'],
  ['preview', 'Add', 'acceptPreview'],
  ['preview', 'Not now', 'declinePreview'],
  ['first-run', 'Choose a profile file…', 'previewFile'],
  ['settings', 'Forget', 'forgetSignIn'],
  ['settings-pages', 'Forget the page sign-in of Harbour College', 'forgetPageSignIn', { profileId: 'college' }],
  ['settings-vouched', 'Forget vpn.campus.test', 'forgetCertificate', { host: 'vpn.campus.test' }],
  ['settings-codes-kept', 'Remove the key', 'forgetCodes'],
  ['settings-managed', 'icto.campus.example/vpn', 'openManager'],
  ['settings-managed', 'Copy details', 'copyDetails'],
  ['settings', 'Show logs', 'openLogs'],
  ['settings', 'Close settings', 'showSettings', { open: false }],
  ['sign-in-page-form', 'Back', 'signInBack'],
  ['sign-in-page-form', 'Reload', 'signInReload'],
  ['sign-in-page-failed', 'Begin again', 'signInReload'],
  ['sign-in-page-blocked', 'Copy details', 'copyBlockedHosts'],
  ['sign-in-page-held', 'Copy passcode', 'copyPasscode'],
  ['portal-free', 'Back', 'portalBack'],
  ['portal-free', 'Reload', 'portalReload'],
  ['portal-failed', 'Load again', 'portalReload'],
  ['portal-add-confirm', 'Choose another task', 'leaveTask'],
  ['portal-add-confirm', 'Close portal', 'closePortal'],
  ['portal-add-confirm', 'Disconnect', 'disconnect'],
  ['portal-done-on-campus', 'Done', 'closePortal'],
  ['portal-add-confirm', 'Copy passcode', 'copyPasscode'],
  ['portal-add-done', 'Close portal and disconnect', 'disconnect'],
  ['portal-lost-done', 'Remove your lost phone', 'startTask', { task: 'remove-device' }],
  ['portal-lost-done', 'Close portal and disconnect', 'disconnect'],
  ['portal-lost-other', 'Remove your lost phone', 'startTask', { task: 'remove-device' }],
  ['confirm-connect', 'Connect', 'confirm', { yes: true }],
  ['confirm-quit', 'Stay', 'confirm', { yes: false }],
  ['confirm-certificate', 'Do not connect', 'confirm', { yes: false }],
];
test.each(clicks)('a click on screen %s on the button %s makes the right call', async (screen, name, call, input) => {
  await openScreen(screen);
  const dialog = subject.page.getByRole('alertdialog');
  await (screen.startsWith('confirm-') ? dialog.getByRole('button', { name, exact: true }) : button(name)).click();
  await expectCalls([call, input]);
});

test.each([
  ['credentials-keep', true],
  ['browser-keep', false],
] as const)('a press of the tick on screen %s is the person’s choice', async (screen, keep) => {
  await openScreen(screen);
  await subject.page.getByRole('checkbox', { name: 'Keep me signed in on this campus’s page' }).click({ force: true });
  await expectCalls(['keepPageSignIn', { keep }]);
});

test('Reconnect, where the portal’s name is not found, ends the session and connects again', async () => {
  await openScreen('connected-dns-failed');
  await button('Reconnect').click();
  await expectCalls(['disconnect'], ['connect', { profileId: campus.id }]);
});

test('Reconnect connects nobody whose session could not be ended', async () => {
  await openScreen('connected-dns-failed');
  subject.reply('disconnect', { ok: false, failure: { code: 'internal' } });
  await button('Reconnect').click();
  await subject.page.getByText('Something went wrong in Causeway').waitFor();
  await expectCalls(['disconnect']);
});

test('the question before quitting tells somebody who signs in nothing of a connection', async () => {
  const dialog = subject.page.getByRole('alertdialog');
  await openScreen('confirm-quit-sign-in');
  expect(await dialog.innerText()).toContain('Quitting ends your sign-in.');
  expect(await dialog.innerText()).not.toMatch(/connect/i);
  await openScreen('confirm-quit');
  expect(await dialog.innerText()).toContain('You are connected.');
});

test('a locked account can be tried again from the campus’s instant on, and not before', async () => {
  await openScreen('ended-locked');
  const again = subject.page.getByRole('button', { name: /^Try again/ });
  expect(await again.textContent()).toMatch(/^Try again at \d\d?:22/);
  expect(await again.isDisabled()).toBe(true);
  await press('Enter');
  expect(subject.calls).toEqual([]);
  await subject.page.clock.setFixedTime(now + 10 * 60_000);
  await button('Try again').click();
  await expectCalls(['startTask', { task: 'add-device' }]);
  await subject.page.clock.setFixedTime(now);
});

test('a changed key shows the warning and the help desk first, then the expected key and the one found', async () => {
  await openScreen('ended-changed-key');
  const page = await subject.page.locator('main').innerText();
  const order = ['Someone may be pretending to be it.', 'Do not sign in.', '+853 8822 8600', 'Keys to compare with the help desk'];
  const at = order.map((text) => page.indexOf(text));
  expect(at.every((place, index) => place > (at[index - 1] ?? -1))).toBe(true);
  expect(page).not.toContain('1B1B');
  await button('Keys to compare with the help desk').click();
  const shown = (label: string): Promise<string> => subject.page.getByRole('region', { name: label }).innerText();
  expect((await shown('The key that was expected')).replaceAll(/\s/g, '')).toContain(`0A${'1B'.repeat(30)}2C`);
  expect((await shown('The key that this server shows')).replaceAll(/\s/g, '')).toContain(`3D${'4E'.repeat(30)}5F`);
});

const keys: [screen: keyof typeof screens, key: string, name: CallName, input?: unknown][] = [
  ['home', 'Enter', 'connect', { profileId: campus.id }],
  ['ended-unreachable', 'Enter', 'connect', { profileId: campus.id }],
  ['ended-changed-key', 'Enter', 'acknowledge'],
  ['notice', 'Enter', 'answer', { promptId: 'p1', answer: { kind: 'notice', proceed: true }, remember: false }],
  ['certificate', 'Enter', 'answer', { promptId: 'p1', answer: { kind: 'certificate', accept: false }, remember: false }],
  ['certificate', 'Escape', 'answer', { promptId: 'p1', answer: { kind: 'certificate', accept: false }, remember: false }],
  ['browser', 'Enter', 'answer', { promptId: 'p1', answer: { kind: 'browser', where: 'window' }, remember: false }],
  ['browser', 'Escape', 'disconnect'],
  ['client-certificate', 'Escape', 'disconnect'],
  ['proxy', 'Escape', 'disconnect'],
  ['second-factor-held', 'Enter', 'answerWithHeldPasscode', { promptId: 'p1' }],
  ['connected', 'Enter', 'openPortal'],
  ['reconnecting', 'Enter', 'retryNow'],
  ['credentials', 'Escape', 'disconnect'],
  ['push', 'Escape', 'disconnect'],
  ['recovery-passcode', 'Enter', 'recoveryContinue'],
  ['recovery-identity', 'Escape', 'recoveryBack'],
  ['settings', 'Escape', 'showSettings', { open: false }],
  ['preview', 'Escape', 'declinePreview'],
  ['confirm-connect', 'Escape', 'confirm', { yes: false }],
  ['confirm-connect', 'Enter', 'confirm', { yes: false }],
  ['confirm-quit', 'Escape', 'confirm', { yes: false }],
];
test.each(keys)('the keyboard alone works on screen %s: %s', async (screen, key, call, input) => {
  await openScreen(screen);
  await press(key);
  if (call === 'recoveryContinue')
    subject.calls.splice(0, subject.calls.length, ...subject.calls.filter(({ name }) => name !== 'revealPasscode'));
  await expectCalls([call, input]);
});

test('a push is never one key away, and Escape never disconnects', async () => {
  await openScreen('second-factor');
  await press('Enter');
  await openScreen('connected');
  await press('Escape');
  await openScreen('home');
  await press('Escape');
  await button('Connect').focus();
  await press('Space');
  await expectCalls(['connect', { profileId: campus.id }]);
});

test('the keyboard alone signs in', async () => {
  await openScreen('credentials');
  await subject.page.keyboard.type('dc012345');
  await press('Tab');
  await subject.page.keyboard.type('hunter2');
  await press('Enter');
  await expectCalls([
    'answer',
    { promptId: 'p1', answer: { kind: 'credentials', values: { user: 'dc012345', password: 'hunter2' } }, remember: false },
  ]);
});

test('a double click connects once', async () => {
  await openScreen('home');
  const { reply, arrive } = later();
  subject.reply('connect', reply);
  await button('Connect').dblclick();
  await expectCalls(['connect', { profileId: campus.id }]);
  arrive();
});

test('a double click answers one prompt, never the next', async () => {
  await openScreen('notice');
  await button('Proceed').dblclick();
  await subject.page.waitForFunction(() => document.activeElement !== null);
  expect(subject.calls).toHaveLength(1);
  await subject.show(asking(prompts.notice, {}, 'p2'));
  await button('Proceed').click();
  await expectCalls(['answer', { promptId: 'p2', answer: { kind: 'notice', proceed: true }, remember: false }]);
});

test('a prompt whose answer failed can be answered again', async () => {
  await openScreen('notice');
  subject.reply('answer', { ok: false, failure: { code: 'internal' } });
  await button('Proceed').click();
  await subject.page.getByText('Something went wrong in Causeway').waitFor();
  await button('Proceed').click();
  await expect.poll(() => subject.calls.length).toBe(2);
  await button('Dismiss').click();
  await expect.poll(() => subject.page.getByText('Something went wrong in Causeway').count()).toBe(0);
});
