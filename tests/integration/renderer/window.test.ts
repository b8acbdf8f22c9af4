import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AppState } from '../../../shared/app-state.ts';
import type { CallName } from '../../../shared/bridge.ts';
import { asking, campus, college, connected, heldPasscode, now, prompts, screens, state } from '../../screens/states.ts';
import { buildWindow, launchChromium, openWindow, serve, type Reply, type TestWindow } from '../../screens/window.ts';

/** What a person does in the window, and what main hears of it. */

let browser: Browser;
let server: Awaited<ReturnType<typeof serve>>;
let subject: TestWindow;

beforeAll(async () => {
  browser = await launchChromium();
  server = await serve(await buildWindow('english', 'screens/bundle-window'));
  subject = await openWindow(browser, server.address, now);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});
afterEach(() => expect(subject.complaints.splice(0)).toEqual([]));

const button = (name: string) => subject.page.getByRole('button', { name, exact: true });
const field = (label: string) => subject.page.getByLabel(label, { exact: true });
const press = (key: string) => subject.page.keyboard.press(key);
const expectCalls = (...calls: [name: CallName, input?: unknown][]) =>
  expect.poll(() => subject.calls).toEqual(calls.map(([name, input]) => ({ name, input })));
const openScreen = (name: keyof typeof screens) => subject.open(screens[name]?.state ?? state({}));
/** An answer that arrives when the test says so. */
function later(): { reply: Promise<Reply>; arrive: (reply?: Reply) => void } {
  let arrive: (reply: Reply) => void = () => undefined;
  const reply = new Promise<Reply>((resolve) => (arrive = resolve));
  return { reply, arrive: (value = { ok: true }) => arrive(value) };
}

