import type { Profile } from '../../shared/profile.ts';
import { FormGateway, signInForm, type FormSpec } from '../peers/gateways/form-gateway.ts';
import { missingLibrary } from '../peers/openconnect-bench.ts';
import { globalProtectWith, startFamily } from '../peers/gateways/other-families.ts';
import { startClient, type Client } from './support/client.ts';
import { expect, test as base } from './support/scene.ts';

/** A thousand names as on a large campus: numbered ones in two scripts, and one that nobody would scroll to. */
const names = Array.from({ length: 1_000 }, (_, index) => {
  if (index === 776) return 'Harbour Library (évening)';
  return index % 3 === 0 ? `第 ${index + 1} 校區` : `Site ${index + 1}`;
});

const test = base.extend<{ start: (profile: Profile, stop: () => Promise<void>) => Promise<Client> }>({
  start: async ({}, use) => {
    const open: (() => Promise<void>)[] = [];
    await use(async (profile, stop) => {
      const client = await startClient({ profiles: [profile] });
      open.push(() => client.close(), stop);
      return client;
    });
    for (const close of open) await close();
  },
});
test.skip(missingLibrary() !== null, 'needs libopenconnect');

const signIn = async ({ window }: Client, user = 'mei', password = 'harbour'): Promise<void> => {
  await window.getByLabel('User ID').fill(user);
  await window.getByLabel('Password', { exact: true }).fill(password);
  await window.keyboard.press('Enter');
};

test('typing filters a list of 1,000 gateways, and Enter chooses the one that is left', async ({ start }) => {
  const entries = names.map(
    (name, index) => `<entry name="${index === 776 ? 'gp' : `s${index}`}.campus.test"><description>${name}</description></entry>`,
  );
  const config = `<policy><portal-name>Campus</portal-name><gateways><external><list>${entries.join('')}</list></external></gateways></policy>`;
  const gateway = await startFamily('gp', globalProtectWith(config));
  const client = await start(gateway.profile(), () => gateway.stop());
  const { window } = client;
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await signIn(client);
  const search = window.getByLabel('Type part of the name');
  await expect(search).toBeFocused();
  const offered = window.locator('.ways').getByRole('button');
  await expect(offered).toHaveCount(100);
  await expect(window.getByText('1,000 found. The first 100 are shown.').first()).toBeVisible();
  // Several match, so Enter takes none of them
  await window.keyboard.type('site 7');
  await expect(offered.first()).toHaveText('Site 71');
  expect(await offered.count()).toBeGreaterThan(1);
  await window.keyboard.press('Enter');
  await expect(search).toBeFocused();
  // Nothing matches
  await window.keyboard.type('xyz');
  await expect(window.getByText('Nothing has that name.').first()).toBeVisible();
  await window.keyboard.press('Enter');
  await expect(search).toBeFocused();
  // Upper case and the other encoding of é make no difference
  await search.fill('');
  await window.keyboard.type('LIBRARY (E\u0301VEN');
  await expect(offered).toHaveCount(1);
  await expect(window.getByText('One found.').first()).toBeVisible();
  await window.keyboard.press('Enter');
  await expect(window.getByRole('heading', { level: 1, name: 'Enter a Passcode' })).toBeVisible();
  expect(gateway.requests.some(({ path, form }) => path.startsWith('/ssl-vpn/login.esp') && form.get('passwd') === 'harbour')).toBe(true);
});

test('typing filters 1,000 groups beside the password, and the group that is shown is the one that is sent', async ({ start }) => {
  const form: FormSpec = {
    inputs: [
      { name: 'place', label: 'Place:', options: names.map((label, index) => ({ value: `v${index}`, label })) },
      ...signInForm.inputs,
    ],
  };
  const gateway = await FormGateway.start(({ turn }) => (turn === 0 ? form : 'hang'));
  const client = await start(gateway.profile(), () => gateway.stop());
  const { window } = client;
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  const search = window.getByLabel('Place: Type part of the name');
  const list = window.getByLabel('Place', { exact: true });
  await expect(list.locator('option')).toHaveCount(1_000);
  await search.click();
  await window.keyboard.type('第 7');
  await expect(list).toHaveValue('6');
  await window.keyboard.type('xyz');
  await expect(window.getByText('Nothing has that name.').first()).toBeVisible();
  await search.fill('');
  await window.keyboard.type('harbour lib');
  await expect(list.locator('option')).toHaveText(['Harbour Library (évening)']);
  await expect(list).toHaveValue('776');
  // Enter sends nothing there, because the form is not filled in, and shows no complaint
  await window.keyboard.press('Enter');
  await expect(search).toBeFocused();
  expect(gateway.requests).toHaveLength(1);
  await expect(window.locator('.error')).toHaveCount(0);
  await signIn(client);
  await expect.poll(() => gateway.requests.length).toBe(2);
  expect(gateway.requests[1]?.fields).toEqual({ place: 'v776', username: 'mei', password: 'harbour' });
});
