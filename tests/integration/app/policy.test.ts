import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import { appSession } from '../../../electron/app/control/app-session.ts';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { fail } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { startApp, startAppBench, when, type AppRun, type AppRunOptions } from '../../support/app.ts';
import { issue } from '../../support/issuer.ts';
import { otherProfile } from '../../support/other-gateway.ts';
import { handPolicy, sourceOf } from '../../support/policy.ts';
import { listen } from '../../support/servers.ts';

/** What the computer's policy does in the application, while it runs and as it changes. */

const harbour: Profile = { ...otherProfile, id: 'harbour', name: 'Harbour', gateways: ['vpn.harbour.test', 'vpn2.campus.test'] };
const place = '/etc/causeway/policy.json';
const locked = { failure: { code: 'policy-locked' } };

async function managed(values: Record<string, unknown>, profiles: readonly Profile[] = [harbour], options: AppRunOptions = {}) {
  const hand = await handPolicy(sourceOf(values));
  const run = await startApp(profiles, { policy: hand.policy, ...options });
  onTestFinished(() => run.close());
  return { ...run, set: (next: Record<string, unknown>, more = {}) => hand.set(sourceOf(next, more)) };
}

/** A driver that notes the profiles that it was to sign in with, and goes no further. */
function noting(): { driver: GatewayDriver; targets: Profile[] } {
  const targets: Profile[] = [];
  const driver: GatewayDriver = {
    signIn({ profile }) {
      targets.push(profile);
      return Promise.reject(fail('gateway-says', { says: 'no' }));
    },
    resume: () => Promise.reject(fail('ticket-rejected')),
  };
  return { driver, targets };
}
const noTunnel = { open: () => Promise.reject(fail('tunnel-failed')) };
const tunnels = { app: noTunnel, system: noTunnel };
const ended = ({ app }: AppRun) => when(app, ({ access }) => access.kind === 'idle' && access.ending);

test('a locked setting has the policy’s value, cannot be changed, and is the person’s again when the lock goes', async () => {
  const at = await managed({ language: 'en', startAtSignIn: true, managedBy: { name: 'ICTO' } });
  const { app, desktop } = at;
  expect(app.state.preferences).toMatchObject({ language: 'en', openAtLogin: true, notifications: true });
  expect(app.state.policy).toMatchObject({
    managedBy: { name: 'ICTO' },
    decisions: [{ key: 'language', value: 'en', place, level: 'enforced' }, { key: 'startAtSignIn', value: 'true' }, { key: 'managedBy' }],
  });
  await expect(app.verbs.changePreferences({ openAtLogin: false })).rejects.toMatchObject(locked);
  await expect(app.verbs.changePreferences({ language: 'system', notifications: false })).rejects.toMatchObject(locked);
  expect(app.state.preferences).toMatchObject({ language: 'en', openAtLogin: true, notifications: true });
  await app.verbs.changePreferences({ notifications: false });
  expect(desktop.preferences).toMatchObject({ preferences: { openAtLogin: true, notifications: false }, isDecided: true });
  await at.set({});
  expect(app.state.preferences).toEqual({
    language: 'system',
    openAtLogin: false,
    notifications: false,
    updates: true,
    alwaysConnect: false,
  });
  expect(desktop.preferences).toMatchObject({ preferences: { openAtLogin: false } });
  await app.verbs.changePreferences({ openAtLogin: true });
  expect(app.state.preferences.openAtLogin).toBe(true);
});

test('a default counts until the person chooses otherwise, be it what is usual', async () => {
  const at = await managed({});
  await at.set({ startAtSignIn: true, language: 'en' }, { level: 'default' });
  expect(at.app.state.preferences).toMatchObject({ language: 'en', openAtLogin: true });
  await at.app.verbs.changePreferences({ openAtLogin: false });
  expect(at.app.state.preferences).toMatchObject({ language: 'en', openAtLogin: false });
  await at.set({ startAtSignIn: true, language: 'en' });
  expect(at.app.state.preferences.openAtLogin).toBe(true);
});

