import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { startCampus } from '../../campus/campus.ts';
import { storeFileName } from '../../campus/store.ts';
import { seededPeople } from '../../campus/people.ts';
import { canStartKeyring, startKeyring, type Keyring } from '../support/keyring.ts';
import { kit, mei } from '../tour/people.ts';
import { entriesBelow, findCanaries, filesBelow, formsOf, processTexts, unlessGone, type Place } from './support/canaries.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test, type Scene } from './support/scene.ts';

/**
 * Sends unique secrets through every flow of the real app, then searches everything that it wrote, sent or was started
 * with for them, in every likely encoding.
 */
test.skip(process.platform !== 'linux', 'reads /proc');

/** Contains non-ASCII characters and characters that encodings change, so that each encoding gives a different text. */
const typed = {
  'right password': 'cañary right+8fk2/"é"',
  'wrong password': 'cañary wrong&3jx9?',
  'kept wrong password': 'cañary kept=5tz1#',
  'password of who lost the phone': 'cañary lost%6vm4;',
  'wrong password in recovery': 'cañary guess:7yb3@',
  'date of birth': '1931-07-29',
  'wrong passcode': '739 518',
  'secret in a link': 'cañary-link-2hq8',
  'secret in an address': 'canary-address-4dn6',
};

test('the search for leaked secrets finds a secret in every encoding, in files, names, arguments, environment and events', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-planted-'));
  const secrets = new Map(Object.entries(typed));
  for (const [name, secret] of secrets)
    for (const [form, bytes] of formsOf(secret)) {
      const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
      expect(findCanaries([['here', around]], new Map([[name, secret]])), `${name} ${form}`).toHaveLength(1);
    }
  // In the middle of a longer text that is encoded as a whole
  for (let before = 0; before < 5; before++) {
    const whole = Buffer.from(`${'x'.repeat(before)}${typed['right password']}yz`);
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const)
      expect(
        findCanaries([['here', Buffer.from(whole.toString(encoding), 'latin1')]], new Map([['p', typed['right password']]])),
      ).toHaveLength(1);
  }
  await writeFile(path.join(folder, typed['secret in an address']), '');
  await mkdir(path.join(folder, 'deep', 'down'), { recursive: true });
  await writeFile(path.join(folder, 'deep', 'down', 'file'), Buffer.from(typed['right password'], 'utf16le'));
  await symlink(typed['secret in a link'], path.join(folder, 'deep', 'leads nowhere'));
  expect(findCanaries(await filesBelow(folder), secrets)).toHaveLength(3);
  const child = spawn('sleep', ['30'], { argv0: typed['secret in an address'], env: { X: typed['secret in a link'] } });
  await once(child, 'spawn');
  expect(findCanaries(await processTexts(process.pid), secrets)).toHaveLength(2);
  child.kill();
  expect(findCanaries([['nothing', Buffer.from('nothing')]], secrets)).toEqual([]);
  await rm(folder, { recursive: true });
});

test('no secret is ever written to disk, sent as state or put on a command line', async ({ open }) => {
  test.setTimeout(150_000);
  test.skip(onRealElectron, 'what crosses the bridge is listened to in the double');
  const home = await mkdtemp(path.join(tmpdir(), 'causeway-canary-'));
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'causeway-campus-'));
  for (const name of ['tmp', 'home']) await mkdir(path.join(home, name), { mode: 0o700 });
  const keyring = canStartKeyring ? await startKeyring() : null;
  const umask = process.umask(0);
  try {
    const scene = await open(
      { dataDirectory, people: peopleOf(), numberMatching: true },
      {
        env: {
          ...keyring?.env,
          TMPDIR: path.join(home, 'tmp'),
          HOME: path.join(home, 'home'),
          XDG_CONFIG_HOME: path.join(home, 'home', 'config'),
        },
      },
    );
    await everyFlow(scene, keyring, dataDirectory, home);
  } finally {
    process.umask(umask);
    await keyring?.close();
    for (const folder of [home, dataDirectory]) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
});

