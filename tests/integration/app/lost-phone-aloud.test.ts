import path from 'node:path';
import { expect, test } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { startClient } from '../../e2e/support/client.ts';
import { BlindPerson } from '../../support/blind-person.ts';
import { startScreenReader } from '../../support/screen-reader.ts';
import { kit } from '../../tour/people.ts';

const newName = 'My new tablet';

test('with Orca and the keyboard alone, a person who lost their phone hears each step, from the home screen to the new device', async ({
  onTestFinished,
}) => {
  const reader = await startScreenReader();
  onTestFinished(() => reader.close());
  const campus = await startCampus();
  onTestFinished(() => campus.stop());
  const client = await startClient({ profiles: [campus.profile], env: { ...reader.env, CAUSEWAY_HEADED: '1' } });
  onTestFinished(() => client.close());
  const { window } = client;
  const person = new BlindPerson(reader);
  onTestFinished(() => person.writeTranscript(path.resolve('out/orca/lost-phone.txt')));
  const goOn = async (name: string | RegExp, ...sentences: (string | RegExp)[]): Promise<void> => {
    await person.tabTo(window, name, ...sentences);
    await person.press('Return');
  };

  await person.hears(
    'Campus Test University heading level 1',
    'Not connected',
    'What brings you here?',
    'ICT help desk',
    'help@campus.test',
  );
  await goOn('I lost my phone', 'I lost my phone Get a passcode, then add a new device push button');

  await person.hears('Show that it is you heading level 1');
  await person.tabTo(window, 'Student', 'Your role at Campus Test University', 'Student', 'not selected radio button');
  await person.press('space');
  await person.hears('selected');
  await person.tabTo(window, 'UMPASS user ID', 'UMPASS user ID entry');
  await person.type(kit.userId);
  await person.tabTo(window, 'Date of birth', 'Date of birth entry', 'Day, month and year, for example 9 March 1998');
  await person.type('27/08/2005');
  await person.hears('27 August 2005');
  await person.tabTo(
    window,
    'Last 4 characters',
    'Last 4 characters of ID/Passport Number entry',
    'Letters or digits, for example 1234 or 56A7',
  );
  await person.type(kit.lastFour);
  await person.tabTo(window, 'UMPASS password', 'UMPASS password password text');
  await person.type('not my password', { secret: true });
  await person.press('Return');
  // Orca reads the paragraphs of an alert in any order
  await person.hearsInAnyOrder('Password not right', 'Your campus did not accept this password', 'Is Caps Lock on?');
  await person.type(kit.password, { secret: true });
  await person.press('Return');

  const [, spelled = ''] = await person.hears('Your recovery passcode heading level 1', /\d \d \d, \d \d \d, \d \d \d/);
  await goOn('Use passcode and continue', 'Use passcode and continue push button');
  await person.hears('Notice from your campus heading level 1');
  await goOn('Proceed', 'Proceed push button');
  await person.hears('Confirm it is you');
  const portal = await client.portal();
  const portalAt = (pathname: string): Promise<void> => portal.waitForURL((url) => url.pathname === pathname);
  const choose = async (name: string, ...sentences: (string | RegExp)[]): Promise<void> => {
    await person.tabTo(portal, name, ...sentences);
    await person.press('Return');
  };
  await portalAt('/add/confirm');
  await person.tabTo(portal, 'Passcode', 'Passcode entry');
  await person.type(spelled.replace(/\D/g, ''));
  await person.press('Return');
  await person.hears('What type of device are you adding?');
  await choose('Tablet', 'Tablet For a new mobile too: needs no phone number push button');
  await person.hears('Which type of tablet is it?');
  await choose('Continue with Android', 'Continue with Android', 'push button');
  await person.hears('Install Duo Mobile');
  await choose('I have Duo Mobile installed', 'I have Duo Mobile installed push button');
  await person.hears('Activate Duo Mobile');
  await campus.services.factors.activate('new-phone', (await portal.locator('#activation-code').innerText()).trim(), newName);
  await person.hears(newName);
  await choose('Continue to Login', 'Continue to Login push button');
  await person.hears('Try your new device');
  await choose('Send me a Push', 'Send me a Push', 'push button');
  const { factors } = campus.services;
  await expect.poll(() => factors.waiting('new-phone').length).toBe(1);
  for (const { id } of factors.waiting('new-phone')) await factors.approve('new-phone', id);
  await person.hears('You are all set!');

  // Back to our column. In Electron by F6; here the portal's page is a window of its own
  await person.switchTo('Causeway');
  await person.hears('Causeway frame');
  await person.readsOnTo('Connected to Campus Test University');
});
