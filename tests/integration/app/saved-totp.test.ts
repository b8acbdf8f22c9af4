import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LaterAnswer } from '../../../electron/access/prompts.ts';
import { SavedTotp } from '../../../electron/app/sign-in/saved-totp.ts';
import { campusDriver } from '../../../electron/gateways/campus/driver.ts';
import type { GatewayDriver } from '../../../electron/gateways/gateway.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import type { Failure } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Answer, Prompt } from '../../../shared/prompt.ts';
import { fixedPolicy } from '../../support/policy.ts';
import { memoryKeytar, promptOf, startAppBench, when, type AppBench } from '../../support/app.ts';
import { codeOf, credentials, proceed, student } from '../../support/access.ts';
import { timed } from '../../support/stalls.ts';
import { removeFolder } from '../../support/folders.ts';

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const codeAt = (at: number): string => generateSync({ secret, epoch: Math.floor(at / 1000) });
const windowStart = Date.parse('2026-11-24T12:00:00Z');
const passcodePrompt: Prompt = { kind: 'passcode', lengths: [6] };

describe('a key for one-time codes', () => {
  let now: number;
  let settings: Settings;
  let keytar: ReturnType<typeof memoryKeytar>;
  let reported: Failure[];
  let directory: string;
  const stop = new AbortController();
  const profile: Profile = {
    version: 1,
    id: 'campus',
    name: 'Campus',
    gateways: ['vpn.campus.test'],
    protocol: 'anyconnect',
    tunnel: 'app',
    labels: { userId: 'User', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
    keptCodes: true,
  };
  const codes = (allowed = true): SavedTotp =>
    new SavedTotp({
      settings,
      secrets: new Secrets(() => Promise.resolve(keytar)),
      isAllowed: () => allowed,
      now: () => now,
      changed: () => undefined,
      tell: (failure) => reported.push(failure),
    });
  const later = async (kept: SavedTotp): Promise<LaterAnswer> => {
    const known = await kept.preparedFor(profile)(passcodePrompt);
    if (known?.kind !== 'later') throw new Error('at once, or not at all');
    return known;
  };
  const ask = async (kept: SavedTotp, prompt: Prompt = passcodePrompt): Promise<Answer | null> => {
    const known = await kept.preparedFor(profile)(prompt);
    return known?.kind === 'later' ? known.wait(stop.signal) : known;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-codes-'));
    settings = await Settings.open(directory);
    keytar = memoryKeytar();
    reported = [];
    now = windowStart + 5_000;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await removeFolder(directory);
  });

  it.each([secret, ' gezd gnbv gy3t qojq gezd gnbv gy3t qojq ', `otpauth://totp/Campus:mei?secret=${secret}&issuer=Campus`])(
    'a saved TOTP key answers the question for a passcode: %s',
    async (text) => {
      const kept = codes();
      expect(kept.stateFor(profile)).toBe('none');
      await kept.keep(profile, text);
      expect(kept.stateFor(profile)).toBe('kept');
      expect(await ask(kept)).toEqual({ kind: 'passcode', passcode: codeAt(now) });
    },
  );

  it.each([
    '',
    '   ',
    'not a key!',
    '18901',
    'otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ',
    'otpauth://totp/x',
    'https://campus.test/key',
    'A',
  ])('a TOTP key that cannot make codes is refused when it is saved, not when it is needed (SSO#193): %j', async (text) => {
    const kept = codes();
    await expect(kept.keep(profile, text)).rejects.toMatchObject({ failure: { code: 'codes-key-invalid' } });
    expect(kept.stateFor(profile)).toBe('none');
    expect(keytar.entries.size).toBe(0);
  });

  it.each([
    ['kept anew', async (kept: SavedTotp) => kept.keep(profile, secret)],
    ['forgotten and kept anew', async (kept: SavedTotp) => kept.forget(profile.id).then(() => kept.keep(profile, secret))],
  ])('a TOTP key does not answer twice in one window, though it was %s in it', async (_how, again) => {
    const kept = codes();
    await kept.keep(profile, secret);
    await ask(kept);
    await again(kept);
    expect(await later(kept)).toMatchObject({ at: windowStart + 31_000 });
  });

  it('a TOTP key does not send the code that the person has just typed', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    kept.note(profile.id, { kind: 'passcode', passcode: codeAt(now) });
    expect(await later(kept)).toMatchObject({ at: windowStart + 31_000 });
    // A recovery passcode is none of the key's
    kept.note(profile.id, { kind: 'passcode', passcode: '123456789' });
    expect(await ask(kept)).toEqual({ kind: 'passcode', passcode: codeAt(now) });
  });

  it('a TOTP key answers once in an attempt, and leaves a wrong code to the person', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    const prepared = kept.preparedFor(profile);
    expect(await prepared(passcodePrompt)).not.toBeNull();
    now += 60_000;
    expect(await prepared(passcodePrompt)).toBeNull();
    const wrong: Prompt = { ...passcodePrompt, failure: { code: 'passcode-wrong' } };
    expect(await ask(kept, wrong)).toBeNull();
  });

  it('a TOTP key never sends a push, and answers no other question', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    const others: Prompt[] = [
      { kind: 'second-factor', devices: [{ id: 'd', name: 'Phone', methods: ['push', 'passcode'] }] },
      { kind: 'push', device: 'Phone', deadline: now + 60_000 },
      { kind: 'credentials', fields: [{ name: 'password', secret: true }], selects: [] },
      { kind: 'notice', when: 'before', text: 'x' },
    ];
    for (const prompt of others) expect(await ask(kept, prompt), prompt.kind).toBeNull();
    // None of them has used the attempt's one answer up
    expect(await ask(kept)).not.toBeNull();
  });

  it('a TOTP key never uses a window’s code twice: the second attempt waits for the next, even after a restart (Tunnelblick#626)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const kept = codes();
    await kept.keep(profile, secret);
    const first = await ask(kept);
    now += 10_000;
    let second: Answer | null | undefined;
    // Another run of the app knows it too
    settings = await Settings.open(directory);
    const waiting = await later(codes());
    expect(waiting.at).toBe(windowStart + 31_000);
    void waiting.wait(stop.signal).then((answer) => (second = answer));
    await vi.advanceTimersByTimeAsync(14_000);
    expect(second).toBeUndefined();
    now = windowStart + 31_000;
    await vi.advanceTimersByTimeAsync(3_000);
    await vi.waitFor(() => expect(second).toEqual({ kind: 'passcode', passcode: codeAt(windowStart + 30_000) }), { timeout: 10_000 });
    expect(second).not.toEqual(first);
  });

  it('after a clock was set back, the person is asked instead of waiting for ever', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    await ask(kept);
    now -= 3_600_000;
    expect(await ask(kept)).toBeNull();
  });

  it('Cancel ends the wait for the next code, and that code stays unused', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    await ask(kept);
    const before = settings.get().keptCodes;
    const cancelled = new AbortController();
    const waiting = (await later(kept)).wait(cancelled.signal);
    cancelled.abort();
    expect(await waiting).toBeNull();
    expect(settings.get().keptCodes).toEqual(before);
  });

  it('a TOTP key that was forgotten during the wait answers nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const kept = codes();
    await kept.keep(profile, secret);
    await ask(kept);
    const waiting = (await later(kept)).wait(stop.signal);
    await kept.forget('campus');
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await waiting).toBeNull();
  });

  it('a TOTP key needs the consent of both campus and computer', async () => {
    await codes().keep(profile, secret);
    const forbidden = codes(false);
    expect(forbidden.stateFor(profile)).toBe('off');
    expect(await ask(forbidden)).toBeNull();
    await expect(forbidden.keep(profile, secret)).rejects.toMatchObject({ failure: { code: 'not-now' } });
    const without: Profile = { ...profile, keptCodes: false };
    expect(codes().stateFor(without)).toBe('off');
    expect(await codes().preparedFor(without)(passcodePrompt)).toBeNull();
  });

  it('a TOTP key is only in the keychain, under its own entry, and gone when removed', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    await ask(kept);
    expect([...keytar.entries]).toEqual([['Causeway one-time codes\ncampus', secret]]);
    for (const file of await readdir(directory)) expect(await readFile(join(directory, file), 'utf8')).not.toContain(secret);
    await kept.forget('campus');
    expect(keytar.entries.size).toBe(0);
    expect(settings.get().keptCodes).toEqual({});
    expect(await ask(kept)).toBeNull();
  });

  it('a TOTP key that the keychain does not return is reported, and the person is asked', async () => {
    const kept = codes();
    await kept.keep(profile, secret);
    keytar.getPassword = () => Promise.reject(new Error('the collection is locked'));
    expect(await ask(kept)).toBeNull();
    expect(reported).toMatchObject([{ code: 'keychain-locked' }]);
    keytar.deletePassword = () => Promise.reject(new Error('the collection is locked'));
    await kept.forget('campus');
    expect(kept.stateFor(profile)).toBe('none');
  });
});