/** One click, one call: state, button, what main hears. */
const clicks: [screen: keyof typeof screens, button: string, name: CallName, input?: unknown][] = [
  ['home', 'Connect', 'connect', { profileId: campus.id }],
  ['home', 'Settings', 'showSettings', { open: true }],
  ['home', 'Open help desk page', 'openHelpDesk'],
  ['home-notice', 'Dismiss', 'dismissNotice', { id: 'n1' }],
  ['ended-unreachable', 'Try again', 'connect', { profileId: campus.id }],
  ['ended-no-factor', 'I lost my phone', 'startTask', { task: 'lost-phone' }],
  ['ended-no-factor', 'Try again', 'connect', { profileId: campus.id }],
  ['ended-locked', 'Try again', 'startTask', { task: 'add-device' }],
  ['recovery-site', 'Back', 'recoveryBack'],
  ['ended-unreachable', 'Copy details', 'copyDetails'],
  ['ended-unreachable', 'Back to start', 'acknowledge'],
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
  ['reconnecting', 'Try now', 'retryNow'],
  ['reconnecting', 'Disconnect', 'disconnect'],
  ['recovery-role', 'Student', 'recoveryRole', { role: 'student' }],
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

test('the question before quitting tells somebody who signs in nothing of a connection', async () => {
  const dialog = subject.page.getByRole('alertdialog');
  await openScreen('confirm-quit-sign-in');
  expect(await dialog.innerText()).toContain('Quitting ends your sign-in.');
  expect(await dialog.innerText()).not.toMatch(/connect/i);
  await openScreen('confirm-quit');
  expect(await dialog.innerText()).toContain('You are connected.');
});

test('a changed key shows the expected key and the one found', async () => {
  await openScreen('ended-changed-key');
  const shown = (label: string): Promise<string> => subject.page.getByRole('region', { name: label }).innerText();
  expect((await shown('The key that was expected')).replaceAll(/\s/g, '')).toContain(`0A${'1B'.repeat(30)}2C`);
  expect((await shown('The key that this server shows')).replaceAll(/\s/g, '')).toContain(`3D${'4E'.repeat(30)}5F`);
});

describe('by the keyboard alone', () => {
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
});

describe('a double click', () => {
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
});

describe('signing in', () => {
  test('typed text stays while it is checked, when it is asked for again, and after the link dropped', async () => {
    await openScreen('credentials');
    await field('UMPASS user ID').fill('dc012345');
    await field('UMPASS password').fill('wrong');
    await subject.show(asking(prompts.credentials, {}, 'p1', true));
    await button('Checking your sign-in…').waitFor();
    expect(await field('UMPASS password').isEditable()).toBe(false);
    expect(await field('UMPASS password').inputValue()).toBe('wrong');

    await subject.show(asking({ ...prompts.credentials, failure: { code: 'sign-in-rejected' }, triesLeft: 2 }, {}, 'p2'));
    await subject.page.getByText('2 tries left').waitFor();
    // The password is selected: typing replaces it
    await subject.page.keyboard.type('right');
    expect(await field('UMPASS password').inputValue()).toBe('right');
    expect(await field('UMPASS user ID').inputValue()).toBe('dc012345');

    await subject.show(state({ access: { kind: 'idle', ending: { code: 'gateway-closed' } } }));
    await button('Try again').waitFor();
    await subject.show(asking(prompts.credentials, {}, 'p3'));
    expect(await field('UMPASS user ID').inputValue()).toBe('dc012345');
    expect(await field('UMPASS password').inputValue()).toBe('right');
  });

  test('typed text is forgotten once the person has signed in or left', async () => {
    for (const end of [state({ access: connected }), state({})]) {
      await openScreen('credentials');
      await field('UMPASS password').fill('secret');
      await subject.show(end);
      await expect.poll(() => field('UMPASS password').count()).toBe(0);
      await subject.show(asking(prompts.credentials, {}, 'p2'));
      expect(await field('UMPASS password').inputValue()).toBe('');
    }
  });

  test('a missing value is asked for, and nothing is sent', async () => {
    await openScreen('credentials');
    await field('UMPASS user ID').fill('dc012345');
    await button('Sign in').click();
    await subject.page.getByText('Fill in UMPASS password first.').waitFor();
    expect(subject.calls).toEqual([]);
  });

  test('the sign-in screen shows the password, the realm, Caps Lock and what the keychain can do', async () => {
    await openScreen('credentials-remembered');
    expect(await field('UMPASS user ID').inputValue()).toBe('dc012345');
    await field('UMPASS password').fill('hunter2');
    await button('Show password').click();
    expect(await field('UMPASS password').getAttribute('type')).toBe('text');
    await field('UMPASS password').evaluate((input) =>
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'A', bubbles: true, modifierCapsLock: true })),
    );
    await subject.page.getByText('Caps Lock is on').waitFor();
    await field('Realm').selectOption('Staff');
    expect(await subject.page.getByRole('checkbox').isDisabled()).toBe(true);
    await button('Sign in').click();
    await expectCalls([
      'answer',
      {
        promptId: 'p1',
        answer: { kind: 'credentials', values: { user: 'dc012345', password: 'hunter2', realm: 'staff' } },
        remember: false,
      },
    ]);
  });

  test('a sign-in is remembered only when asked', async () => {
    await openScreen('credentials');
    await field('UMPASS user ID').fill('dc012345');
    await field('UMPASS password').fill('hunter2');
    await subject.page.getByText('Remember me on this computer').click();
    await button('Sign in').click();
    await expectCalls([
      'answer',
      { promptId: 'p1', answer: { kind: 'credentials', values: { user: 'dc012345', password: 'hunter2' } }, remember: true },
    ]);
  });

  test('remembering is not offered if a code in the same form would have to be typed anyway', async () => {
    await openScreen('credentials-with-code');
    expect(await subject.page.getByRole('checkbox').count()).toBe(0);
    await field('UMPASS user ID').fill('dc012345');
    await field('UMPASS password').fill('hunter2');
    await field('One-time code').fill('123456');
    await button('Sign in').click();
    const values = { user: 'dc012345', password: 'hunter2', otp: '123456', realm: 'students' };
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'credentials', values }, remember: false }]);
  });

  test('a page sign-in offers our window, or the person’s browser if the gateway wants that (security keys: YZ#239, #494)', async () => {
    await openScreen('browser-own');
    expect(await subject.page.getByRole('button', { name: 'Open the sign-in page' }).count()).toBe(0);
    await subject.page.getByRole('button', { name: 'Use my browser' }).click();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'browser', where: 'own' }, remember: false }]);
    await openScreen('browser');
    expect(await subject.page.getByRole('button', { name: 'Use my browser' }).count()).toBe(0);
    await subject.page.getByRole('button', { name: 'Open the sign-in page' }).dblclick();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'browser', where: 'window' }, remember: false }]);
    await subject.show(asking(prompts.browser, {}, 'p1', true));
    await subject.page.getByText('Causeway goes on by itself').waitFor();
    await subject.show(asking({ ...prompts.browser, failure: { code: 'browser-closed' } }, {}, 'p2'));
    await subject.page.getByText('The sign-in page was closed').waitFor();
    await subject.page.getByRole('button', { name: 'Open the sign-in page' }).click();
    await expectCalls(['answer', { promptId: 'p2', answer: { kind: 'browser', where: 'window' }, remember: false }]);
  });

  test('a certificate sign-in asks for the file, then for its passphrase, by the keyboard', async () => {
    await openScreen('client-certificate');
    await button('Continue').click();
    await subject.page.getByText('Choose the file first.').waitFor();
    subject.reply('chooseCertificate', { ok: true, value: null });
    await button('Choose file…').click();
    await expectCalls(['chooseCertificate']);
    await subject.page.getByText('No file chosen yet').waitFor();
    subject.reply('chooseCertificate', { ok: true, value: { file: '/home/mei/mine.p12' } });
    await button('Choose file…').click();
    await subject.page.getByText('mine.p12', { exact: true }).waitFor();
    expect(await subject.page.getByText('Choose the file first.').count()).toBe(0);
    await button('Continue').click();
    const answer = (more: object) => ({ promptId: 'p1', answer: { kind: 'client-certificate', ...more }, remember: false });
    await expectCalls(['chooseCertificate'], ['chooseCertificate'], ['answer', answer({ file: '/home/mei/mine.p12' })]);

    await openScreen('client-certificate-passphrase');
    await press('Enter');
    await subject.page.getByText('Type the passphrase first.').waitFor();
    await subject.page.keyboard.type('open sesame');
    await press('Enter');
    await expectCalls(['answer', answer({ passphrase: 'open sesame' })]);
  });

  test('a page sign-in shows no user ID, because only the page knows it', async () => {
    await openScreen('connected');
    await button('Details').click();
    await subject.page.getByText('Signed in as').waitFor();
    await subject.open(state({ access: { ...connected, user: '' } }));
    await button('Details').click();
    await subject.page.getByText('Connected since').waitFor();
    expect(await subject.page.getByText('Signed in as').count()).toBe(0);
  });

  test('a proxy’s sign-in can be answered, again after a wrong password', async () => {
    await openScreen('proxy');
    await subject.page.keyboard.type('guest');
    await press('Tab');
    await subject.page.keyboard.type('wrong');
    await press('Enter');
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'proxy', user: 'guest', password: 'wrong' }, remember: false }]);
    await subject.show(asking({ ...prompts.proxy, failure: { code: 'proxy-rejected', params: { host: prompts.proxy.host } } }, {}, 'p2'));
    await subject.page.getByText('The proxy did not let you through').waitFor();
    await subject.page.keyboard.type('right');
    await press('Enter');
    await expect
      .poll(() => subject.calls.at(-1)?.input)
      .toEqual({ promptId: 'p2', answer: { kind: 'proxy', user: 'guest', password: 'right' }, remember: false });
  });

  test('a key for one-time codes is saved where that is allowed, and a wrong key is explained (SSO#193)', async () => {
    await openScreen('settings-codes');
    await button('Keep the key').click();
    await subject.page.getByText('Paste the key first.').waitFor();
    subject.reply('keepCodes', { ok: false, failure: { code: 'codes-key-invalid' } });
    await field('Key').fill('not a key');
    await press('Enter');
    await subject.page.getByText('That is no key for codes').waitFor();
    expect(await field('Key').inputValue()).toBe('not a key');
    subject.reply('keepCodes', { ok: true });
    await field('Key').fill('GEZD GNBV');
    await button('Keep the key').click();
    await expectCalls(['keepCodes', { key: 'not a key' }], ['keepCodes', { key: 'GEZD GNBV' }]);
    await expect.poll(() => field('Key').inputValue()).toBe('');
    await openScreen('settings');
    expect(await subject.page.getByText('One-time codes').count()).toBe(0);
  });

  test('a choice takes one click', async () => {
    await openScreen('choice');
    await subject.page.getByRole('button', { name: 'Laptop at home' }).click();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'choice', option: 's2' }, remember: false }]);
  });

  test('Enter takes last time’s choice', async () => {
    await openScreen('realm');
    await subject.page.getByRole('button', { name: 'Students As last time' }).waitFor();
    await subject.page.keyboard.press('Enter');
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'choice', option: '1' }, remember: false }]);
  });

  test('any other form of the gateway can be sent with one field empty, but not with all fields empty', async () => {
    await openScreen('fields');
    await button('Continue').click();
    await subject.page.getByText('Fill in Old password first.').waitFor();
    await field('Old password').fill('one');
    await button('Continue').click();
    await subject.page.getByText('Fill in New password first.').waitFor();
    await field('New password').fill('two');
    await button('Continue').click();
    await expectCalls([
      'answer',
      { promptId: 'p1', answer: { kind: 'fields', values: { old: 'one', new: 'two', hint: '' } }, remember: false },
    ]);
  });
});

