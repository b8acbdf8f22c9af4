import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { seededPeople } from '../../campus/people.ts';
import { kit } from '../tour/people.ts';
import { expect, test } from './support/scene.ts';

/** Every file below a folder, by its path. */
async function filesBelow(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file).catch(() => Buffer.alloc(0))] as [string, Buffer]));
}

/** Arguments and environment of every process on this computer. */
async function processTexts(): Promise<[string, Buffer][]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const files = ids.flatMap((id) => [`/proc/${id}/cmdline`, `/proc/${id}/environ`]);
  return Promise.all(files.map(async (file) => [file, await readFile(file).catch(() => Buffer.alloc(0))] as [string, Buffer]));
}

test('no secret is ever written, sent as state or put on a command line', async ({ open }) => {
  test.skip(process.platform !== 'linux', 'reads /proc');
  const canaries = { right: 'canary-right-8fk2', wrong: 'canary-wrong-3jx9', lost: 'canary-lost-6vm4' };
  const people = {
    ...seededPeople,
    people: seededPeople.people.map((person) => ({ ...person, password: person.userId === kit.userId ? canaries.lost : canaries.right })),
  };
  const scene = await open({ people });
  // Every state that crosses the bridge from now on, the recovery passcode's one call excepted
  await scene.window.evaluate(() => {
    const page = window as unknown as { causeway: { on(name: string, listener: (payload: unknown) => void): void }; heard: string[] };
    page.heard = [];
    page.causeway.on('state', (state) => page.heard.push(JSON.stringify(state)));
  });

  await scene.connect();
  await scene.proceed();
  await scene.signIn(canaries.wrong);
  await scene.says('User ID or password not right');
  await scene.signIn(canaries.right);
  await scene.toPasscode();
  await scene.enterPasscode('739 518');
  await scene.says('Passcode not right');
  const code = scene.code();
  await scene.enterPasscode(code);
  await expect(scene.heading('Connected')).toBeVisible();
  await scene.button('Open device portal').click();
  await expect((await scene.client.portal()).getByText('Add a new Device').first()).toBeVisible();
  const portal = await scene.client.portal();
  const devtools = await portal.context().newCDPSession(portal);
  const { cookies } = await devtools.send('Network.getCookies');
  expect(cookies.length).toBeGreaterThan(0);
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();

  await scene.button(/^I lost my phone/).click();
  await scene.button(/^Student/).click();
  await scene.window.getByLabel('UMPASS user ID').fill(kit.userId);
  await scene.window.getByLabel('Date of birth').fill(kit.dateOfBirth);
  await scene.window.getByLabel(/Last 4 characters/).fill(kit.lastFour);
  await scene.button('Verify').click();
  await scene.window.getByLabel('UMPASS password').fill(canaries.lost);
  await scene.button('Get 2FA Passcode').click();
  await expect(scene.heading('Your recovery passcode')).toBeVisible();
  const passcode = (
    await scene.window
      .getByText(/^\d{3} \d{3} \d{3}$/)
      .first()
      .innerText()
  ).replace(/\s/g, '');
  await scene.button('Continue to Add a new device').click();
  await scene.button('Proceed').click();
  await scene.button(/^Use your recovery passcode/).click();
  await expect((await scene.client.portal()).getByText('Confirm it is you').first()).toBeVisible();

  const secrets = [...Object.values(canaries), '739518', code, passcode, ...cookies.map(({ value }) => value)];
  expect(secrets.every((secret) => secret.length >= 6)).toBe(true);
  const heard = await scene.window.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard.length).toBeGreaterThan(10);
  const found: string[] = [];
  const places = [
    ...(await filesBelow(scene.client.userData)),
    ...(await processTexts()),
    ['bridge events', Buffer.from(heard.join('\n'))] as const,
  ];
  expect(places.some(([name]) => name.endsWith('settings.json'))).toBe(true);
  for (const [name, content] of places) for (const secret of secrets) if (content.includes(secret)) found.push(`${secret} in ${name}`);
  expect(found).toEqual([]);
});
