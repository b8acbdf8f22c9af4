import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './support/scene.ts';

test('adding a campus by address asks about the fingerprint, shows the profile’s content, and leads to the home screen', async ({
  open,
}) => {
  const scene = await open({}, { profiles: [] });
  await expect(scene.heading('Welcome to Causeway')).toBeVisible();
  await scene.window.getByLabel('Campus name, web address or e-mail').fill(`localhost:${scene.campus.port}`);
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

test('a campus that ships in the app is found by its name without network, and is added after a yes', async ({ open }) => {
  const scene = await open({}, { profiles: [] });
  const field = scene.window.getByLabel('Campus name, web address or e-mail');
  await field.fill('Nowhere College');
  await scene.button('Find my campus').click();
  await scene.says('No such campus here');
  for (const typed of ['澳門大學', 'mei@connect.um.edu.mo', 'University of Macau']) {
    await field.fill(typed);
    await scene.button('Find my campus').click();
    await expect(scene.heading('Add this campus?')).toBeVisible();
    await scene.says('Nobody has signed in with this profile yet');
    await scene.says('sslvpn.um.edu.mo');
    await scene.says('Causeway itself');
    if (typed !== 'University of Macau') await scene.button('Not now').click();
  }
  await scene.button('Add').click();
  await expect(scene.heading('University of Macau')).toBeVisible();
});

test('an address where nothing answers, and one that is not a campus, each have their own message', async ({ open }) => {
  const scene = await open({}, { profiles: [] });
  await scene.window.getByLabel('Campus name, web address or e-mail').fill('localhost:9');
  await scene.button('Find my campus').click();
  await scene.says('No answer');
});

test('a profile file that the system hands over can be added', async ({ open }, info) => {
  const file = info.outputPath('my campus.causeway');
  const first = await open({}, { profiles: [] });
  await writeFile(file, JSON.stringify({ ...first.campus.profile, colour: 'red' }));
  const scene = await open({}, { profiles: [], args: [file] });
  await expect(scene.heading('Add this campus?')).toBeVisible();
  await scene.says(path.basename(file));
  await scene.says(/ignored: colour/);
  await scene.button('Add').click();
  await expect(scene.heading('Campus Test University')).toBeVisible();
});

test('a link to a known campus opens a confirmation and goes no further; an unknown campus is named', async ({ open }) => {
  const scene = await open({}, { args: ['causeway://connect/campus-test'] });
  await expect(scene.window.getByRole('dialog').or(scene.window.getByRole('alertdialog'))).toBeVisible();
  expect(scene.campus.records.sessions()).toEqual([]);
  const other = await open({}, { args: ['causeway://connect/nowhere'] });
  await other.says('No profile there');
});

test('a link that carries a campus’s address asks, shows the profile’s content and adds it on a first run', async ({ open }) => {
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
