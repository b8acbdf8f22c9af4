import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Profile } from '../../shared/profile.ts';
import { kill, missingForPeers } from '../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv, type OcservOptions } from '../peers/gateways/ocserv.ts';
import { canStartKeyring, startKeyring } from '../support/keyring.ts';
import { startClient, type Client, type ClientOptions } from './support/client.ts';
import { familyOf } from './support/processes.ts';
import { expect, test as base } from './support/scene.ts';

/** The window in front of a real gateway, and what a person does there. */
class Gateway {
  constructor(
    readonly lab: Ocserv,
    readonly client: Client,
  ) {}

  get window(): Page {
    return this.client.window;
  }

  button = (name: string | RegExp) => this.window.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  heading = (name: string) => this.window.getByRole('heading', { level: 1, name });

  async says(text: string | RegExp): Promise<void> {
    await expect(this.window.getByText(text).first()).toBeVisible();
  }

  async signIn(user: string, password = this.lab.user(user).password): Promise<void> {
    await this.window.getByLabel('User ID').fill(user);
    await this.window.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Sign in').click();
  }

  async enterCode(code: string): Promise<void> {
    await this.window.getByLabel('Passcode').fill(code);
    await this.button('Verify').click();
  }

  /** Goes from the home screen to connected. */
  async connect(user: string): Promise<void> {
    await this.button('Connect').click();
    await this.button('Proceed').click();
    await this.signIn(user);
    await expect(this.heading('Enter a Passcode')).toBeVisible();
    await this.enterCode(this.lab.codeFor(user));
    await expect(this.heading('Connected')).toBeVisible();
  }

  /** Who is connected, as the gateway reports it. */
  async online(): Promise<string[]> {
    const users = await this.lab.occtl('show', 'users');
    return Array.isArray(users) ? users.map((user: unknown) => JSON.stringify(user)) : [];
  }
}

/** The processes of a client that call the library: on the double by their file, on Electron by their kind. */
async function workersOf({ electron }: Client): Promise<number[]> {
  const family = await familyOf(electron.process().pid ?? 0);
  const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return family.map(({ pid }) => pid).filter((pid) => /openconnect-worker\.mjs|node\.mojom\.NodeService/.test(commandOf(pid)));
}

const missing = missingForPeers();

const test = base.extend<{ gateway: (options?: OcservOptions, profile?: Partial<Profile>, client?: ClientOptions) => Promise<Gateway> }>({
  gateway: async ({}, use) => {
    const opened: Gateway[] = [];
    await use(async (options = {}, profile = {}, clientOptions = {}) => {
      const lab = await startOcserv({ preLoginBanner: 'Authorised users only.', ...options });
      const client = await startClient({ profiles: [profileOf(lab, profile)], ...clientOptions });
      const gateway = new Gateway(lab, client);
      opened.push(gateway);
      return gateway;
    });
    for (const { client, lab } of opened) {
      await client.close();
      await lab.stop();
    }
  },
});

test.skip(missing !== null, missing ?? '');

test('the window shows ocserv’s banner once after the sign-in, and it can be dismissed', async ({ gateway }) => {
  const person = await gateway({ banner: 'Maintenance on Sunday, 校園.' });
  await person.connect('alice');
  const banner = person.window.getByText('Maintenance on Sunday, 校園.').first();
  await expect(banner).toBeVisible();
  await expect(banner).toHaveCount(1);
  await person.client.picture('out/screens/ocserv-banner.png');
  await person
    .button(/^Dismiss/)
    .first()
    .click();
  await expect(banner).toBeHidden();
});

test('an ocserv sign-in shows the notice, takes password and passcode, connects, loads a page that only the tunnel reaches, and signs out', async ({
  gateway,
}) => {
  const person = await gateway();
  const { lab, client } = person;
  await person.button('Connect').click();
  await person.says('Authorised users only.');
  await person.button('Proceed').click();
  await person.signIn('alice', 'wrong');
  await person.says('Wrong user ID or password');
  await person.signIn('alice');
  await expect(person.heading('Enter a Passcode')).toBeVisible();
  await person.enterCode(lab.codeFor());
  await expect(person.heading('Connected')).toBeVisible();
  await person.says('The device portal answers');
  await client.picture('out/screens/ocserv-connected.png');
  await person.button('Open device portal').click();
  const portal = await client.portal();
  await expect(portal.getByText(lab.page.replace(/<[^>]*>/g, '').replace('Portal', '')).first()).toBeVisible();
  await client.picture('out/screens/ocserv-portal.png');
  await person.button('Disconnect').click();
  await expect(person.button('Connect')).toBeVisible();
  await expect.poll(() => person.online()).toEqual([]);
});

