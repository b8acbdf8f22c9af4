import path from 'node:path';
import { expect, test } from 'vitest';
import { startCampus } from '../../../campus/campus.ts';
import { startClient } from '../../e2e/support/client.ts';
import { BlindPerson } from '../../support/blind-person.ts';
import { english } from '../../support/english.ts';
import { startScreenReader } from '../../support/screen-reader.ts';
import { kit } from '../../tour/people.ts';

const newName = 'My new tablet';
const { messages, format, failure } = english;
const { identity, passcode } = messages.recovery;
const name = 'Campus Test University';
const heading = (title: string): string => `${title} heading level 1`;

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
  const goOn = async (control: string, ...sentences: (string | RegExp)[]): Promise<void> => {
    await person.tabTo(window, control, ...sentences);
    await person.press('Return');
  };

  // Where they are, how the session stands, what they can choose, and who helps
  await person.hears(heading(name), messages.status.idle, messages.home.tasks, 'ICT help desk', 'help@campus.test');
  await goOn(messages.task['lost-phone'].name, messages.task['lost-phone'].name, messages.task['lost-phone'].about, 'push button');

  // Each field by its label and its hint, the date as it was understood
  await person.hears(heading(identity.title));
  await person.tabTo(window, 'Student', format(identity.role, { campus: name }), 'Student', 'not selected radio button');
  await person.press('space');
  await person.hears('selected');
  await person.tabTo(window, 'UMPASS user ID', 'UMPASS user ID entry');
  await person.type(kit.userId);
  await person.tabTo(window, identity.dateOfBirth, `${identity.dateOfBirth} entry`, format(identity.dateHint, { example: '9 March 1998' }));
  await person.type('27/08/2005');
  await person.hears('27 August 2005');
  await person.tabTo(window, identity.lastFour, `${identity.lastFour} entry`, identity.lastFourHint);
  await person.type(kit.lastFour);
  await person.tabTo(window, 'UMPASS password', 'UMPASS password password text');
  await person.type('not my password', { secret: true });
  await person.press('Return');
  // What went wrong and what to do. Orca reads the paragraphs of an alert in any order
  const wrong = failure({ code: 'recovery-password' });
  await person.hearsInAnyOrder(wrong.title, wrong.happened, wrong.todo);
  await person.type(kit.password, { secret: true });
  await person.press('Return');

  // The passcode digit by digit, by which the person types it later
  const [, spelled = ''] = await person.hears(heading(passcode.title), /\d \d \d, \d \d \d, \d \d \d/);
  await goOn(passcode.use, `${passcode.use} push button`);
  await person.hears(heading(messages.notice.title));
  await goOn(messages.notice.proceed, `${messages.notice.proceed} push button`);
  // The campus's own pages, each by its title
  await person.hears('Confirm it is you');
  const portal = await client.portal();
  const portalAt = (pathname: string): Promise<void> => portal.waitForURL((url) => url.pathname === pathname);
  const choose = async (control: string, ...sentences: (string | RegExp)[]): Promise<void> => {
    await person.tabTo(portal, control, ...sentences);
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
});
