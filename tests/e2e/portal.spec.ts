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