describe('the second factor', () => {
  test('a push goes to the chosen device', async () => {
    await openScreen('second-factor');
    await subject.page.getByText('Office tablet', { exact: true }).click();
    await subject.page.getByRole('button', { name: 'Send me a Push (Recommended)' }).click();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'second-factor', method: 'push', device: 'd2' }, remember: false }]);
  });

  test('the second-factor screen takes a passcode, or helps a person who lost the phone', async () => {
    await openScreen('second-factor');
    await subject.page.getByRole('button', { name: 'I lost my phone' }).click();
    await expectCalls(['startTask', { task: 'lost-phone' }]);
    await openScreen('second-factor');
    await subject.page.getByRole('button', { name: 'Enter a Passcode' }).click();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'second-factor-passcode' }, remember: false }]);
  });

  test('a recovery passcode at hand is used by one click', async () => {
    await openScreen('second-factor-held');
    await subject.page.getByRole('button', { name: 'Use your recovery passcode' }).click();
    await expectCalls(['answerWithHeldPasscode', { promptId: 'p1' }]);
  });

  test.each([
    ['second-factor-held', 'Use your recovery passcode'],
    ['second-factor-lost', 'Enter a Passcode'],
  ] as const)('no push is recommended to a person who lost their phone: %s', async (screen, main) => {
    await openScreen(screen);
    const { page } = subject;
    const primary = page.locator('main .primary');
    expect(await primary.count()).toBe(1);
    expect(await primary.textContent()).toContain(main);
    const push = page.getByRole('button', { name: /^Send me a Push/ });
    expect(await push.count()).toBe(0);
    await button('Other ways').click();
    await push.waitFor();
    expect(await push.getAttribute('class')).toContain('secondary');
    expect(await page.getByText('Recommended').count()).toBe(0);
    await push.click();
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'second-factor', method: 'push', device: 'd1' }, remember: false }]);
  });

  test('a push counts down to its end', async () => {
    await openScreen('push');
    await subject.page.getByText('47 seconds left to approve').waitFor();
    await subject.page.clock.setFixedTime(now + 46_000);
    await subject.page.getByText('One second left to approve').waitFor();
    await subject.page.clock.setFixedTime(now + 48_000);
    await subject.page.getByText('Time is up.').waitFor();
    await subject.page.clock.setFixedTime(now);
  });

  test.each([
    ['123456', '123 456', '123456'],
    ['1234567', '123 4567', '1234567'],
    ['482 915-036', '482 915 036', '482915036'],
    ['ab12-cd34', 'ab12cd34', 'ab12cd34'],
  ])('the passcode %s is shown in groups and sent plain', async (typed, shown, sent) => {
    await openScreen('passcode');
    await subject.page.keyboard.type(typed);
    expect(await field('Passcode').inputValue()).toBe(shown);
    await press('Enter');
    await expectCalls(['answer', { promptId: 'p1', answer: { kind: 'passcode', passcode: sent }, remember: false }]);
  });

  test('a pasted passcode keeps its spaces, and a digit in its middle can be corrected', async () => {
    await openScreen('passcode');
    await subject.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await subject.page.evaluate(() => navigator.clipboard.writeText(' 482 915 036 '));
    await press('ControlOrMeta+V');
    expect(await field('Passcode').inputValue()).toBe('482 915 036');
    for (let step = 0; step < 4; step += 1) await press('ArrowLeft');
    await press('Backspace');
    await subject.page.keyboard.type('78');
    expect(await field('Passcode').inputValue()).toBe('482 917 8036');
    await press('Backspace');
    expect(await field('Passcode').inputValue()).toBe('482 917 036');
  });

  test('the passcode screen says when the next code comes', async () => {
    await openScreen('passcode-used');
    await subject.page.getByText('Your phone shows the next code in 12 seconds').waitFor();
    await subject.page.clock.setFixedTime(now + 13_000);
    await subject.page.getByText('Your phone shows a new code now').waitFor();
    await subject.page.clock.setFixedTime(now);
    await subject.page.getByRole('button', { name: 'Use your recovery passcode' }).click();
    await expectCalls(['answerWithHeldPasscode', { promptId: 'p1' }]);
  });
});

