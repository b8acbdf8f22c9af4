import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startCampus, type Campus } from '../../campus/campus.ts';
import type { Profile } from '../../shared/profile.ts';
import { startProxy } from '../peers/proxies.ts';
import { mei } from '../tour/people.ts';
import { startClient } from './support/client.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

/** The campus as it is from a network that lets nothing out but through its web proxy. */
test('the network’s proxy asks who is there; then sign-in goes on through it, and its password is nowhere', async () => {
  test.skip(onRealElectron, 'the desktop’s proxy settings are the double’s');
  const guest = { user: 'guest', password: 'prøxy pass"42' };
  const campus = await startCampus();
  const proxy = await startProxy({ kind: 'http', routes: routesOf(campus), signIn: guest });
  const client = await startClient({ profiles: [fromOutside(campus)] });
  try {
    const { window } = client;
    await client.electron.evaluate(
      (electron, list) => (Reflect.get(electron, 'double') as { setSystemProxy(list: string): void }).setSystemProxy(list),
      `PROXY 127.0.0.1:${proxy.via.port}; DIRECT`,
    );
    const heading = (name: string) => window.getByRole('heading', { level: 1, name });
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(heading('Your network asks who you are')).toBeVisible();
    await window.getByLabel('Proxy user name').fill(guest.user);
    await window.getByLabel('Proxy password').fill('wrong');
    await window.getByRole('button', { name: 'Continue' }).click();
    await expect(window.getByText('The proxy did not let you through')).toBeVisible();
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

const routesOf = ({ profile }: Campus): Record<string, number> =>
  Object.fromEntries((profile.connectTo ?? []).map(({ host, port, loopbackPort }) => [`${host}:${port}`, loopbackPort]));

/** Without the lab's detour, and with no probe for being on campus. */
function fromOutside({ profile }: Campus): Profile {
  const rest: Profile = { ...profile };
  delete rest.connectTo;
  delete rest.onCampus;
  return rest;
}
