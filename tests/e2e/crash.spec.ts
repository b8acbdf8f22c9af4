import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Campus } from '../../campus/campus.ts';
import { Settings } from '../../electron/storage/settings.ts';
import type { Profile } from '../../shared/profile.ts';
import { kit, mei } from '../tour/people.ts';
import { startFaultProxy, type Fault, type FaultProxy } from '../support/faults/fault-proxy.ts';
import { expect, Scene, test as base } from './support/scene.ts';

/**
 * `kill -9` in every state. A test goes from crash to crash with one user-data folder, so that each start follows one
 * crash and precedes the next.
 */

interface CrashScene {
  scene: Scene;
  /** In front of the gateway, and in front of the on-campus probe. */
  gateway: FaultProxy;
  probe: FaultProxy;
  /**
   * Kills and restarts the app. Checks that the window shows this, that the settings are unchanged, and that the campus
   * holds one session at most.
   */
  crash: (title: RegExp) => Promise<void>;
}

/** What the person has set up, which must survive every crash. */
const setUp = {
  preferences: { language: 'en' as const, openAtLogin: false, updates: true, notifications: false, alwaysConnect: false },
  windowBounds: { x: 40, y: 30, width: 460, height: 700 },
};
const settingsFile = z.looseObject({ userIds: z.record(z.string(), z.string()) });

/** The campus's own profile, with the fault proxies in front of gateway and probe. */
const behind = (campus: Campus, gateway: FaultProxy, probe: FaultProxy): Profile => ({
  ...campus.profile,
  connectTo: (campus.profile.connectTo ?? []).map((entry) => ({
    ...entry,
    loopbackPort: entry.loopbackPort === campus.port ? gateway.port : probe.port,
  })),
});

