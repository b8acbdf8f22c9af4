import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startCampus } from '../../campus/campus.ts';
import { expect, test } from './support/scene.ts';

test('a connected screen shows time, gateway and portal; Stay connected extends the time; Disconnect ends the session at the campus', async ({
  open,
}) => {
  const scene = await open({ sessionMinutes: 30 });
  await scene.signedIn();
  await expect(scene.window.getByRole('meter', { name: 'Time left' })).toHaveAttribute('aria-valuetext', /left$/);
  expect(scene.campus.records.sessions()).toHaveLength(1);
  const before = scene.campus.records.sessions()[0]?.expiresAt ?? 0;
  scene.passTime(28 * 60_000);
  await scene.button('Stay connected').click();
  await expect.poll(() => scene.campus.records.sessions()[0]?.expiresAt ?? 0).toBeGreaterThan(before);
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
  await expect.poll(() => scene.campus.records.sessions()).toEqual([]);
});

test('a session that expired is reported as expired', async ({ open }) => {
  const scene = await open({ sessionMinutes: 30 });
  await scene.signedIn();
  scene.passTime(31 * 60_000);
  await scene.ended('Your session ended');
  await scene.says('Its time was up.');
});

test('a session that ended because nobody used it is reported as idle', async ({ open }) => {
  const scene = await open({ idleMinutes: 10 });
  await scene.signedIn();
  // The look at the portal uses the session too
  await scene.says('The device portal answers');
  scene.passTime(11 * 60_000);
  await scene.ended('Your session ended');
  await scene.says(/Nothing went through it/);
});

test('a session revoked by the operator while the portal is open closes the portal and keeps the reason on screen', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  await scene.button('Open device portal').click();
  const portal = await scene.client.portal();
  await expect(portal.getByText('Add a new Device').first()).toBeVisible();
  const [session] = scene.campus.records.sessions();
  await scene.campus.control.end(session?.id ?? '');
  await scene.ended('Your campus ended the session');
  await expect.poll(() => portal.isClosed()).toBe(true);
});

test('a relay that drops and returns is reconnected automatically, with the same session and no question', async ({ open }) => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'causeway-campus-'));
  const scene = await open({ dataDirectory });
  const { port } = scene.campus;
  await scene.signedIn();
  const session = scene.campus.records.sessions()[0]?.id;
  await scene.campus.stop();
  await scene.says(/Reconnecting/);
  await expect(scene.button('Try now')).toBeVisible();
  scene.campus = await startCampus({ dataDirectory, port });
  await scene.hurry();
  await expect(scene.heading('Connected')).toBeVisible();
  expect(scene.campus.records.sessions().map(({ id }) => id)).toEqual([session]);
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
  await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});
