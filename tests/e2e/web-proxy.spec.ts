import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startCampus, type Campus } from '../../campus/campus.ts';
import type { Profile } from '../../shared/profile.ts';
import { startProxy, type TestProxy } from '../peers/proxies.ts';
import { mei } from '../tour/people.ts';
import { startClient, type Client } from './support/client.ts';
import { onRealElectron, setSystemProxy } from './support/double.ts';
import { expect, test } from './support/scene.ts';

/** The campus as seen from a network whose only exit is its web proxy. */
test('the network’s proxy asks for a sign-in, the gateway is then reached through it, and the proxy’s password is stored nowhere', async () => {
  test.skip(onRealElectron, 'the desktop’s proxy settings are the double’s');
  const guest = { user: 'guest', password: 'prøxy pass"42' };
  const campus = await startCampus();
  const proxy = await startProxy({ kind: 'http', routes: routesOf(campus), signIn: guest });
  const client = await startClient({ profiles: [fromOutside(campus)] });
  try {
    const { window } = client;
    await goThrough(client, proxy);
    const heading = (name: string) => window.getByRole('heading', { level: 1, name });
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(heading('Your network asks who you are')).toBeVisible();
    await window.getByLabel('Proxy user name').fill(guest.user);
    await window.getByLabel('Proxy password').fill('wrong');
    await window.getByRole('button', { name: 'Continue' }).click();
    await expect(window.getByRole('main').getByText('The proxy did not let you through').first()).toBeVisible();
    await window.getByLabel('Proxy password').fill(guest.password);
    await window.getByRole('button', { name: 'Continue' }).click();
    await expect(heading('Notice from your campus')).toBeVisible();
    await window.getByRole('button', { name: 'Proceed' }).click();
    await window.getByLabel('UMPASS user ID').fill(mei.userId);
    await window.getByLabel('UMPASS password').fill(mei.password);
    await window.getByRole('button', { name: 'Sign in' }).click();
    await window.getByRole('button', { name: /^Enter a Passcode/ }).click();
    await window.getByLabel('Passcode').fill(campus.services.factors.accounts(mei.phone)[0]?.code ?? '');
    await window.getByRole('button', { name: 'Verify' }).click();
    await expect(heading('Connected')).toBeVisible();
    await window.getByRole('button', { name: 'Open device portal' }).click();
    await expect((await client.portal()).getByText('Add a new Device').first()).toBeVisible();

    expect(proxy.asked.length).toBeGreaterThan(3);
    const written = [await client.log(), await readFile(path.join(client.userData, 'settings.json'), 'utf8')].join('\n');
    for (const form of [guest.password, encodeURIComponent(guest.password), Buffer.from(`guest:${guest.password}`).toString('base64')])
      expect(written).not.toContain(form);
  } finally {
    await client.close();
    await proxy.stop();
    await campus.stop();
  }
});

test('the network’s proxy asks the same question before a campus’s profile and its recovery site are reached', async () => {
  test.skip(onRealElectron, 'the desktop’s proxy settings are the double’s');
  const guest = { user: 'guest', password: 'prøxy pass"42' };
  const campus = await startCampus();
  const address = `campus.test:${campus.port}`;
  const proxy = await startProxy({ kind: 'http', routes: { ...routesOf(campus), [address]: campus.port }, signIn: guest });
  const client = await startClient();
  try {
    const { window } = client;
    const asks = window.getByRole('dialog', { name: 'Your network asks who you are' });
    await goThrough(client, proxy);
    await window.getByLabel('Campus name, web address or e-mail').fill(address);
    await window.getByRole('button', { name: 'Find my campus' }).click();
    await expect(asks).toBeVisible();
    await asks.getByRole('button', { name: 'Cancel' }).click();
    await expect(asks).toBeHidden();
    // The typed text is still there
    await window.getByRole('button', { name: 'Find my campus' }).click();
    await asks.getByLabel('Proxy user name').fill(guest.user);
    await asks.getByLabel('Proxy password').fill('wrong');
    await asks.getByRole('button', { name: 'Continue' }).click();
    await expect(asks.getByText('The proxy did not let you through').first()).toBeVisible();
    await asks.getByLabel('Proxy password').fill(guest.password);
    await asks.getByRole('button', { name: 'Continue' }).click();
    await expect(window.getByRole('heading', { name: 'Is this really your campus?' })).toBeVisible();
    await expect(asks).toBeHidden();
  } finally {
    await client.close();
  }

  const lost = await startClient({ profiles: [fromOutside(campus)] });
  try {
    const { window } = lost;
    await goThrough(lost, proxy);
    await window.getByRole('button', { name: /^I lost my phone/ }).click();
    const asks = window.getByRole('dialog', { name: 'Your network asks who you are' });
    await asks.getByLabel('Proxy user name').fill(guest.user);
    await asks.getByLabel('Proxy password').fill(guest.password);
    await asks.getByRole('button', { name: 'Continue' }).click();
    await expect(window.getByText('Student', { exact: true }).first()).toBeVisible();
    expect(await lost.log()).not.toContain(guest.password);
  } finally {
    await lost.close();
    await proxy.stop();
    await campus.stop();
  }
});

test('a proxy or proxy sign-in of an unsupported kind is named, and nobody is asked for a password', async () => {
  test.skip(onRealElectron, 'the desktop’s proxy settings are the double’s');
  const campus = await startCampus();
  const signIn = { user: 'a', password: 'b' };
  const proxy = await startProxy({ kind: 'http', routes: routesOf(campus), signIn, challenges: ['Negotiate', 'NTLM'] });
  const client = await startClient({ profiles: [fromOutside(campus)] });
  try {
    const { window } = client;
    const connect = window.getByRole('button', { name: /^(Connect|Try again)$/ });
    await setSystemProxy(client, 'QUIC proxy.campus.test:443');
    await connect.first().click();
    await expect(window.getByText('This network uses QUIC proxy.campus.test:443.').first()).toBeVisible();
    await goThrough(client, proxy);
    await connect.first().click();
    await expect(window.getByText(`127.0.0.1:${proxy.via.port} wants a sign-in by Negotiate, NTLM.`).first()).toBeVisible();
    await expect(window.getByLabel('Proxy password')).toBeHidden();
  } finally {
    await client.close();
    await proxy.stop();
    await campus.stop();
  }
});

/** The desktop's proxy setting. */
const goThrough = (client: Client, { via }: TestProxy): Promise<void> => setSystemProxy(client, `PROXY 127.0.0.1:${via.port}; DIRECT`);

const routesOf = ({ profile }: Campus): Record<string, number> =>
  Object.fromEntries((profile.connectTo ?? []).map(({ host, port, loopbackPort }) => [`${host}:${port}`, loopbackPort]));

/** Without the lab's redirection to loopback, and without the on-campus probe. */
function fromOutside({ profile }: Campus): Profile {
  const rest: Profile = { ...profile };
  delete rest.connectTo;
  delete rest.onCampus;
  return rest;
}