function peopleOf(): typeof seededPeople {
  const password = (userId: string): string => (userId === kit.userId ? typed['password of who lost the phone'] : typed['right password']);
  return {
    ...seededPeople,
    people: seededPeople.people.map((person) => ({ ...person, password: password(person.userId), dateOfBirth: typed['date of birth'] })),
  };
}

async function everyFlow(scene: Scene, keyring: Keyring | null, dataDirectory: string, home: string): Promise<void> {
  const secrets = new Map(Object.entries(typed));
  const found = new Set<string>();
  const { client } = scene;
  listenToCampus(scene, secrets);
  await listenToBridge(scene);
  const look = async (): Promise<Place[]> => {
    const pid = client.electron.process().pid ?? 0;
    const places = [
      ...(await filesBelow(client.userData, home, ...(keyring ? [keyring.folder] : []))),
      ...(await processTexts(pid)),
      ['bridge', Buffer.from(await heardOnBridge(scene))] as const,
    ];
    for (const finding of findCanaries(places, secrets)) found.add(finding);
    return places;
  };

  await test.step('sign-in: wrong and right password, saved in the keychain, wrong and right passcode', async () => {
    await scene.connect();
    await scene.proceed();
    await scene.signIn(typed['wrong password']);
    await scene.says('Wrong user ID or password');
    const remember = scene.window.getByRole('checkbox');
    if (keyring) await scene.window.getByText('Remember me on this computer').click();
    else await expect(remember).toBeDisabled();
    await scene.signIn(typed['right password']);
    await scene.toPasscode();
    await scene.enterPasscode(typed['wrong passcode']);
    await scene.says('Wrong passcode');
    secrets.set('passcode', scene.code());
    await scene.enterPasscode(scene.code());
    await expect(scene.heading('Connected')).toBeVisible();
  });

  await test.step('the portal: one-time sign-in, cookies, enrolment by activation code', async () => {
    await scene.button('Open device portal').click();
    const portal = await client.portal();
    await portal.getByText('Add a new Device').first().click();
    await rememberCookies(portal, secrets);
    scene.passTime(60_000); // The portal does not accept the code that the gateway accepted
    secrets.set('passcode at the portal', scene.code());
    await portal.getByLabel('Passcode').fill(scene.code());
    await portal.getByRole('button', { name: 'Enter a Passcode' }).click();
    await portal.getByRole('button', { name: /^Tablet/ }).click();
    await portal.getByRole('button', { name: /^Continue with Android/ }).click();
    await portal.getByRole('button', { name: /^I have Duo Mobile installed/ }).click();
    secrets.set('activation code', (await portal.locator('#activation-code').innerText()).trim());
    const code = secrets.get('activation code') ?? '';
    await scene.campus.services.factors.activate('new-phone', code, 'Another phone');
    await expect(portal.getByText('Another phone').first()).toBeVisible();
    for (const [index, key] of (await deviceKeys(dataDirectory)).entries()) secrets.set(`TOTP key ${index}`, key);
    await rememberCookies(portal, secrets);
    secrets.set("the proxy's secret", await proxySecret(scene));
    await look();
    await scene.button('Close portal').click();
  });

  await test.step('reconnecting with the ticket', async () => {
    const { port } = scene.campus;
    await scene.campus.stop();
    await scene.says(/Reconnecting/);
    scene.campus = await startCampus({ dataDirectory, port, people: peopleOf(), numberMatching: true });
    listenToCampus(scene, secrets);
    await scene.hurry();
    await expect(scene.heading('Connected')).toBeVisible();
    await scene.button('Disconnect').click();
    await expect(scene.button('Connect')).toBeVisible();
  });

  if (keyring)
    await test.step('a saved password that is no longer right, and a push with a number', async () => {
      await keep(keyring, mei.userId, typed['kept wrong password']);
      await scene.connect();
      await scene.button('Proceed').click();
      await scene.says('Wrong user ID or password');
      await scene.signIn(typed['right password']);
      await scene
        .button(/^Send me a Push/)
        .first()
        .click();
      const push = await scene.push();
      const number = await scene.window
        .getByText(/^\d{2,3}$/)
        .first()
        .innerText();
      expect(await scene.campus.services.factors.approve(mei.phone, push.id, number)).toBe(true);
      await expect(scene.heading('Connected')).toBeVisible();
      await scene.button('Disconnect').click();
      await expect(scene.button('Connect')).toBeVisible();
    });

  await test.step('recovery: identity, wrong and right password, the passcode shown, copied and used', async () => {
    await scene.button(/^I lost my phone/).click();
    await scene.window.getByText('Student', { exact: true }).click();
    await scene.window.getByLabel('UMPASS user ID').fill(kit.userId);
    await scene.window.getByLabel('Date of birth').fill(typed['date of birth']);
    await scene.window.getByLabel(/Last 4 characters/).fill(kit.lastFour);
    await scene.window.getByLabel('UMPASS password').fill(typed['wrong password in recovery']);
    await scene.button('Get 2FA Passcode').click();
    await expect(
      scene.window
        .getByRole('alert')
        .or(scene.window.getByText(/not right/))
        .first(),
    ).toBeVisible();
    await scene.window.getByLabel('UMPASS password').fill(typed['password of who lost the phone']);
    await scene.button('Get 2FA Passcode').click();
    await expect(scene.heading('Your recovery passcode')).toBeVisible();
    await scene.button('Copy passcode').click();
    await expect.poll(() => client.clipboard()).toMatch(/^\d{9}$/);
    secrets.set('recovery passcode', await client.clipboard());
    await scene.button('Use passcode and continue').click();
    await scene.button('Proceed').click();
    const portal = await client.portal();
    await expect(portal.getByText('Confirm it is you').first()).toBeVisible();
    await rememberCookies(portal, secrets);
  });

  await test.step('links with data that they must not carry, and a campus added by a link', async () => {
    for (const link of [
      `causeway://connect/campus-test?password=${encodeURIComponent(typed['secret in a link'])}`,
      `causeway://campus/someone:${typed['secret in an address']}@localhost`,
      `https://localhost/${typed['secret in an address']}`,
    ])
      await client.electron.evaluate(({ app }, url) => void app.emit('open-url', { preventDefault: () => undefined }, url), link);
    await client.electron.evaluate(
      ({ app }, url) => void app.emit('open-url', { preventDefault: () => undefined }, url),
      `causeway://campus/localhost:${scene.campus.port}`,
    );
    await scene.button('Go on').click();
    await scene.button('It is the same: accept').click();
    await expect(scene.heading(/this campus\?/)).toBeVisible();
    await scene.button('Not now').click();
  });

  await test.step('the window’s page crashes', async () => {
    const loads = async (): Promise<number> => (await heardOnBridge(scene)).split('call:getState').length;
    const before = await loads();
    await client.electron.evaluate(({ webContents }) => webContents.getAllWebContents()[0]?.forcefullyCrashRenderer());
    await expect.poll(() => client.log()).toContain("its page's process ended");
    // The page is back, and has asked for the state
    await expect.poll(loads).toBeGreaterThan(before);
  });

  const places = await look();
  // Check that there was something to search
  expect([...secrets.keys()]).toEqual(
    expect.arrayContaining(['passcode', 'ticket 0', 'one-time sign-in 0', 'cookie 0', 'TOTP key 3', 'recovery passcode']),
  );
  expect([...secrets.values()].every((secret) => secret.length >= 6)).toBe(true);
  const names = places.map(([name]) => name);
  for (const part of ['settings.json', 'causeway.log', '/cmdline', '/environ', 'bridge'])
    expect(
      names.some((name) => name.endsWith(part)),
      part,
    ).toBe(true);
  expect(places.at(-1)?.[1].toString()).toContain('"kind":"connected"');
  expect([...found]).toEqual([]);
  expect(await openToOthers(client.userData)).toEqual([]);
}