test('where policy lets nobody add a campus, no address, file, link or earlier preview does', async () => {
  const at = await managed({});
  const { app, desktop } = at;
  const refused = { failure: { code: 'policy-campuses' } };
  desktop.file = { name: 'x.causeway', text: JSON.stringify({ ...harbour, id: 'other' }) };
  await app.verbs.previewFile(undefined);
  await at.set({ addProfiles: false });
  expect(app.state.policy.addProfiles).toBe(false);
  await expect(app.verbs.acceptPreview(undefined)).rejects.toMatchObject(refused);
  await expect(app.verbs.previewFile(undefined)).rejects.toMatchObject(refused);
  await expect(app.verbs.previewAddress({ address: 'localhost:9' })).rejects.toMatchObject(refused);
  await app.verbs.declinePreview(undefined);
  const file = join(at.directory, 'other.causeway');
  await writeFile(file, desktop.file.text);
  for (const argument of [file, 'causeway://campus/localhost:9']) {
    await app.openArgument(argument);
    expect(app.state.notices.map(({ id }) => id)).toContain('policy-campuses');
    await app.verbs.dismissNotice({ id: 'policy-campuses' });
    expect([app.state.preview, app.state.confirmation]).toEqual([null, null]);
  }
  expect(app.state.profiles.map(({ id }) => id)).toEqual(['harbour']);
});

test('only allowed gateways are shown and contacted, and a campus without any is neither added nor connected', async () => {
  const { driver, targets } = noting();
  const at = await managed({ allowedGateways: ['*.harbour.test'] }, [harbour], { drivers: { anyconnect: driver }, tunnels });
  const { app } = at;
  expect(app.state.profiles[0]?.gateways).toEqual(['vpn.harbour.test']);
  await app.verbs.connect({ profileId: 'harbour' });
  await ended(at);
  expect(targets.map(({ gateways }) => gateways)).toEqual([['vpn.harbour.test']]);
  await at.set({ allowedGateways: ['harbour.test', 'vpn.harbour.test:8443', '*.test'] });
  const refused = { failure: { code: 'policy-gateways', params: { campus: 'Harbour', gateway: 'vpn.harbour.test, vpn2.campus.test' } } };
  await expect(app.verbs.connect({ profileId: 'harbour' })).rejects.toMatchObject(refused);
  at.desktop.file = { name: 'x.causeway', text: JSON.stringify(harbour) };
  await expect(app.verbs.previewFile(undefined)).rejects.toMatchObject(refused);
  expect(targets).toHaveLength(1);
  // What is saved is as it was
  await at.set({});
  expect(app.state.profiles[0]?.gateways).toEqual(harbour.gateways);
});

test('what the policy says at Connect counts, though nothing has reported a change', async () => {
  const { driver, targets } = noting();
  let values: Record<string, unknown> = {};
  const { LivePolicy } = await import('../../../electron/storage/policy/live-policy.ts');
  const places = { read: () => Promise.resolve([sourceOf(values)]), watch: () => () => undefined };
  const policy = await LivePolicy.open(places, 'linux');
  const at = await startApp([{ ...harbour, onCampus: { probe: 'https://2fa.campus.test/probe', campus: 'x' } }], {
    policy,
    drivers: { anyconnect: driver },
    tunnels,
  });
  onTestFinished(() => at.close());
  values = { tunnel: 'system', keepAlive: 'never', trustedNetwork: 'ignore', helpDesk: { name: 'IT', phone: '1' } };
  await at.app.verbs.connect({ profileId: 'harbour' });
  await ended(at);
  expect(targets).toEqual([{ ...targets[0], tunnel: 'system', keepAlive: false }]);
  expect(targets[0]).not.toHaveProperty('onCampus');
  expect(at.app.state.profiles[0]?.helpDesk).toEqual({ name: 'IT', phone: '1' });
});

