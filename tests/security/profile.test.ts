import { afterEach, describe, expect, test } from 'vitest';
import { appStateSchema } from '../../shared/app-state.ts';
import { CausewayError } from '../../shared/failure.ts';
import { maxProfileBytes, readProfile, type Profile } from '../../shared/profile.ts';
import { kit } from '../support/campus/campus-services.ts';
import { startAppBench, promptOf, when, type AppBench } from '../support/app.ts';
import { issue } from '../support/issuer.ts';

/** A hostile profile file: what it can do before the person agrees, what they see, and what it can do after. */
let bench: AppBench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});
const open = async (...args: Parameters<typeof startAppBench>): Promise<AppBench> => (bench = await startAppBench(...args));

const honest: Profile = {
  version: 1,
  id: 'evil',
  name: 'Campus',
  gateways: ['vpn.evil.test'],
  protocol: 'campus',
  tunnel: 'relay',
  labels: { userId: 'User ID', password: 'Password' },
  portal: { address: 'https://portal.evil.test/', hosts: ['portal.evil.test'], pages: 'other' },
  trust: { kind: 'system' },
};
const read = (more: object): Profile => readProfile(JSON.stringify({ ...honest, ...more })).profile;
const codeOf = (text: string): string => {
  try {
    readProfile(text);
    return 'read';
  } catch (error) {
    return error instanceof CausewayError ? error.failure.code : String(error);
  }
};

