import { expect, test } from 'vitest';
import { asking, connected, prompts, state } from '../../screens/states.ts';
import { useWindow } from '../../screens/use-window.ts';

/** The questions of a sign-in in the window, and the answers that main gets. */

const { subject, button, field, press, expectCalls, openScreen } = useWindow();

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
  await subject.page.getByText('Caps Lock is on').first().waitFor();
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
  await subject.page.getByText('Causeway continues by itself').waitFor();
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
