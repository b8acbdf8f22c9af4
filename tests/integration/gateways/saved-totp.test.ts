import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SavedTotp } from '../../../electron/app/sign-in/saved-totp.ts';
import type { Ask } from '../../../electron/gateways/gateway.ts';
import { Secrets } from '../../../electron/storage/secrets.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import type { Answer } from '../../../shared/prompt.ts';
import { memoryKeytar } from '../../support/app.ts';
import { missingForPeers } from '../../peers/namespaces.ts';
import { profileOf, startOcserv, type Ocserv } from '../../peers/gateways/ocserv.ts';
import { credentials, person, startDriver, targetFor, type DriverBench } from '../../peers/openconnect-bench.ts';
import { removeFolder } from '../../support/folders.ts';

const missing = missingForPeers();

/** A key in the keychain in front of a gateway that takes each code once. */
describe.skipIf(missing !== null)('a saved key for one-time codes at a real gateway', () => {
  let lab: Ocserv;
  let bench: DriverBench;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-codes-'));
    [lab, bench] = await Promise.all([startOcserv(), startDriver()]);
  });
  afterAll(async () => {
    bench.driver.stop();
    await Promise.all([lab.stop(), removeFolder(directory)]);
  });

  test('a saved TOTP key signs in without asking for the passcode, and the gateway accepts the used code from nobody again', async () => {
    const { name, password, key } = lab.addUser({ name: 'kim' });
    const profile = profileOf(lab, { keptCodes: true });
    const keytar = memoryKeytar();
    const kept = new SavedTotp({
      settings: await Settings.open(directory),
      secrets: new Secrets(() => Promise.resolve(keytar)),
      isAllowed: () => true,
      now: Date.now,
      changed: () => undefined,
      tell: (failure) => {
        throw new Error(failure.code);
      },
    });
    // As pages for setting codes up show it
    await kept.keep(profile, `otpauth://totp/Campus:${name}?secret=${key}&issuer=Campus`);
    const prepared = kept.preparedFor(profile);
    const signal = AbortSignal.timeout(20_000);
    const who = person({ credentials: credentials(name, password) });
    const given: Answer[] = [];
    const ask: Ask = async (prompt, options) => {
      const known = await prepared(prompt);
      const answer = known?.kind === 'later' ? await known.wait(signal) : known;
      if (answer) given.push(answer);
      return answer ?? who.ask(prompt, options);
    };
    const session = await bench.driver.signIn(targetFor(profile), ask, signal);
    expect(who.kinds()).toEqual(['credentials']);
    expect(session.user).toBe(name);

    // The same code by hand: refused, which is why a kept key waits for the next window
    const [code] = given;
    if (!code) throw new Error('no code');
    const again = person({
      credentials: credentials(name, password),
      passcode: [code, 'wait'],
    });
    const stop = new AbortController();
    const second = bench.driver.signIn(targetFor(profile), again.ask, stop.signal).catch((error: unknown) => error);
    await expect
      .poll(() => again.asked.at(-1), { timeout: 10_000 })
      .toMatchObject({ kind: 'passcode', failure: { code: 'passcode-wrong' } });
    stop.abort();
    await second;
  });
});
