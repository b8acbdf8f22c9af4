import type { Page } from 'playwright-core';
import { allWords } from '../../campus/pages/words/words.ts';
import { pt } from '../../shared/messages/pt.ts';
import { zhHant } from '../../shared/messages/zh-Hant.ts';
import { quotedNames } from '../support/campus/quoted-names.ts';
import { ana } from '../tour/people.ts';
import { clickMenu, onRealElectron } from './support/double.ts';
import { expect, test } from './support/scene.ts';

test('the portal opens signed in, through the relay only, and its data is deleted when it closes', async ({ open }) => {
  const scene = await open();
  await scene.signedIn();
  await scene.button('Open device portal').click();
  const portal = await scene.client.portal();
  await expect(portal.getByText('Add a new Device').first()).toBeVisible();
  await scene.says('2fa.campus.test');
  // Nothing of ours is in the page, and nothing from the page is left after the visit
  expect(await portal.evaluate(() => ['causeway', 'require', 'process'].filter((name) => name in window))).toEqual([]);
  await scene.button('Close portal').click();
  await expect.poll(() => portal.isClosed()).toBe(true);
  await scene.button('Disconnect').click();
  await expect(scene.button('Connect')).toBeVisible();
});

test('a portal page that tries to leave, open windows, use the camera, download or reach loopback is denied each time', async ({
  open,
}) => {
  const scene = await open();
  await scene.signedIn();
  await scene.button('Open device portal').click();
  const portal = await scene.client.portal();
  await expect(portal.getByText('Add a new Device').first()).toBeVisible();
  const address = portal.url();

  const camera = await portal.evaluate(() =>
    navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'given',
      (error: unknown) => (error instanceof Error ? error.name : 'refused'),
    ),
  );
  expect(camera).not.toBe('given');
  const loopback = await portal.evaluate(
    (port) =>
      fetch(`https://127.0.0.1:${port}/`, { mode: 'no-cors' }).then(
        () => 'reached',
        () => 'blocked',
      ),
    scene.campus.port,
  );
  expect(loopback).toBe('blocked');
  await scene.client.electron.evaluate(({ webContents, session }) => {
    const downloads: { name: string; prevented: boolean; item: { getState(): string } }[] = [];
    Reflect.set(globalThis, 'downloads', downloads);
    const view = webContents.getAllWebContents().find((contents) => contents.session !== session.defaultSession);
    view?.session.on('will-download', (event, item) => {
      downloads.push({ name: item.getFilename(), prevented: event.defaultPrevented, item });
    });
  });
  await portal.evaluate(() => {
    const link = document.body.appendChild(document.createElement('a'));
    link.href = URL.createObjectURL(new Blob(['x'.repeat(1_000_000)], { type: 'application/octet-stream' }));
    link.download = 'prize.exe';
    link.click();
  });
  const downloads = () =>
    scene.client.electron.evaluate(() =>
      (Reflect.get(globalThis, 'downloads') as { name: string; prevented: boolean; item: { getState(): string } }[]).map(
        ({ name, prevented, item }) => [name, prevented ? 'prevented' : 'begun', item.getState()].join(' '),
      ),
    );
  await expect.poll(downloads).toEqual(['prize.exe prevented cancelled']);
  const pages = scene.client.electron.windows().length;
  await portal.evaluate(() => void window.open('https://example.org/'));
  await portal.evaluate(() => void (location.href = 'https://example.org/'));
  await scene.says('Not a page of the device portal');
  expect(portal.url()).toBe(address);
  await expect.poll(() => scene.client.electron.windows().length).toBe(pages);
});

test('the portal speaks Causeway’s language beside the column, and has every button that the column quotes', async ({ open }) => {
  test.skip(onRealElectron, 'only the double lets a test click the tray');
  const scene = await open({ onCampus: true });
  const step = scene.window.locator('[aria-current=step]');
  /** The names in the step that the column marks, once it marks this one: each is on the page. */
  const quoted = async (portal: Page, sentence: string): Promise<string[]> => {
    await expect(step).toContainText(sentence);
    const names = quotedNames(sentence);
    for (const name of names)
      await expect(
        portal.getByRole('link', { name }).or(portal.getByRole('button', { name })).or(portal.getByLabel(name)).first(),
      ).toBeVisible();
    return names;
  };

  await clickMenu(scene.client, 'Settings…');
  await scene.window.getByLabel('Language', { exact: true }).selectOption('Português');
  await scene.button(pt.settings.close).click();
  await scene.button(new RegExp(`^${pt.task['remove-device'].name}`)).click();
  const portal = await scene.client.portal();
  const words = allWords.pt.portal;
  const steps = pt.guide.steps['remove-device'];
  await expect(portal.locator('html')).toHaveAttribute('lang', 'pt-PT');
  await portal.getByLabel(words.signIn.userId, { exact: true }).fill(ana.userId);
  await portal.getByLabel(words.signIn.password, { exact: true }).fill(ana.password);
  await portal.getByRole('button', { name: words.signIn.submit }).click();
  const names = await quoted(portal, String(steps.devices));
  await portal.getByRole('link', { name: words.settings }).click();
  await quoted(portal, String(steps.confirm));
  await portal.getByLabel(words.gate.passcode).fill(scene.code(ana.phone));
  await portal.getByRole('button', { name: words.gate.enter }).click();
  names.push(...(await quoted(portal, String(steps.options))));
  await scene.client.picture(test.info().outputPath('portal-pt.png'));
  await portal.getByRole('link', { name: words.devices.options }).first().click();
  await portal.getByRole('button', { name: words.devices.remove }).click();
  names.push(...(await quoted(portal, String(steps.remove))));
  expect(names).toEqual(['My Settings & Devices', 'Device Options', 'Remove']);

  // Another language is asked for at the next visit, without a restart
  await scene.button(pt.action.closePortal).click();
  await expect.poll(() => portal.isClosed()).toBe(true);
  await clickMenu(scene.client, pt.tray.settings);
  await scene.window.getByLabel(pt.settings.language, { exact: true }).selectOption('繁體中文');
  await scene.button(zhHant.settings.close).click();
  await scene.button(new RegExp(`^${zhHant.task['add-device'].name}`)).click();
  const next = await scene.client.portal();
  await expect(next.getByRole('heading', { name: allWords['zh-Hant'].portal.signIn.title })).toBeVisible();
  await scene.client.picture(test.info().outputPath('portal-zh-Hant.png'));
});
