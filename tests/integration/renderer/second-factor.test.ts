import { expect, test } from 'vitest';
import { asking, heldPasscode, now, prompts, screens, state } from '../../screens/states.ts';
import { useWindow } from '../../screens/use-window.ts';

/** The second factor and the recovery of a lost one, in the window. */

const { subject, button, field, press, expectCalls, openScreen } = useWindow();

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

test('recovery asks for role, identity and password in one form, reports errors early, and sends it as the bridge wants it', async () => {
  await openScreen('recovery-identity');
  const { page } = subject;
  const get = button('Get 2FA Passcode');
  await get.click();
  await page.getByText('Choose your role first.').waitFor();
  await page.getByText('Student', { exact: true }).click();
  await field('UMPASS user ID').fill(' dc012345 ');
  await field('Date of birth').fill('17 May');
  await get.click();
  await page.getByText('Type the day, the month and the year, for example 9 March 1998.').waitFor();
  await field('Date of birth').fill('17/5/2003');
  await field('Last 4 characters of ID/Passport Number').fill('56A');
  await get.click();
  await page.getByText('It is exactly 4 letters or digits.').waitFor();
  await field('Last 4 characters of ID/Passport Number').fill('56A7');
  await get.click();
  await page.getByText('Fill in UMPASS password first.').waitFor();
  expect(subject.calls).toEqual([]);
  await field('UMPASS password').fill('hunter2');
  await get.click();
  const sent = { role: 'student', userId: 'dc012345', dateOfBirth: '2003-05-17', lastFour: '56A7', password: 'hunter2' };
  await expectCalls(['recoveryPasscode', sent]);
  // Wrong: everything is still there
  await subject.show(screens['recovery-identity-failed']?.state ?? state({}));
  await page.getByText('The details do not match').waitFor();
  expect(await field('Date of birth').inputValue()).toBe('17 May 2003');
  expect(await page.getByRole('radio', { name: 'Student' }).isChecked()).toBe(true);
  await subject.show(screens['recovery-password-failed']?.state ?? state({}));
  await page.getByText('Wrong password').waitFor();
  await expect.poll(() => field('UMPASS password').evaluate((input) => input === document.activeElement)).toBe(true);
});

test('a date of birth is shown with the name of its month before it is sent, whichever way it was typed', async () => {
  await openScreen('recovery-identity');
  for (const [typed, shown] of [
    ['8/7/2005', '8 July 2005'],
    ['2005-07-08', '8 July 2005'],
    ['27 aug 2005', '27 August 2005'],
  ] as const) {
    await field('Date of birth').fill(typed);
    await subject.page.getByText(shown, { exact: true }).waitFor();
    await press('Tab');
    expect(await field('Date of birth').inputValue()).toBe(shown);
  }
});

test('a campus with one role asks for none', async () => {
  await openScreen('recovery-one-role');
  expect(await subject.page.getByRole('radio').count()).toBe(0);
  await field('UMPASS user ID').fill('dc012345');
  await field('Date of birth').fill('17 May 2003');
  await field('Last 4 characters of ID/Passport Number').fill('56A7');
  await field('UMPASS password').fill('hunter2');
  await press('Enter');
  const sent = { role: 'student', userId: 'dc012345', dateOfBirth: '2003-05-17', lastFour: '56A7', password: 'hunter2' };
  await expectCalls(['recoveryPasscode', sent]);
});

test('recovery shows the passcode and uses it at the next step', async () => {
  await openScreen('recovery-passcode');
  await subject.page.getByText('482 915 036').waitFor();
  await button('Use passcode and continue').click();
  await expectCalls(['revealPasscode'], ['recoveryContinue']);
  // Where people type it on the campus’s own page, the button does not promise to
  await openScreen('recovery-passcode-page');
  await button('Continue to Add a new device').click();
  await expectCalls(['revealPasscode'], ['recoveryContinue']);
});

test('a passcode at hand is not in the page until it is asked for', async () => {
  await subject.open(asking(prompts.passcode, { heldPasscode }));
  expect(await subject.page.content()).not.toContain('482915036');
});
