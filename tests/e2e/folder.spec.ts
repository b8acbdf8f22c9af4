import { readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { familyOf } from './support/processes.ts';
import { expect, test } from './support/scene.ts';

test('nothing of the app works in the folder that it was started in: what somebody put there is looked for by nobody', async ({ open }) => {
  test.skip(process.platform !== 'linux', 'reads /proc');
  const scene = await open({}, ({ profile: { gateways, trust, connectTo } }) =>
    Promise.resolve({
      profiles: [
        {
          version: 1,
          id: 'other',
          name: 'Harbour University',
          protocol: 'anyconnect',
          gateways,
          trust,
          ...(connectTo && { connectTo }),
          tunnel: 'app',
          labels: { userId: 'User ID', password: 'Password' },
          portal: { address: 'https://2fa.harbour.example/', hosts: ['2fa.harbour.example'], pages: 'other' },
        },
      ],
    }),
  );
  expect(await scene.client.electron.evaluate(() => process.cwd())).toBe(path.dirname(process.execPath));
  const { pid } = scene.client.electron.process();
  if (pid === undefined) throw new Error('no process');
  // The worker that calls libopenconnect is warm beforehand, or comes with the click
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
