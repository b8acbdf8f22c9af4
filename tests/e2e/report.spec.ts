import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { readHelpCode } from '../../shared/help-code.ts';
import { mei } from '../tour/people.ts';
import { findCanaries, type Place } from './support/canaries.ts';
import { onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

test.skip(onRealElectron, 'answers the save dialog');

/** One canary of each kind that is taken out, in a line as a fault would log it. */
const kinds: Readonly<Record<string, readonly [line: string, canary: string]>> = {
  'e-mail address': ['asked for canary.mail@campus.test today', 'canary.mail'],
  'name in a home folder': ['open /home/canaryhome/.config failed', 'canaryhome'],
  'name in a Windows folder': ['open "C:\\\\Users\\\\Canary Person\\\\x" failed', 'Canary Person'],
  'name in a file address': ['at file:///Users/canaryfile/x.mjs:1:2', 'canaryfile'],
  'name in a folder of profiles': ['open D:\\Profiles\\canary.profile\\x failed', 'canary.profile'],
  'name on a share': ['open \\\\fs\\home$\\canary.share\\x failed', 'canary.share'],
  'name in an encoded path': ['next=%252Fhome%252Fcanary.encoded%252Fx', 'canary.encoded'],
  'user in a sentence': ['user canary.user was refused', 'canary.user'],
  'MAC address without separators': ['MAC address 02ca7a000078', '02ca7a000078'],
  'password in escaped JSON': ['{\\"password\\":\\"canaryjson\\"}', 'canaryjson'],
  'IPv4 address': ['refused by 203.0.113.77:443', '203.0.113.77'],
  'IPv6 address': ['refused by [2001:db8:ca7a::77%25eth0]:443', 'ca7a::77'],
  'MAC address': ['from 02:ca:7a:00:00:77', '02:ca:7a'],
  'host': ['blocked canary-host.example.org', 'canary-host'],
  'token': ['resumed with canaryq8mJm2kA0rXv5m9eVd1lq8mJm2kA0rXv5m9eVd1lq8m', 'canaryq8mJm2kA0'],
  'cookie': ['got DSID=canarycookie', 'canarycookie'],
  'query': ['loaded https://portal.example.org/x?ticket=canaryquery', 'canaryquery'],
  'code': ['typed 739518', '739518'],
  'key': ['-----BEGIN PRIVATE KEY----- canarykey -----END PRIVATE KEY-----', 'canarykey'],
  'secret': ['with secret=canarysecret', 'canarysecret'],
};
const password = 'cañary typed+8fk2/"é"';

test('a report is shown line by line, then copied and saved as text and zip, and has no canary of any kind', async ({ open }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-report-'));
  const userData = path.join(folder, 'user');
  await mkdir(path.join(userData, 'logs'), { recursive: true });
  // As a run without any redaction would have logged it
  const earlier = Object.values(kinds).map(([line]) => `2026-11-28T10:00:00.000Z ${line} (earlier)`);
  await writeFile(path.join(userData, 'logs', 'causeway.log.1'), `${earlier.join('\n')}\n`);
  const scene = await open({}, (campus) => Promise.resolve({ userData, profiles: [campus.profile] }));
  const { client, window } = scene;
  await scene.connect();
  await scene.proceed();
  await scene.signIn(password);
  await scene.says('Wrong user ID or password');
  // What was typed may be anywhere in an error
  const lines = [
    ...Object.values(kinds).map(([line]) => line),
    `failed for ${mei.userId} with ${password} and ${encodeURIComponent(password)}`,
    `failed with ${encodeURIComponent(encodeURIComponent(password))}, ${password.slice(0, 9)}\n${password.slice(9)}`,
  ];
  await client.electron.evaluate((_electron, texts) => {
    for (const text of texts) void Promise.reject(new Error(text));
  }, lines);
  await expect.poll(() => client.log()).toContain('failed for person-');
  await scene.button('Cancel').click();

  await scene.button('Settings').click();
  await scene.button('Check my connection').click();
  await expect(window.getByText('answers, and its certificate is trusted.').first()).toBeVisible();
  await expect(scene.button('Check again')).toBeVisible({ timeout: 60_000 });
  await scene.button('Report a problem').click();
  const shown = window.getByRole('region', { name: 'The report, line by line' });
  await expect(shown).toBeVisible();
  const text = (await shown.locator('p').allTextContents()).join('\n');
  for (const part of [
    '== Summary ==',
    'access: asking-credentials',
    '[ok] gateway',
    'refused by address-',
    'blocked host-',
    '(earlier)',
    campusHost(scene.campus.profile.gateways[0]),
  ])
    expect(text).toContain(part);
  const code = /help desk: ([\dA-Z ]{14})/.exec(text)?.[1] ?? '';
  expect(readHelpCode(code)).toMatchObject({ ok: true, platform: 'linux' });

  await scene.button('Copy').click();
  await expect(scene.button('Copied')).toBeVisible();
  const places: Place[] = [
    ['screen', Buffer.from(text)],
    ['clipboard', Buffer.from(await client.clipboard())],
  ];
  for (const name of ['report.txt', 'report.zip']) {
    const filePath = path.join(folder, name);
    await client.electron.evaluate((electron, file) => {
      const double = Reflect.get(electron, 'double') as { dialogAnswers: { save: { canceled: boolean; filePath: string }[] } };
      double.dialogAnswers.save.push({ canceled: false, filePath: file });
    }, filePath);
    await scene.button(/^Saved?…?$/).click();
    // The button says Saved since the first file
    await expect.poll(() => textOf(filePath)).not.toBe('');
    await expect(scene.button('Saved')).toBeVisible();
    expect((await stat(filePath)).mode & 0o777).toBe(0o600);
    places.push([name, await readFile(filePath)]);
  }
  places.push(['zip', Buffer.from(await textOf(path.join(folder, 'report.zip')))]);
  for (const [, content] of [places[2], places[4], places[1]].flatMap((place) => (place ? [place] : [])))
    expect(content.toString().trimEnd()).toBe(text);
  places.push(['log', Buffer.from(await client.log())], ['settings', await readFile(path.join(userData, 'settings.json'))]);
  const canaries = new Map([
    ...Object.entries(kinds).map(([name, [, canary]]) => [name, canary] as const),
    ['typed password', password],
    ['second line of the typed password', password.slice(9, 17)],
    ['typed password encoded twice', encodeURIComponent(encodeURIComponent(password))],
    ['user ID', mei.userId],
  ]);
  expect(findCanaries(places, canaries)).toEqual([]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const campusHost = (gateway = ''): string => gateway.split(':')[0] ?? '';

/** The text of a report's file, unzipped if need be. Empty while it is not there as a whole. */
async function textOf(file: string): Promise<string> {
  const content = await readFile(file).catch(() => Buffer.alloc(0));
  if (!file.endsWith('.zip')) return content.toString();
  try {
    return Buffer.from(Object.values(unzipSync(content))[0] ?? []).toString();
  } catch {
    return '';
  }
}