describe('recovery', () => {
  test('recovery asks for the identity, reports errors early, and sends it as the bridge wants it', async () => {
    await openScreen('recovery-identity');
    await field('UMPASS user ID').fill(' dc012345 ');
    await field('Date of birth').fill('2003-05-17');
    await field('Last 4 characters of ID/Passport Number').fill('56A');
    await button('Verify').click();
    await subject.page.getByText('It is exactly 4 letters or digits.').waitFor();
    expect(subject.calls).toEqual([]);
    await field('Last 4 characters of ID/Passport Number').fill('56A7');
    await button('Verify').click();
    await expectCalls(['recoveryVerify', { userId: 'dc012345', dateOfBirth: '2003-05-17', lastFour: '56A7' }]);
    // Wrong: everything is still there
    await subject.show(screens['recovery-identity-failed']?.state ?? state({}));
    await subject.page.getByText('That does not match').waitFor();
    expect(await field('Date of birth').inputValue()).toBe('2003-05-17');
  });

  test('recovery gets the passcode with the password and continues to the new device', async () => {
    await openScreen('recovery-password');
    await subject.page.keyboard.type('hunter2');
    await button('Get 2FA Passcode').click();
    await expectCalls(['recoveryPasscode', { password: 'hunter2' }]);
    await subject.show(screens['recovery-passcode']?.state ?? state({}));
    await subject.page.getByText('482 915 036').waitFor();
    await button('Continue to Add a new device').click();
    await expectCalls(['revealPasscode'], ['recoveryContinue']);
  });
});

