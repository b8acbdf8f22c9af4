import { expect, test } from 'vitest';
import { campus, college, connected, now, screens, state } from '../../screens/states.ts';
import { noPolicyState } from '../../support/app-state.ts';
import { later, useWindow } from '../../screens/use-window.ts';

/** First run, Settings and a session in the window. */

const { subject, button, field, press, expectCalls, openScreen } = useWindow();

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
  await page.getByText('put together from public pages, last read on 29 November 2026').waitFor();
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
  await field('Language').selectOption('Same as this computer');
  await expectCalls(
    ['removeProfile', { profileId: college.id }],
    ['changePreferences', { openAtLogin: true }],
    ['changePreferences', { language: 'system' }],
  );
});

test('a managed computer shows locked settings with their values and who has set them, and no way around', async () => {
  await openScreen('settings-managed');
  const { page } = subject;
  expect(await field('Language').isDisabled()).toBe(true);
  expect(await field('Language').inputValue()).toBe('en');
  const start = page.getByLabel('Start Causeway when I sign in to this computer');
  expect([await start.isDisabled(), await start.isChecked()]).toEqual([true, true]);
  expect(await page.getByText('Set by 澳門大學 ICTO.').count()).toBe(4);
  expect(await button('Add a campus…').count()).toBe(0);
  // The policy's campus stays; the person's own one can go
  expect(await button(`Remove ${campus.name}`).count()).toBe(0);
  expect(await button('Remove Harbour College').count()).toBe(1);
  await page.getByText('Untrusted servers: The value is of the wrong kind or not allowed.').waitFor();
  await button('What is set, and where').click();
  await page.getByText('Set in HKLM\\Software\\Policies\\Causeway').first().waitFor();
});

test('where policy lets nobody save a password, nobody is offered it', async () => {
  await openScreen('credentials');
  expect(await subject.page.getByText('Remember me on this computer').count()).toBe(1);
  const screen = screens['credentials'];
  if (!screen) throw new Error('no screen');
  await subject.open({ ...screen.state, policy: { ...noPolicyState, rememberPasswords: false } });
  await subject.page.getByLabel('Password').first().waitFor();
  expect(await subject.page.getByText('Remember me on this computer').count()).toBe(0);
});

test('another campus can be added from settings, which then return', async () => {
  await openScreen('settings');
  await button('Add a campus…').click();
  await field('Campus name, web address or e-mail').waitFor();
  await press('Escape');
  await button('Close settings').waitFor();
});

test('a key for one-time codes is saved where that is allowed, and a wrong key is explained (SSO#193)', async () => {
  await openScreen('settings-codes');
  await button('Keep the key').click();
  await subject.page.getByText('Paste the key first.').waitFor();
  subject.reply('keepCodes', { ok: false, failure: { code: 'codes-key-invalid' } });
  await field('Key').fill('not a key');
  await press('Enter');
  await subject.page.getByText('Not a key for codes').waitFor();
  expect(await field('Key').inputValue()).toBe('not a key');
  subject.reply('keepCodes', { ok: true });
  await field('Key').fill('GEZD GNBV');
  await button('Keep the key').click();
  await expectCalls(['keepCodes', { key: 'not a key' }], ['keepCodes', { key: 'GEZD GNBV' }]);
  await expect.poll(() => field('Key').inputValue()).toBe('');
  await openScreen('settings');
  expect(await subject.page.getByText('One-time codes').count()).toBe(0);
});

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

test('a page sign-in shows no user ID, because only the page knows it', async () => {
  await openScreen('connected');
  await button('Details').click();
  await subject.page.getByText('Signed in as').waitFor();
  await subject.open(state({ access: { ...connected, user: '' } }));
  await button('Details').click();
  await subject.page.getByText('Connected since').waitFor();
  expect(await subject.page.getByText('Signed in as').count()).toBe(0);
});
