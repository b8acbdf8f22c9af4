import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { otherProfile } from './support/other-profile.ts';
import { familyOf } from './support/processes.ts';
import { expect, test } from './support/scene.ts';

test('no process of the app keeps its start folder as working directory, so nothing planted there is loaded', async ({ open }) => {
  test.skip(process.platform !== 'linux', 'reads /proc');
  const scene = await open({}, ({ profile }) => Promise.resolve({ profiles: [otherProfile(profile)] }));
  expect(await scene.client.electron.evaluate(() => process.cwd())).toBe(path.dirname(process.execPath));
  const { pid } = scene.client.electron.process();
  if (pid === undefined) throw new Error('no process');
  // The openconnect worker is started in advance or by this click
  await scene.button('Connect').click();
  const started = path.resolve('.');
  const workers = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const { pid: each } of await familyOf(pid)) {
      const command = await readFile(`/proc/${each}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('openconnect-worker')) found.push(await readlink(`/proc/${each}/cwd`).catch(() => 'gone'));
    }
    return found;
  };
  await expect.poll(async () => (await workers()).length).toBeGreaterThan(0);
  expect(await workers()).not.toContain(started);
});