describe('beside the portal', () => {
  const at = (path: string): AppState => {
    const open = screens['portal-add-confirm']?.state ?? state({});
    return { ...open, portal: open.portal.kind === 'open' ? { ...open.portal, path } : open.portal };
  };

  test('the guide marks the page’s step, and says when all is done', async () => {
    await subject.open(at('/home'));
    const current = subject.page.locator('[aria-current="step"]');
    expect(await current.textContent()).toContain('Click Add a new Device.');
    await subject.show(at('/add/scan'));
    await expect.poll(() => current.textContent()).toContain('scan the QR code');
    await subject.show(at('/somewhere/else'));
    await subject.page.getByText('This page is not one of the steps below.').waitFor();
    // The last step that the guide knew stays marked
    expect(await current.textContent()).toContain('scan the QR code');
    await subject.page.getByText('Step 7 of 9').waitFor();
    await subject.show(at('/add/done'));
    await button('Close portal and disconnect').waitFor();
    expect(await current.count()).toBe(0);
  });

  test('the guide collapses finished steps, and shows the passcode until it is used', async () => {
    await subject.open(at('/add/confirm'));
    const { page } = subject;
    await page.getByText('Step 3 of 9').waitFor();
    const copy = button('Copy passcode');
    await copy.waitFor();
    expect(await page.getByText('Click Add a new Device.').isVisible()).toBe(false);
    await button('2 steps done').click();
    await page.getByText('Click Add a new Device.').waitFor();
    await subject.show(at('/add/type'));
    await button('3 steps done').waitFor();
    expect(await copy.count()).toBe(0);
    await subject.show(at('/somewhere/else'));
    await page.getByText('This page is not one of the steps below.').waitFor();
    expect(await copy.count()).toBe(0);
    await subject.show(at('/add/confirm'));
    await copy.waitFor();
  });

  test.each([
    ['portal-add-confirm', 'Copy the passcode above, paste it under Passcode on the right, and click Enter a Passcode.'],
    ['portal-lost-confirm', 'Type your recovery passcode under Passcode on the right, and click Enter a Passcode.'],
  ] as const)('the guide tells a person who lost their phone where the passcode goes: %s', async (screen, sentence) => {
    await openScreen(screen);
    const step = await subject.page.locator('[aria-current="step"]').textContent();
    expect(step).toContain(sentence);
    expect(step).toContain('Do not choose Send me a Push: it goes to your old phone.');
  });

  test('the guide offers to remove the lost phone once a new device is there, and follows its removal', async () => {
    await openScreen('portal-lost-done');
    const primary = subject.page.locator('main .primary');
    expect(await primary.allTextContents()).toEqual(['Remove your lost phone']);
    await subject.page.getByText('your old phone can still approve sign-ins').waitFor();
    await subject.show({ ...(screens['portal-lost-done']?.state ?? state({})), task: 'remove-device' });
    await expect.poll(() => subject.page.locator('[aria-current="step"]').textContent()).toContain('Click My Settings & Devices.');
    await openScreen('portal-add-done');
    expect(await button('Remove your lost phone').count()).toBe(0);
  });

  test('the guide shows the passcode only when asked', async () => {
    await openScreen('portal-add-confirm');
    expect(await subject.page.getByText('482 915 036').count()).toBe(0);
    await button('Show passcode').click();
    await subject.page.getByText('482 915 036').waitFor();
    await button('Hide passcode').click();
    await expect.poll(() => subject.page.getByText('482 915 036').count()).toBe(0);
    await expectCalls(['revealPasscode']);
  });

  test('there is one Close portal button on every screen with a portal, and Tab leads to it', async () => {
    const withPortal = Object.entries(screens).filter(([, { state }]) => state.portal.kind === 'open' && state.confirmation === null);
    expect(withPortal.length).toBeGreaterThan(8);
    for (const [name] of withPortal) {
      await openScreen(name);
      expect(await button('Close portal').count(), name).toBe(1);
    }
    await openScreen('portal-free');
    await expect
      .poll(async () => {
        await press('Tab');
        return subject.page.evaluate(() => document.activeElement?.textContent);
      })
      .toBe('Close portal');
    await press('Enter');
    await expectCalls(['closePortal']);
  });

  test('a question appears where the portal’s page does not cover it', async () => {
    await subject.page.setViewportSize({ width: 1180, height: 760 });
    await openScreen('confirm-quit');
    const box = await subject.page.getByRole('alertdialog').boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 1180)).toBeLessThanOrEqual(420);
    await subject.page.setViewportSize({ width: 420, height: 680 });
  });
});