const test = base.extend<{ crashing: CrashScene }>({
  crashing: async ({}, use) => {
    const userData = await mkdtemp(path.join(tmpdir(), 'causeway-crash-'));
    const gates: FaultProxy[] = [];
    const scene = await Scene.open({}, async (campus) => {
      gates.push(await startFaultProxy({ port: campus.port }), await startFaultProxy({ port: campus.portalPort }));
      const [gateway, probe] = gates;
      if (!gateway || !probe) throw new Error('no gates');
      const profile = behind(campus, gateway, probe);
      (await Settings.open(userData)).update(() => setUp);
      return { userData, profiles: [profile, { ...profile, id: 'college', name: 'Harbour College' }] };
    });
    const [gateway, probe] = gates;
    if (!gateway || !probe) throw new Error('no gates');
    const settings = async () => ({
      ...settingsFile.parse(JSON.parse(await readFile(path.join(userData, 'settings.json'), 'utf8'))),
      running: null,
    });
    await use({
      scene,
      gateway,
      probe,
      crash: async (title) => {
        const before: unknown[] = [];
        await scene.crash(async () => void before.push(await settings()));
        await scene.says(title);
        // While nothing writes, the person's settings are exactly as they set them
        expect(await settings()).toEqual(before[0]);
        expect(before[0]).toMatchObject(setUp);
        expect(scene.campus.records.sessions().length).toBeLessThanOrEqual(1);
      },
    });
    await scene.close();
    await Promise.all(gates.map((gate) => gate.close()));
    await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});

const silent: Fault = { kind: 'black-hole' };
const clear: Fault = { kind: 'none' };
const signingIn = /^It stopped while you were signing in to Campus Test University/;
const connected = /^It stopped while you were connected to Campus Test University/;
const recovering = /^It stopped while you were getting a passcode/;

test('after kill -9 at any step of a sign-in, the next start says so, and Try again starts a new sign-in', async ({
  crashing: { scene, gateway, probe, crash },
}) => {
  test.setTimeout(180_000);
  // Nothing was in progress, so nothing is reported
  await crash(/^Not connected$/);
  await expect(scene.button('Connect')).toBeVisible();

  await probe.set(silent);
  await scene.button('Connect').click();
  await expect(scene.heading('Checking where you are')).toBeVisible();
  await crash(signingIn);
  await expect(scene.heading('Causeway closed unexpectedly')).toBeVisible();
  await gateway.set(silent);
  await probe.set(clear);
  await scene.button('Try again').click();
  await expect(scene.heading('Contacting your campus')).toBeVisible();
  await crash(signingIn);

  await gateway.set(clear);
  await scene.button('Try again').click();
  await expect(scene.heading('Notice from your campus')).toBeVisible();
  await crash(signingIn);

  const atCredentials = async (): Promise<void> => {
    await scene.button('Try again').click();
    await scene.proceed();
  };
  await atCredentials();
  await scene.window.getByLabel('UMPASS user ID').fill(mei.userId);
  await scene.window.getByLabel('UMPASS password').fill(mei.password);
  await crash(signingIn);

  const atSecondFactor = async (): Promise<void> => {
    await atCredentials();
    await expect(scene.window.getByLabel('UMPASS user ID')).toHaveValue('');
    await scene.signIn();
    await expect(scene.heading('Confirm it is you')).toBeVisible();
  };
  await atSecondFactor();
  await crash(signingIn);

  await atSecondFactor();
  await scene.sendPush();
  await scene.push();
  await crash(signingIn);
  // No sign-in is left that an approval could complete
  await expect.poll(() => scene.campus.services.factors.waiting(mei.phone)).toEqual([]);

  await atSecondFactor();
  await scene.toPasscode();
  await crash(signingIn);

  await atSecondFactor();
  await scene.toPasscode();
  // The sign-in's last message passes. The relay's connection does not even get a certificate
  await gateway.set({ ...silent, onset: { direction: 'down', afterBytes: 1_500 } });
  await scene.enterPasscode(scene.code());
  await expect(scene.heading('You are signed in')).toBeVisible();
  await crash(signingIn);
  // Not wanted any more, so the next start does not mention it
  await scene.button('Home').click();
  await crash(/^Not connected$/);
});

test('after kill -9 while connected, the next start says so, and one click continues the task and replaces the old session', async ({
  crashing: { scene, gateway, crash },
}) => {
  test.setTimeout(180_000);
  /** Goes from a question to connected by push, because each code can be used once only. */
  const signIn = async (): Promise<void> => {
    await scene.proceed();
    await scene.signIn();
    await scene.sendPush();
    const push = await scene.push();
    await scene.campus.services.factors.approve(mei.phone, push.id);
  };
  const sessions = () => scene.campus.records.sessions().map(({ id }) => id);

  await scene.connect();
  await signIn();
  await expect(scene.heading('Connected')).toBeVisible();
  const [ghost] = sessions();
  await crash(connected);
  expect(sessions()).toEqual([ghost]);
  await scene.button('Try again').click();
  await expect(scene.heading('Notice from your campus')).toBeVisible();
  await signIn();
  await expect(scene.heading('Connected')).toBeVisible();
  expect(sessions()).toHaveLength(1);
  expect(sessions()).not.toEqual([ghost]);

  await scene.button(/^Add a new device/).click();
  const portal = await scene.client.portal();
  await expect(portal.getByText('Confirm it is you').first()).toBeVisible();
  await crash(connected);
  await scene.says('To add a new device');
  await scene.button('Try again').click();
  await signIn();
  await expect((await scene.client.portal()).getByText('Confirm it is you').first()).toBeVisible();

  await gateway.set(silent);
  gateway.cut();
  await scene.says(/Reconnecting/);
  await crash(connected);
  await gateway.set(clear);
  await scene.button('Try again').click();
  await signIn();
  await expect((await scene.client.portal()).getByText('Confirm it is you').first()).toBeVisible();
  expect(sessions()).toHaveLength(1);
});

test('after kill -9 during recovery, the next start says so, and one click starts recovery again', async ({
  crashing: { scene, crash },
}) => {
  test.setTimeout(180_000);
  const student = () => scene.window.getByText('Student', { exact: true }).first();
  await scene.button(/^I lost my phone/).click();
  await student().click();
  await crash(recovering);
  await scene.button('Try again').click();
  await student().click();
  await scene.window.getByLabel('UMPASS user ID').fill(kit.userId);
  await scene.window.getByLabel('Date of birth').fill(kit.dateOfBirth);
  await scene.window.getByLabel(/Last 4 characters/).fill(kit.lastFour);
  await scene.window.getByLabel('UMPASS password').fill(kit.password);
  await scene.button('Get 2FA Passcode').click();
  await expect(scene.heading('Your recovery passcode')).toBeVisible();
  await crash(recovering);
  await scene.button('Try again').click();
  await expect(student()).toBeVisible();
});
