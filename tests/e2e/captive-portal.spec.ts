import { mkdirSync } from 'node:fs';
import { mei } from '../tour/people.ts';
import { inDouble, onRealElectron } from './support/double.ts';
import { startHotel, type Hotel } from './support/hotel.ts';
import { expect, test } from './support/scene.ts';

const page = 'http://login.harbour-hotel.test/welcome';
/** Pictures to be looked at. */
const pictures = 'out/pictures';
mkdirSync(pictures, { recursive: true });

let hotel: Hotel | null = null;
test.afterEach(async () => {
  await hotel?.close();
  hotel = null;
});

test('a hotel’s Wi-Fi is told as such, opened by a click, and the way is said to be free without connecting (MV#614, MV#6419)', async ({
  open,
}) => {
  const scene = await open({}, async (campus) => {
    hotel = await startHotel(page, campus.port);
    return { profiles: [hotel.behind(campus.profile)] };
  });
  await scene.button('Connect').click();
  await expect(scene.heading('This network wants you to sign in first')).toBeVisible();
  await scene.says(new RegExp(page));
  await scene.says(/does not connect by itself/);
  await scene.client.picture(`${pictures}/captive-portal-light.png`);
  await scene.window.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await scene.client.picture(`${pictures}/captive-portal-dark.png`);
  await scene.window.emulateMedia({ colorScheme: 'light' });

  if (!onRealElectron) expect(await inDouble(scene.client, (double) => [...double.opened])).toEqual([]);
  await scene.button('Open the sign-in page').click();
  if (!onRealElectron) await expect.poll(() => inDouble(scene.client, (double) => [...double.opened])).toEqual([page]);

  hotel?.letOut();
  await scene.says('The way is free');
  await expect(scene.button('Open the sign-in page')).toBeHidden();
  await scene.client.picture(`${pictures}/captive-portal-free.png`);
  expect(scene.campus.records.sessions()).toEqual([]);
  expect(scene.campus.services.factors.waiting(mei.phone)).toEqual([]);

  await scene.connect();
  await scene.proceed();
  await scene.signIn();
  await scene.toPasscode();
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('Connected')).toBeVisible();
});

test('one that comes up under a session: said while reconnecting, and the session goes on by itself with no question', async ({ open }) => {
  const scene = await open({}, async (campus) => {
    hotel = await startHotel(page, campus.port);
    hotel.letOut();
    return { profiles: [hotel.behind(campus.profile)] };
  });
  await scene.signedIn();
  const session = scene.campus.records.sessions()[0]?.id;
  hotel?.holdUp();
  await expect(scene.heading('Reconnecting')).toBeVisible();
  await expect(scene.button('Open the sign-in page')).toBeVisible();
  await scene.says(/The network sends you to http:\/\/login\.harbour-hotel\.test/);
  hotel?.letOut();
  // By itself: by now the waits between its tries may have grown
  await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
  expect(scene.campus.records.sessions().map(({ id }) => id)).toEqual([session]);
});