describe('a hostile profile file', () => {
  test('a profile file pollutes no prototype, and keys such as constructor are ordinary unknown keys', () => {
    const text = `{"__proto__":{"polluted":1,"trust":{"kind":"system"}},"constructor":{"prototype":{"polluted":1}},${JSON.stringify(honest).slice(1)}`;
    const { profile, dropped } = readProfile(text);
    expect(Object.getPrototypeOf(profile)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(profile).toEqual(honest);
    expect(dropped).toContain('constructor');
    // `trust` from the prototype does not count
    expect(codeOf('{"__proto__":{"version":1,"id":"x","name":"x"}}')).toBe('profile-invalid');
  });

  test('invisible characters are removed from everything in a profile that is shown', () => {
    const marks = '\u202E\u2066\u200B\u200F\uFEFF\u0007\u001B[31m\u{E0041}';
    const dirty = read({
      name: `Campus${marks} Test\r\nUniversity`,
      labels: { userId: `User${marks} ID`, password: `Pass\nword${marks}` },
      helpDesk: { name: `Help${marks}`, phone: `+853${marks}` },
    });
    expect(dirty.name).toBe('Campus[31m Test University');
    expect(JSON.stringify(dirty)).not.toMatch(/[\u0000-\u001F\u200B\u200F\u202E\u2066\uFEFF]|\\u00|\\[rn]/);
    expect(codeOf(JSON.stringify({ ...honest, name: marks.replace('[31m', '') }))).toBe('profile-invalid');
    // Scripts that need joiner characters keep them
    expect(read({ name: 'دانشگاه\u200Cها' }).name).toBe('دانشگاه\u200Cها');
  });

  test('a profile names hosts in ASCII only, so that a look-alike is visible', () => {
    for (const gateways of [
      ['vpn.саmpus.test'],
      ['vpn.campus.test\u202E'],
      ['vpn campus'],
      ['user@vpn.test'],
      ['vpn.test/path'],
      ['//vpn.test'],
    ])
      expect(codeOf(JSON.stringify({ ...honest, gateways })), String(gateways)).toBe('profile-invalid');
    expect(read({ gateways: ['vpn.xn--mpus-x9d0e.test'] }).gateways).toEqual(['vpn.xn--mpus-x9d0e.test']);
    for (const address of ['http://portal.test/', 'javascript:alert(1)', 'file:///etc/passwd', 'app://causeway/', 'data:text/html,x'])
      expect(codeOf(JSON.stringify({ ...honest, portal: { ...honest.portal, address } })), address).toBe('profile-invalid');
  });

  test('a profile redirects connections only to this computer’s loopback, and only for its own hosts', () => {
    const detour = { host: 'portal.evil.test', port: 443, loopbackPort: 8443 };
    expect(read({ connectTo: [{ ...detour, address: '203.0.113.9', loopbackHost: '203.0.113.9' }] }).connectTo).toEqual([detour]);
    expect(read({ connectTo: [{ ...detour, loopbackPort: '203.0.113.9:443' }] }).connectTo).toBeUndefined();
  });

  test.each([
    ['too long', `{"name":"${'x'.repeat(maxProfileBytes)}"}`],
    ['deep', '['.repeat(30_000)],
    ['no object', '[]'],
    ['an authority that cannot be read', JSON.stringify({ ...honest, trust: { kind: 'authority', pem: 'x' } })],
    ['a weaker trust in place of a bad one', JSON.stringify({ ...honest, trust: { kind: 'none' } })],
    ['a program', JSON.stringify({ ...honest, protocol: '/bin/sh' })],
    ['an id that is a path', JSON.stringify({ ...honest, id: '../../settings' })],
  ])('a profile file is refused as invalid, and nothing else happens: %s', (_what, text) =>
    expect(codeOf(text)).toMatch(/^profile-(invalid|syntax|choice)$/),
  );

  test('a profile with thousands of unknown keys reports a bounded number of them', () => {
    const keys = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}\u202E`, 1]));
    const { dropped } = readProfile(JSON.stringify({ ...honest, ...keys }));
    expect(dropped.length).toBeLessThanOrEqual(20);
    expect(dropped.join()).not.toContain('\u202E');
  });
});

describe('a profile file that replaces a known campus', () => {
  test('a changed profile of a known campus is previewed beside what it replaces, and loses the saved password', async () => {
    const { app, campus, settings, keytar } = await open();
    const { id } = campus.profile;
    // Saved earlier
    settings.update(() => ({ userIds: { [id]: 'mei.chan' }, savedPasswords: [id] }));
    await keytar.setPassword('Causeway', `${id}/mei.chan`, 'harbour-lantern-42');

    const root = await issue(null, { name: 'CN=Another Root', authority: {} });
    const evil = { ...campus.profile, name: campus.profile.name, gateways: ['localhost:9'], trust: { kind: 'authority', pem: root.pem } };
    await previewText(app, evil);
    expect(app.state.preview).toMatchObject({
      profile: { gateways: ['localhost:9'] },
      contents: { authorities: [{ sha256: root.certificate.fingerprint256, subject: 'CN=Another Root' }] },
      replaces: { name: campus.profile.name, gateways: campus.profile.gateways },
    });
    // Nothing has changed yet
    expect(settings.get().profiles).toEqual([campus.profile]);
    await app.verbs.acceptPreview(undefined);
    expect(app.state.saved).toMatchObject({ password: false });
    expect(keytar.entries.size).toBe(0);
  });

  test('a changed profile does not get the saved password even if the keychain fails to delete it', async () => {
    const { app, campus, settings, keytar } = await open();
    const { id } = campus.profile;
    settings.update(() => ({ userIds: { [id]: 'mei.chan' }, savedPasswords: [id] }));
    await keytar.setPassword('Causeway', `${id}/mei.chan`, 'harbour-lantern-42');
    keytar.deletePassword = () => Promise.reject(new Error('locked'));
    await previewText(app, { ...campus.profile, gateways: [...campus.profile.gateways, 'vpn.evil.test'] });
    await app.verbs.acceptPreview(undefined);
    await app.verbs.connect({ profileId: id });
    const { promptId } = await when(app, promptOf('notice'));
    await app.verbs.answer({ promptId, answer: { kind: 'notice', proceed: true }, remember: false });
    // Asks the person: the password of the other one is not sent
    await when(app, promptOf('credentials'));
  });

  test('a changed profile does not get the password typed a moment ago during recovery', async () => {
    const { app, campus } = await open();
    await app.verbs.startTask({ task: 'lost-phone' });
    await app.verbs.recoveryPasscode(kit);
    await previewText(app, { ...campus.profile, gateways: [...campus.profile.gateways, 'vpn.evil.test'] });
    await app.verbs.acceptPreview(undefined);
    await app.verbs.connect({ profileId: campus.profile.id });
    const { promptId } = await when(app, promptOf('notice'));
    await app.verbs.answer({ promptId, answer: { kind: 'notice', proceed: true }, remember: false });
    await when(app, promptOf('credentials'));
  });

  test('a new profile that leads to the same gateways keeps what is saved', async () => {
    const { app, campus, settings } = await open();
    settings.update(() => ({ savedPasswords: [campus.profile.id] }));
    await previewText(app, { ...campus.profile, name: 'A better name' });
    await app.verbs.acceptPreview(undefined);
    expect(settings.get().savedPasswords).toEqual([campus.profile.id]);
  });

  test('a new profile does not change the campus of a session that is up', async () => {
    const { app, campus, settings } = await open();
    await app.verbs.connect({ profileId: campus.profile.id });
    await when(app, promptOf('notice'));
    await previewText(app, { ...campus.profile, portal: { ...campus.profile.portal, address: 'https://portal.evil.test/' } });
    await expect(app.verbs.acceptPreview(undefined)).rejects.toThrow('not-now');
    expect(settings.get().profiles).toEqual([campus.profile]);
  });
});

test('a campus with the id constructor does not break the state', async () => {
  const { app } = await open({}, { withProfile: false });
  await previewText(app, { ...honest, id: 'constructor', gateways: ['constructor:9'] });
  await app.verbs.acceptPreview(undefined);
  expect(appStateSchema.safeParse(app.state).success).toBe(true);
  expect(app.state.saved.userId).toBeNull();
});

/** As from a file that the person chose. */
async function previewText(app: AppBench['app'], profile: object): Promise<void> {
  if (!bench) throw new Error('no bench');
  bench.desktop.file = { name: 'campus\u202Eexe.causeway', text: JSON.stringify(profile) };
  await app.verbs.previewFile(undefined);
  expect(app.state.preview?.source).toBe('campusexe.causeway');
}