describe('in the application', () => {
  let bench: AppBench;
  let given: Answer | null = null;
  const driver: GatewayDriver = {
    ...campusDriver,
    async signIn(target, ask, signal) {
      given = await ask(passcodePrompt, { signal });
      return campusDriver.signIn(target, ask, signal);
    },
  };
  beforeEach(async () => {
    given = null;
    bench = await startAppBench({}, { drivers: { campus: driver }, policy: fixedPolicy({ keptCodes: true }) });
    bench.settings.update(({ profiles }) => ({ profiles: profiles.map((profile) => ({ ...profile, keptCodes: true })) }));
  });
  afterEach(() => bench.close());

  it('a TOTP key is in no state, log, setting or reply, and goes with its campus', async () => {
    const { app, campus, settings, keytar, log, directory } = bench;
    const states: string[] = [];
    app.onState((state) => states.push(JSON.stringify(state)));
    expect(app.state.keptCodes).toBe('none');
    await expect(app.verbs.keepCodes({ key: `${secret}!` })).rejects.toMatchObject({ failure: { code: 'codes-key-invalid' } });
    await app.verbs.keepCodes({ key: secret });
    expect(app.state.keptCodes).toBe('kept');

    await app.verbs.connect({ profileId: campus.profile.id });
    for (const [kind, answer] of [
      ['notice', proceed],
      ['credentials', credentials(student.userId, student.password)],
    ] as const) {
      const { promptId } = await when(app, promptOf(kind));
      await app.verbs.answer({ promptId, answer, remember: false });
    }
    const { promptId } = await when(app, promptOf('second-factor'));
    await app.verbs.answer({ promptId, answer: { kind: 'second-factor-passcode', passcode: codeOf(campus) }, remember: false });
    await when(app, ({ access }) => access.kind === 'connected');
    expect(given?.kind === 'passcode' ? given.passcode : '').toMatch(/^\d{6}$/);
    await app.verbs.disconnect(undefined);

    const everywhere = [...states, ...log, JSON.stringify(settings.get()), await readFile(join(directory, 'settings.json'), 'utf8')].join();
    for (const form of [secret, secret.toLowerCase(), Buffer.from(secret).toString('base64')]) expect(everywhere).not.toContain(form);
    await app.verbs.removeProfile({ profileId: campus.profile.id });
    expect([...keytar.entries.keys()].filter((key) => key.includes('one-time'))).toEqual([]);
    expect(settings.get().keptCodes).toEqual({});
  });

  describe('while it has to wait for the next window', () => {
    /** Connects, with a window that is spent for so long yet. */
    const wait = async (ms: number) => {
      const { app, campus, settings } = bench;
      await app.verbs.keepCodes({ key: secret });
      settings.update(() => ({ keptCodes: { [campus.profile.id]: Date.now() + ms } }));
      await app.verbs.connect({ profileId: campus.profile.id });
      return when(app, ({ access }) => (access.kind === 'asking' && access.autoAnswerAt !== undefined ? access : null));
    };

    it('while a TOTP key waits, the question says until when, and the key then answers it', async () => {
      const { autoAnswerAt = 0, prompt } = await wait(200);
      expect(prompt).toEqual(passcodePrompt);
      expect(autoAnswerAt).toBeGreaterThan(Date.now());
      await when(bench.app, promptOf('notice'));
      expect(given).toEqual({ kind: 'passcode', passcode: codeAt(autoAnswerAt) });
    });

    it('a person who types first continues at once, and the next code stays unused', async () => {
      const { promptId } = await wait(25_000);
      const before = bench.settings.get().keptCodes;
      await bench.app.verbs.answer({ promptId, answer: { kind: 'passcode', passcode: '417 222' }, remember: false });
      await when(bench.app, promptOf('notice'));
      expect(given).toEqual({ kind: 'passcode', passcode: '417 222' });
      expect(bench.settings.get().keptCodes).toEqual(before);
    });

    it('Cancel while a TOTP key waits works at once', async () => {
      await wait(25_000);
      const before = bench.settings.get().keptCodes;
      expect(await timed(() => bench.app.verbs.disconnect(undefined))).toBeLessThan(1_000);
      expect(bench.app.state.access).toEqual({ kind: 'idle', ending: null });
      expect(bench.settings.get().keptCodes).toEqual(before);
    });

    it('a TOTP key removed during the wait leaves the question to the person', async () => {
      const { promptId } = await wait(200);
      await bench.app.verbs.forgetCodes(undefined);
      const left = await when(bench.app, ({ access }) => (access.kind === 'asking' && access.promptId !== promptId ? access : null));
      expect(left).toMatchObject({ prompt: { kind: 'passcode' }, answered: false });
      expect(left).not.toHaveProperty('autoAnswerAt');
    });
  });

  it('a profile that replaces the campus and leads elsewhere does not get the TOTP key', async () => {
    const { app, campus, settings, desktop, keytar } = bench;
    await app.verbs.keepCodes({ key: secret });
    const stranger = { ...campus.profile, keptCodes: true, gateways: ['evil.test'], trust: { kind: 'system' } };
    desktop.file = { name: 'x.causeway', text: JSON.stringify(stranger) };
    await app.verbs.previewFile(undefined);
    await app.verbs.acceptPreview(undefined);
    expect(app.state.keptCodes).toBe('none');
    expect(settings.get().keptCodes).toEqual({});
    expect(keytar.entries.size).toBe(0);
  });
});
