import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onRealElectron } from './support/double.ts';
import { expect, test as base } from './support/scene.ts';

/** A computer that takes as long as it likes to list its root certificates. */
const test = base.extend<{ store: { env: Record<string, string>; release(): Promise<void> } }>({
  store: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'causeway-roots-'));
    const released = path.join(folder, 'released');
    await use({
      env: { ELECTRON_DOUBLE_REQUIRE: path.resolve('tests/support/slow-roots.cjs'), SLOW_ROOTS_RELEASE: released },
      release: () => writeFile(released, ''),
    });
    await writeFile(released, '');
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});

const isRead = /system root certificates: 0, read in (\d+) ms/;

test('the window opens and a sign-in works while the system’s root certificates are still being read', async ({ open, store }) => {
  test.skip(onRealElectron, 'holds the reading by a module that only Node loads');
  const scene = await open({}, { env: store.env });
  await scene.signedIn();
  expect(await scene.client.log()).not.toMatch(isRead);
  await store.release();
  await expect.poll(() => scene.client.log()).toMatch(isRead);
});

test('quitting does not wait for the system’s root certificates', async ({ open, store }) => {
  test.skip(onRealElectron, 'holds the reading by a module that only Node loads');
  const scene = await open({}, { env: store.env });
  const gone = once(scene.client.electron.process(), 'exit');
  await scene.client.electron.evaluate(({ app }) => void setImmediate(() => app.quit()));
  await gone;
  expect(await scene.client.log()).not.toMatch(isRead);
});
