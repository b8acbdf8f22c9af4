import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mei } from '../tour/people.ts';
import { expect, test, type Scene } from './support/scene.ts';

const command = path.join(import.meta.dirname, '../../dist/causeway.mjs');

/** Runs the command beside the app. Resolves with its exit code and its output. */
function causeway(scene: Scene, ...argv: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [command, ...argv, '--user-data-dir', scene.client.userData], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (out += String(data)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

async function answers(scene: Scene): Promise<string> {
  const file = path.join(scene.client.userData, 'answers.json');
  await writeFile(file, JSON.stringify({ notice: 'proceed', user: mei.userId, password: mei.password, passcode: scene.code() }));
  await chmod(file, 0o600);
  return file;
}

test('the command line and the window share one session: what one starts, the other shows and can end', async ({ open }) => {
  const scene = await open();
  const first = causeway(scene, 'connect', scene.campus.profile.id, '--answers', await answers(scene));
  await expect(scene.heading('Connected')).toBeVisible();
  const status = await causeway(scene, 'status');
  expect(status.code).toBe(0);
  expect(status.out).toContain('In Causeway’s app.');

  expect((await causeway(scene, 'portal')).code).toBe(0);
  await expect((await scene.client.portal()).getByText('Add a new Device').first()).toBeVisible();
  await scene.button('Close portal').click();

  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
  expect((await first).code).toBe(0);
  await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
});

test('a command without a terminal to ask in cancels the attempt that it started', async ({ open }) => {
  const scene = await open();
  const file = path.join(scene.client.userData, 'answers.json');
  await writeFile(file, JSON.stringify({ notice: 'proceed' }), { mode: 0o600 });
  const run = causeway(scene, 'connect', scene.campus.profile.id, '--answers', file);
  // Without a terminal to ask in, the command gives up and cancels the attempt that it started
  expect((await run).code).toBe(2);
  await expect(scene.button('Connect')).toBeVisible();
});

test('disconnect ends a session that the window started, and finds the app again after it was killed and restarted', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  expect((await causeway(scene, 'disconnect')).code).toBe(0);
  await expect(scene.button('Connect')).toBeVisible();
  await scene.crash();
  const status = await causeway(scene, 'status', '--json');
  expect(JSON.parse(status.out.split('\n')[0] ?? '')).toMatchObject({ event: 'state', state: 'idle', holder: 'app' });
});
