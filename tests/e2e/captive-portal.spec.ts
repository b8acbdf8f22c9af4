import { mkdirSync } from 'node:fs';
import { mei } from '../tour/people.ts';
import { inDouble, onRealElectron } from './support/double.ts';
import { startCaptiveNetwork, type CaptiveNetwork } from './support/captive-network.ts';
import { expect, test } from './support/scene.ts';

const page = 'http://login.harbour-hotel.test/welcome';
/** Screenshots for people to look at. */
const pictures = 'out/pictures';
mkdirSync(pictures, { recursive: true });

let network: CaptiveNetwork | null = null;
test.afterEach(async () => {
  await network?.close();
  network = null;
});

test('a captive portal is named and opened by a click, and once the network is open the app says so and does not connect by itself (MV#614, MV#6419)', async ({
  open,
}) => {
  const scene = await open({}, async (campus) => {
    network = await startCaptiveNetwork(page, campus.port);
    return { profiles: [network.profileBehind(campus.profile)] };
  });
  await scene.button('Connect').click();
  await expect(scene.heading('This network wants you to sign in first')).toBeVisible();
  await scene.says(/sends you to login\.harbour-hotel\.test instead/);
  await scene.says(/does not connect by itself/);
  await scene.client.picture(`${pictures}/captive-portal-light.png`);
  await scene.window.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await scene.client.picture(`${pictures}/captive-portal-dark.png`);
  await scene.window.emulateMedia({ colorScheme: 'light' });

  if (!onRealElectron) expect(await inDouble(scene.client, (double) => [...double.opened])).toEqual([]);
  await scene.button('Open the sign-in page').click();
  if (!onRealElectron) await expect.poll(() => inDouble(scene.client, (double) => [...double.opened])).toEqual([page]);

  network?.allowTraffic();
  await scene.says('You are online now');
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

test('a captive portal that appears during a session is named while the app reconnects, and the session continues without a question', async ({
  open,
}) => {
  const scene = await open({}, async (campus) => {
    network = await startCaptiveNetwork(page, campus.port);
    network.allowTraffic();
    return { profiles: [network.profileBehind(campus.profile)] };
  });
  await scene.signedIn();
  const session = scene.campus.records.sessions()[0]?.id;
  network?.blockTraffic();
  await expect(scene.heading('Reconnecting')).toBeVisible();
  await expect(scene.button('Open the sign-in page')).toBeVisible();
  await scene.says(/The network sends you to login\.harbour-hotel\.test instead/);
  network?.allowTraffic();
  // A long timeout, since the waits between retries may have grown by now
  await expect(scene.heading('Connected')).toBeVisible({ timeout: 60_000 });
  expect(scene.campus.records.sessions().map(({ id }) => id)).toEqual([session]);
});