describe('the rest', () => {
  test('a session that cannot be extended offers to sign in again', async () => {
    await openScreen('expiring-again');
    await button('Sign in again').click();
    await expectCalls(['disconnect'], ['connect', { profileId: campus.id }]);
    // A task goes on where it was
    await subject.open({ ...(screens['expiring-again']?.state ?? state({})), task: 'lost-phone' });
    await button('Sign in again').click();
    await expectCalls(['disconnect'], ['startTask', { task: 'add-device' }]);
  });

  test('details can be collapsed', async () => {
    await openScreen('connected');
    expect(await subject.page.getByText('dc012345').isVisible()).toBe(false);
    await button('Details').click();
    await subject.page.getByText('dc012345').waitFor();
  });

  test('changes are announced to a screen reader', async () => {
    await openScreen('home');
    const status = subject.page.getByRole('status');
    await subject.show(screens['reconnecting']?.state ?? state({}));
    await expect.poll(() => status.textContent()).toBe('Reconnecting to Campus Test University');
    await subject.show(screens['second-factor-denied']?.state ?? state({}));
    await expect.poll(() => status.textContent()).toBe('The push was denied');
  });

  test('a person can switch between two campuses', async () => {
    await openScreen('home-two-campuses');
    await field('Campus').selectOption(college.name);
    await expectCalls(['selectProfile', { profileId: college.id }]);
  });

  test('a campus is found by its address, with what it waits for and why it failed', async () => {
    await openScreen('first-run');
    const { reply, arrive } = later();
    subject.reply('previewAddress', reply);
    await subject.page.keyboard.type(' campus.example.edu ');
    await press('Enter');
    await subject.page.getByText('Looking for campus.example.edu…').waitFor();
    await expectCalls(['previewAddress', { address: 'campus.example.edu' }]);
    arrive({ ok: false, failure: { code: 'profile-not-found', params: { address: 'campus.example.edu' } } });
    await subject.page.getByText('campus.example.edu does not publish a Causeway profile.').waitFor();
    expect(await field('Campus name, web address or e-mail').inputValue()).toBe(' campus.example.edu ');
    // What was said about the address before goes with it
    await field('Campus name, web address or e-mail').fill('  ');
    await press('Enter');
    await subject.page.getByText('Type your campus’s name or address first.').waitFor();
    expect(await subject.page.getByText('campus.example.edu does not publish a Causeway profile.').count()).toBe(0);
  });

  test('a person chooses if several campuses have the name', async () => {
    await openScreen('first-run');
    const campuses = [
      { id: 'north', name: 'University of the North', domain: 'north.example' },
      { id: 'south', name: 'University of the South', domain: 'south.example' },
    ];
    subject.reply('previewAddress', { ok: true, value: { campuses } });
    await subject.page.keyboard.type('university');
    await press('Enter');
    await subject.page.getByRole('heading', { name: 'Which one is yours?' }).waitFor();
    await subject.page.getByRole('button', { name: 'University of the South south.example' }).click();
    await expectCalls(['previewAddress', { address: 'university' }], ['previewCampus', { id: 'south' }]);
  });

  test('the preview says how reliable a shipped profile is, and asks the campus for its own', async () => {
    await openScreen('preview-shipped');
    const { page } = subject;
    await page.getByText('Nobody has signed in with this profile yet').waitFor();
    await page.getByText('put together from public pages, last read on 2026-11-29').waitFor();
    await page.getByText('https://faq.icto.um.edu.mo/how-do-i-reactivate-2fa-service-in-my-new-mobile').waitFor();
    await button('Ask um.edu.mo').click();
    await expectCalls(['previewPublished']);
  });

  test('settings remove a campus only after a question, and change preferences', async () => {
    await openScreen('settings');
    expect(await button('Remove Harbour College').isDisabled()).toBe(true); // while connected
    await subject.open(state({ settingsOpen: true, profiles: [campus, college] }));
    await button('Remove Harbour College').click();
    await press('Escape');
    await button('Remove Harbour College').click();
    await subject.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expectCalls(['removeProfile', { profileId: college.id }]);
    await subject.page.getByText('Start Causeway when I sign in to this computer').click();
    await field('Language').selectOption('As this computer');
    await expectCalls(
      ['removeProfile', { profileId: college.id }],
      ['changePreferences', { openAtLogin: true }],
      ['changePreferences', { language: 'system' }],
    );
  });

  test('another campus can be added from settings, which then return', async () => {
    await openScreen('settings');
    await button('Add a campus…').click();
    await field('Campus name, web address or e-mail').waitFor();
    await press('Escape');
    await button('Close settings').waitFor();
  });

  test('the chart shows no other tunnel’s traffic', async () => {
    await openScreen('connected');
    await subject.traffic([
      { at: now, received: 5_000_000, sent: 0 },
      { at: now + 1000, received: 9_000_000, sent: 1000 },
    ]);
    await subject.page.getByText('4 MB/s').waitFor();
    await subject.traffic([{ at: now + 2000, received: 0, sent: 0 }]);
    await expect.poll(() => subject.page.getByText('0 kB/s').count()).toBe(2);
  });

  test('a passcode at hand is not in the page until it is asked for', async () => {
    await subject.open(asking(prompts.passcode, { heldPasscode }));
    expect(await subject.page.content()).not.toContain('482915036');
  });
});