test('a tunnel whose process is killed is up again within three seconds, asks nobody, and its pages load again', async ({ gateway }) => {
  const person = await gateway();
  const { lab, client } = person;
  await person.connect('alice');
  await person.button('Open device portal').click();
  const portal = await client.portal();
  const page = portal.getByText(lab.page.replace(/<[^>]*>/g, '').replace('Portal', ''));
  await expect(page).toBeVisible();
  const workers = await workersOf(client);
  expect(workers).not.toEqual([]);
  const at = performance.now();
  for (const pid of workers) kill(pid);
  await portal.reload();
  await expect(page).toBeVisible();
  expect(performance.now() - at).toBeLessThan(3_000);
  await expect(person.button('Disconnect')).toBeVisible();
  await expect(person.heading('Sign in')).toHaveCount(0);
  // What the person can see of it afterwards
  await person.button('Close portal').first().click();
  await person.button('How the connection is going').click();
  const connection = person.window.locator('.connection');
  await expect(connection.locator('.facts').first()).toContainText(/Reconnected\s*once/);
  await expect(connection).toContainText(/\d ms, usually \d+ ms/);
  await expect(connection.locator('.facts').first()).not.toContainText('0 kB received');
});

test('a wrong code at ocserv is reported, and the right one works', async ({ gateway }) => {
  const person = await gateway({ users: [{ name: 'bob' }] });
  await person.button('Connect').click();
  await person.button('Proceed').click();
  await person.signIn('bob');
  await expect(person.heading('Enter a Passcode')).toBeVisible();
  // Other vendors' gateways may accept letters in a code
  await expect(person.window.getByText('Digits only')).toHaveCount(0);
  await person.enterCode('000000');
  await person.says('Wrong passcode');
  await person.enterCode(person.lab.codeFor('bob'));
  await expect(person.heading('Connected')).toBeVisible();
});

test('a session that ocserv ends is reported, and one click starts a new one', async ({ gateway }) => {
  const person = await gateway({ users: [{ name: 'bob' }] });
  await person.connect('alice');
  await person.lab.occtl('disconnect', 'user', 'alice');
  await person.says('Your campus ended the session');
  await person.button('Sign in again').click();
  await expect(person.button('Proceed')).toBeVisible();
});

test('an ocserv that restarted has lost the session, and the app says exactly that', async ({ gateway }) => {
  const person = await gateway();
  await person.connect('alice');
  await person.lab.restart();
  await expect(person.window.getByText('Session over').first()).toBeVisible({ timeout: 60_000 });
});

test('a saved ocserv sign-in goes to the group that it was saved for, and asks for neither password nor group', async ({ gateway }) => {
  test.skip(!canStartKeyring, 'needs dbus-daemon and gnome-keyring-daemon');
  const keyring = await startKeyring();
  try {
    const groups = ['students[Students]', 'staff[Staff of the University]'];
    const options: OcservOptions = { auth: 'password', groups, users: [{ name: 'bo', groups: ['students', 'staff'] }] };
    const person = await gateway(options, {}, { env: keyring.env });
    const groupAtGateway = async (): Promise<string> => JSON.stringify(await person.lab.occtl('show', 'sessions', 'all'));
    await person.button('Connect').click();
    await person.button('Proceed').click();
    await person.window.getByLabel('Group').selectOption('Staff of the University');
    await person.window.getByRole('checkbox').check({ force: true });
    await person.signIn('bo');
    await expect(person.heading('Connected')).toBeVisible();
    expect(await groupAtGateway()).toMatch(/Groupname[^,]*staff/);
    await expect.poll(() => keyring.entries()).toBe(1);
    await person.button('Disconnect').click();
    await expect.poll(() => person.online()).toEqual([]);

    await person.button('Connect').click();
    await person.button('Proceed').click();
    await expect(person.heading('Connected')).toBeVisible();
    expect(await groupAtGateway()).not.toMatch(/Groupname[^,]*students/);
  } finally {
    await keyring.close();
  }
});