/** Records tickets and one-time sign-ins as the campus issues and receives them, because the campus keeps hashes only. */
function listenToCampus({ campus }: Scene, secrets: Map<string, string>): void {
  const { sessions, signIns } = campus.services;
  const note = (kind: string, value: string): void => {
    if ([...secrets.values()].includes(value)) return;
    secrets.set(`${kind} ${[...secrets.keys()].filter((name) => name.startsWith(kind)).length}`, value);
  };
  const authorize = sessions.authorize.bind(sessions);
  const mint = signIns.mint.bind(signIns);
  sessions.authorize = (ticket) => {
    note('ticket', ticket);
    return authorize(ticket);
  };
  signIns.mint = (userId) => {
    const signIn = mint(userId);
    note('one-time sign-in', signIn.token);
    return signIn;
  };
}

/** Records everything that main sends or replies to a page, except the recovery passcode that a person asked to see. */
async function listenToBridge({ client }: Scene): Promise<void> {
  await client.electron.evaluate(({ ipcMain, webContents }) => {
    const sent: string[] = [];
    Reflect.set(globalThis, 'heardOnBridge', sent);
    for (const contents of webContents.getAllWebContents()) {
      const send = contents.send.bind(contents);
      contents.send = (channel, ...args: unknown[]) => {
        sent.push(`${channel} ${JSON.stringify(args)}`);
        send(channel, ...args);
      };
    }
    const invoke: unknown = Reflect.get(ipcMain, 'invoke');
    if (typeof invoke !== 'function') throw new Error('not the double');
    Reflect.set(ipcMain, 'invoke', async (...args: unknown[]) => {
      const answer: unknown = await Reflect.apply(invoke, ipcMain, args);
      if (args[2] !== 'call:revealPasscode') sent.push(`${String(args[2])} ${JSON.stringify(answer)}`);
      return answer;
    });
  });
}