describe('beside the campus’s sign-in page', () => {
  const main = () => subject.page.getByRole('main').innerText();
  const announced = () => subject.page.locator('.column > [role="status"]').innerText();

  test('our column says what each step of the page wants, and a screen reader hears it with the page’s host', async () => {
    await openScreen('sign-in-page-form');
    expect(await main()).toContain('Sign in at the right with your UMPASS user ID and UMPASS password.');
    await openScreen('sign-in-page-by-hand');
    expect(await main()).toContain(
      'Causeway did not fill in this page. Sign in there yourself with your UMPASS user ID and UMPASS password.',
    );
    await openScreen('sign-in-page-factor');
    expect(await main()).toContain('The page may have sent a push to your phone already. Approve it only while the page waits for it.');
    expect(await main()).toContain('“Other options”, then “Duo Mobile passcode”');
    await expect
      .poll(announced)
      .toContain('api-1a2b3c4d.duosecurity.com. Confirm at the right that it is you. The page may have sent a push');
    await openScreen('sign-in-page-failed');
    await expect.poll(announced).toBe('Your campus did not answer');
  });

  test('if the app has a recovery passcode, our column says where to enter it, shows it masked, and never mentions a push', async () => {
    for (const step of ['gateway', 'form', 'second-factor', 'other'] as const) {
      const { signInPage, ...rest } = screens['sign-in-page-held']?.state ?? state({});
      if (signInPage.kind !== 'open') throw new Error('no page');
      await subject.open({ ...rest, signInPage: { ...signInPage, step } });
      const text = await main();
      expect(text, step).toContain('Bypass code');
      expect(text, step).toContain('••• ••• •••');
      expect(text, step).not.toMatch(/push|482915036/i);
    }
  });

  test('beside the sign-in page, somebody with a lost phone who has the passcode from the campus’s own site is told where it goes, and not to wait for a push', async () => {
    for (const step of ['gateway', 'form', 'second-factor', 'other'] as const) {
      const { signInPage, ...rest } = screens['sign-in-page-lost']?.state ?? state({});
      if (signInPage.kind !== 'open') throw new Error('no page');
      await subject.open({ ...rest, signInPage: { ...signInPage, step } });
      const text = await main();
      expect(text, step).toContain('Bypass code');
      expect(text, step).not.toMatch(/to your phone|Duo Mobile passcode/);
    }
  });

  test('beside the sign-in page, Escape and the one Cancel button end the attempt', async () => {
    await openScreen('sign-in-page-form');
    expect(await button('Cancel').count()).toBe(1);
    await button('Cancel').click();
    await press('Escape');
    await expectCalls(['disconnect'], ['disconnect']);
  });

  test('more blocked hosts than were copied offer the copy again', async () => {
    await openScreen('sign-in-page-blocked');
    await button('Copy details').click();
    await subject.page.getByText('Copied. IT can name these hosts in the profile.').waitFor();
    const { signInPage, ...rest } = screens['sign-in-page-blocked']?.state ?? state({});
    if (signInPage.kind !== 'open') throw new Error('no page');
    await subject.show({ ...rest, signInPage: { ...signInPage, blocked: { ...signInPage.blocked, count: 42 } } });
    await subject.page.getByText('and 39 more.').waitFor();
  });
});