test('a policy that is damaged while the app runs goes on counting, and that is told', async () => {
  const at = await managed({ certificates: 'strict', addProfiles: false, keptCodes: true });
  const before = at.app.state.policy.decisions;
  for (const state of ['unreadable', 'untrusted'] as const) {
    await at.set({}, { state, detail: 'no JSON object' });
    expect(at.app.state.policy.decisions).toEqual(before);
    expect(at.app.state.policy.faults).toEqual([{ place, key: null, why: state, detail: 'no JSON object' }]);
    expect(at.app.state.notices.map(({ id }) => id)).toEqual([state === 'unreadable' ? 'policy-unreadable' : 'policy-ignored']);
  }
  await at.set({}, { state: 'absent' });
  expect(at.app.state.policy).toMatchObject({ decisions: [], faults: [], addProfiles: true });
  expect(at.app.state.notices).toEqual([]);
});

test('where policy lets nobody save a password, those that were saved leave the keychain', async () => {
  const at = await managed({});
  at.keytar.entries.set('Causeway\nharbour/mei', 'lantern');
  at.settings.update(() => ({ savedPasswords: ['harbour'], userIds: { harbour: 'mei' } }));
  expect(at.app.state.saved.password).toBe(true);
  await at.set({ rememberPasswords: false });
  expect(at.app.state.saved).toMatchObject({ userId: 'mei', password: false });
  await expect.poll(() => at.settings.get().savedPasswords).toEqual([]);
  await expect.poll(() => [...at.keytar.entries.values()]).toEqual([]);
});

test('Connect in the tray opens the window, if policy says so', async () => {
  const { driver, targets } = noting();
  const at = await managed({ quickConnect: false }, [harbour], { drivers: { anyconnect: driver }, tunnels });
  await at.app.quickConnect();
  expect([at.app.state.access.kind, at.desktop.shown, targets.length]).toEqual(['idle', 1, 0]);
  // A link and a command go the same way
  for (const link of ['causeway://connect', 'causeway://connect/harbour']) await at.app.openArgument(link);
  const command = appSession(at.app, () => undefined);
  await expect(command.connect('harbour', true, true)).rejects.toMatchObject(locked);
  expect(at.app.state).toMatchObject({ access: { kind: 'idle', ending: null }, confirmation: null, notices: [] });
  // The two links came at once
  expect(at.desktop.shown).toBe(3);
  expect(targets).toEqual([]);
  // A command that names its campus is not quick
  await command.connect('harbour', true, false);
  await ended(at);
  expect(targets).toHaveLength(1);
});

test('policy sets always-connect for everybody, locks it, or gives it as a default', async () => {
  const { driver, targets } = noting();
  const at = await managed({ alwaysConnect: false }, [harbour], { drivers: { anyconnect: driver }, tunnels });
  const { app } = at;
  await expect(app.verbs.changePreferences({ alwaysConnect: true })).rejects.toMatchObject(locked);
  expect([app.state.preferences.alwaysConnect, app.state.alwaysConnect.step, targets.length]).toEqual([false, 'off', 0]);
  await at.set({ alwaysConnect: true });
  // The driver says that the person cannot sign in, so it stops
  await when(app, ({ alwaysConnect }) => alwaysConnect.step === 'stopped');
  expect(targets).toHaveLength(1);
  await at.set({ alwaysConnect: true }, { level: 'default' });
  await app.verbs.changePreferences({ alwaysConnect: false });
  expect(app.state.alwaysConnect).toEqual({ step: 'off' });
  expect(targets).toHaveLength(1);
});

test('a campus of the policy cannot be removed, follows the policy, and is replaced only after a session', async () => {
  const inline = { ...harbour, id: 'given', name: 'Given' };
  const at = await managed({ profiles: [inline] });
  const { app } = at;
  await when(app, ({ profiles }) => profiles.length === 2);
  expect(app.state.policy.profiles).toEqual(['given']);
  await expect(app.verbs.removeProfile({ profileId: 'given' })).rejects.toMatchObject(locked);
  await at.set({ profiles: [{ ...inline, name: 'Given University' }] });
  await when(app, ({ profiles }) => profiles.some(({ name }) => name === 'Given University'));
  await at.set({});
  await app.verbs.removeProfile({ profileId: 'given' });
  expect(app.state.profiles.map(({ id }) => id)).toEqual(['harbour']);
});

