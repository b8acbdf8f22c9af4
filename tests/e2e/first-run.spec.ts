import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './support/scene.ts';

test('by address: the fingerprint is a question, the content is shown, then home', async ({ open }) => {
  const scene = await open({}, { profiles: [] });
  await expect(scene.heading('Welcome to Causeway')).toBeVisible();
  await scene.window.getByLabel('Campus address').fill(`localhost:${scene.campus.port}`);
  await scene.button('Find my campus').click();
  await scene.says('Is this really your campus?');
  await scene.button('It is the same: accept').click();
  await expect(scene.heading('Add this campus?')).toBeVisible();
  await expect(scene.window.getByRole('region', { name: /Fingerprint/ })).toContainText(
    scene.campus.authority.sha256.replaceAll(':', '').slice(0, 4),
  );
  await scene.button('Add').click();
  await expect(scene.heading('Campus Test University')).toBeVisible();
  await scene.connect();
});

test('by address: nothing there, and not a campus', async ({ open }) => {
  const scene = await open({}, { profiles: [] });
  await scene.window.getByLabel('Campus address').fill('localhost:9');
  await scene.button('Find my campus').click();
  await scene.says('No answer');
});

test('by file, handed over by the system', async ({ open }, info) => {
  const file = info.outputPath('my campus.causeway');
  const first = await open({}, { profiles: [] });
  await writeFile(file, JSON.stringify({ ...first.campus.profile, colour: 'red' }));
  const scene = await open({}, { profiles: [], args: [file] });
  await expect(scene.heading('Add this campus?')).toBeVisible();
  await scene.says(path.basename(file));
  await scene.says(/left out: colour/);
  await scene.button('Add').click();
  await expect(scene.heading('Campus Test University')).toBeVisible();
});

test('by link: a known campus is a confirmation, no further; an unknown one is named', async ({ open }) => {
  const scene = await open({}, { args: ['causeway://connect/campus-test'] });
  await expect(scene.window.getByRole('dialog').or(scene.window.getByRole('alertdialog'))).toBeVisible();
  expect(scene.campus.records.sessions()).toEqual([]);
  const other = await open({}, { args: ['causeway://connect/nowhere'] });
  await other.says('No profile there');
});

test('by link, without any campus yet: asks, shows what it contains, adds it', async ({ open }) => {
  const scene = await open({}, { profiles: [] });
  await scene.client.electron.evaluate(
    ({ app }, url) => void app.emit('open-url', { preventDefault: () => undefined }, url),
    `causeway://campus/localhost:${scene.campus.port}`,
  );
  await scene.says(`Add the campus at localhost:${scene.campus.port}?`);
  await scene.button('Go on').click();
  await scene.button('It is the same: accept').click();
  await expect(scene.heading('Add this campus?')).toBeVisible();
  await scene.button('Add').click();
  await expect(scene.heading('Campus Test University')).toBeVisible();
});