async function heardOnBridge({ client }: Scene): Promise<string> {
  return client.electron.evaluate(() => (Reflect.get(globalThis, 'heardOnBridge') as string[]).join('\n'));
}

async function rememberCookies(portal: Awaited<ReturnType<Scene['client']['portal']>>, secrets: Map<string, string>): Promise<void> {
  const devtools = await portal.context().newCDPSession(portal);
  const { cookies } = await devtools.send('Network.getCookies');
  expect(cookies.length).toBeGreaterThan(0);
  for (const { value } of cookies) secrets.set(`cookie ${[...secrets.keys()].filter((name) => name.startsWith('cookie')).length}`, value);
}

async function deviceKeys(dataDirectory: string): Promise<string[]> {
  const schema = z.object({ devices: z.array(z.object({ key: z.string() })) });
  return schema.parse(JSON.parse(await readFile(path.join(dataDirectory, storeFileName), 'utf8'))).devices.map(({ key }) => key);
}

/** Gets the proxy's secret as the portal's own page does, by the `login` event. */
async function proxySecret({ client }: Scene): Promise<string> {
  return client.electron.evaluate(async ({ app, webContents, session }) => {
    const portal = webContents.getAllWebContents().find((contents) => contents.session !== session.defaultSession);
    const { proxyRules } = Reflect.get(portal?.session ?? {}, 'proxy') as { proxyRules: string };
    const asked = { isProxy: true, scheme: 'basic', host: '127.0.0.1', port: Number(new URL(proxyRules).port), realm: '' };
    return new Promise<string>((resolve) => {
      const answer = (_user: string, secret: string): void => resolve(secret);
      app.emit('login', { preventDefault: () => undefined }, portal, { firstAuthAttempt: true }, asked, answer);
    });
  });
}

/** Writes a password into the keychain without the app. */
async function keep(keyring: Keyring, userId: string, password: string): Promise<void> {
  const script = `import keytar from 'keytar'; let s = ''; for await (const c of process.stdin) s += c; await keytar.setPassword('Causeway', 'campus-test/${userId}', s);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...keyring.env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(password);
  expect(await once(child, 'exit')).toEqual([0, null]);
}

/** Our files that others on this computer could read or change. The double's own files are not counted. */
async function openToOthers(folder: string): Promise<string[]> {
  const files = (await entriesBelow(folder)).map((entry) => path.join(entry.parentPath, entry.name));
  const ours = files.filter((file) => !/^(Singleton|Chromium|downloads)/.test(path.relative(folder, file)));
  const modes = await Promise.all(
    ours.map(async (file) => ({
      file,
      mode: await unlessGone<number>(
        stat(file).then((found) => found.mode),
        0,
      ),
    })),
  );
  return modes.filter(({ mode }) => (mode & 0o077) !== 0).map(({ file }) => file);
}