test('a profile that changes during a session changes after it', async () => {
  const hand = await handPolicy();
  const at = await startAppBench({}, { policy: hand.policy });
  onTestFinished(() => at.close());
  const profileId = at.campus.profile.id;
  await at.app.verbs.connect({ profileId });
  await when(at.app, ({ access }) => access.kind === 'asking');
  await hand.set(sourceOf({ profiles: [{ ...at.campus.profile, name: 'Renamed' }] }));
  expect(at.app.state.profiles.map(({ name }) => name)).toEqual([at.campus.profile.name]);
  await at.app.verbs.disconnect(undefined);
  await when(at.app, ({ profiles }) => profiles.some(({ name }) => name === 'Renamed'));
});

test('a campus at an address is fetched from the server that has its key, and from no other', async () => {
  const server = await issue(null, { dns: ['localhost'] });
  let asked = 0;
  const port = await listen(
    https.createServer({ key: server.keyPem, cert: server.pem }, (_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ ...harbour, id: 'fetched', name: 'Fetched' }));
    }),
  );
  const address = `https://localhost:${port}/`;
  const wrong = await managed({ profiles: [{ address, pins: ['JEjnOQ0aoGAgqy4N0s2MMLEmkjKkL4PDlCTfdHQm3EU='] }] }, []);
  const { faults } = await when(wrong.app, ({ policy }) => policy.faults.length > 0 && policy);
  expect(faults).toEqual([{ place, key: 'profiles', why: 'profile', detail: `${address}: certificate-changed` }]);
  expect([asked, wrong.app.state.profiles]).toEqual([0, []]);
  // The check and a report know of it too
  await wrong.app.verbs.startCheck(undefined);
  const report = await when(wrong.app, ({ check }) => !check.running && check.at !== null && check);
  expect(report.findings.find(({ check }) => check === 'policy')?.says).toMatchObject({
    failure: { code: 'policy-repaired', params: { key: 'profiles' } },
  });

  const right = { profiles: [{ address, pins: [`pin-sha256:${spkiSha256(new X509Certificate(server.pem))}`] }], addProfiles: false };
  const at = await managed(right, []);
  await when(at.app, ({ profiles }) => profiles.some(({ name }) => name === 'Fetched'));
  expect(at.app.state.policy).toMatchObject({ profiles: ['fetched'], faults: [] });
  const saved = JSON.parse(await readFile(join(at.directory, 'settings.json'), 'utf8')) as unknown;
  expect(saved).toMatchObject({ policyProfiles: { [address]: 'fetched' } });
});

test('Copy details has what the policy decides, where that stands, and what is wrong with it', async () => {
  const at = await managed({ managedBy: { name: '澳門大學' }, certificates: 'srtict', colour: 'red' });
  await at.app.verbs.copyDetails(undefined);
  for (const line of [
    'Managed by: 澳門大學',
    `Policy: certificates = strict (enforced, ${place})`,
    `Policy fault: certificates in ${place}: wrong`,
    `Policy fault: colour in ${place}: unknown`,
  ])
    expect(at.desktop.clipboard.split('\n')).toContain(line);
});

test('the address of whoever manages the computer opens, and nothing else does', async () => {
  const at = await managed({ managedBy: { name: 'ICTO', address: 'mailto:it@campus.test' } });
  await at.app.verbs.openManager(undefined);
  expect(at.desktop.external).toEqual(['mailto:it@campus.test']);
  await at.set({ managedBy: { name: 'ICTO', address: 'file:///etc/passwd' } });
  await at.app.verbs.openManager(undefined);
  expect(at.desktop.external).toHaveLength(1);
});
