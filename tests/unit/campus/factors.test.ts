import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeAt } from '../../../campus/factors/totp.ts';
import { openStore, storeFileName } from '../../../campus/store.ts';
import type { FactorService } from '../../../campus/services.ts';
import { ana, kit, mei, openTestServices, type TestServices } from '../../support/campus/campus-services.ts';

const stepMs = 30_000;
const minute = 60_000;

let campus: TestServices;
beforeEach(async () => {
  campus = await openTestServices();
});
afterEach(() => campus.close());

const keyOf = (userId: string): string => {
  const key = campus.store.document.devices.find((device) => device.userId === userId)?.key;
  if (key === undefined) throw new Error(`${userId} has no device`);
  return key;
};
/** The code of Mei's phone, so many steps from now. */
const codeOfMei = (steps = 0): string => codeAt(keyOf(mei.userId), campus.now() + steps * stepMs);
const check = (code: string, service: FactorService = 'gateway', userId = mei.userId) =>
  campus.factors.checkPasscode(userId, code, service);
const deviceOf = (userId: string): string => campus.factors.devices(userId)[0]?.id ?? '';
const failAs = (code: string) => ({ ok: false, failure: { code } });
/** A code that no device has now. */
const wrongCode = (): string => {
  const right = new Set([-1, 0, 1].map((steps) => codeOfMei(steps)));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.has(code)) ?? '';
};

describe('a code of a device', () => {
  test('a device’s code is accepted one step early and late, and not further away', async () => {
    for (const steps of [-3, -2, 2, 3]) expect(await check(codeOfMei(steps))).toMatchObject(failAs('passcode-wrong'));
    for (const steps of [-1, 0, 1]) expect(await check(codeOfMei(steps))).toEqual({ ok: true, via: 'device' });
  });

  test('a device’s code is accepted with the spaces and dashes that people read it with', async () => {
    const code = codeOfMei();
    expect(await check(` ${code.slice(0, 3)}-${code.slice(3)} `)).toMatchObject({ ok: true });
  });

  test('a device’s code is accepted once by each service, and the refusal says when the next one comes', async () => {
    const code = codeOfMei();
    expect(await check(code, 'gateway')).toMatchObject({ ok: true });
    const again = await check(code, 'gateway');
    expect(again).toMatchObject(failAs('passcode-used'));
    expect(again).toMatchObject({ nextCodeAt: (Math.floor(campus.now() / stepMs) + 1) * stepMs });
    expect(await check(code, 'portal')).toMatchObject({ ok: true });
    campus.clock.at += stepMs;
    expect(await check(codeOfMei(), 'gateway')).toMatchObject({ ok: true });
  });

  test('a device’s code used twice at the same time is accepted once', async () => {
    const code = codeOfMei();
    const results = await Promise.all([check(code), check(code), check(code)]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  test('a device’s code is not accepted for anybody else', async () => {
    expect(await check(codeOfMei(), 'gateway', kit.userId)).toMatchObject(failAs('passcode-wrong'));
  });

  test('a device’s code is accepted exactly if it is near and newer than the last one that this service accepted', async () => {
    const command = fc.record({
      advance: fc.integer({ min: 0, max: 2 }),
      offset: fc.integer({ min: -2, max: 2 }),
      service: fc.constantFrom<FactorService>('gateway', 'portal'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 8 }), async (commands) => {
        campus.clock.at += 10 * stepMs; // beyond whatever the last run used
        const last = { gateway: -Infinity, portal: -Infinity };
        for (const { advance, offset, service } of commands) {
          campus.clock.at += advance * stepMs;
          const step = Math.floor(campus.now() / stepMs) + offset;
          const result = await check(codeOfMei(offset), service);
          const expected = Math.abs(offset) <= 1 && step > last[service];
          expect(result.ok).toBe(expected);
          if (expected) last[service] = step;
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a recovery passcode', () => {
  test('a recovery passcode has nine digits and is accepted once by the gateway and once by the portal', async () => {
    const { passcode, expiresAt } = await campus.factors.issueRecoveryPasscode(mei.userId);
    expect(passcode).toMatch(/^\d{9}$/);
    expect(expiresAt).toBe(campus.now() + 60 * minute);
    expect(campus.factors.hasRecoveryPasscode(mei.userId, 'gateway')).toBe(true);
    expect(await check(passcode, 'gateway')).toEqual({ ok: true, via: 'recovery' });
    expect(campus.factors.hasRecoveryPasscode(mei.userId, 'gateway')).toBe(false);
    expect(await check(passcode, 'gateway')).toMatchObject(failAs('passcode-used'));
    expect(await check(passcode, 'portal')).toEqual({ ok: true, via: 'recovery' });
    expect(await check(passcode, 'portal')).toMatchObject(failAs('passcode-used'));
  });

  test('a recovery passcode is valid for an hour', async () => {
    const { passcode } = await campus.factors.issueRecoveryPasscode(mei.userId);
    campus.clock.at += 60 * minute - 1;
    expect(await check(passcode, 'portal')).toMatchObject({ ok: true });
    campus.clock.at += 1;
    expect(await check(passcode, 'gateway')).toMatchObject(failAs('passcode-expired'));
  });

  test('a recovery passcode is void once there is a newer one', async () => {
    const first = await campus.factors.issueRecoveryPasscode(mei.userId);
    const second = await campus.factors.issueRecoveryPasscode(mei.userId);
    expect(await check(first.passcode)).toMatchObject(failAs('passcode-wrong'));
    expect(await check(second.passcode)).toMatchObject({ ok: true });
  });

  test('a recovery passcode is void as soon as a device is enrolled', async () => {
    const { passcode } = await campus.factors.issueRecoveryPasscode(kit.userId);
    const { activationCode } = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    await campus.factors.activate('new-phone', activationCode, 'New');
    expect(campus.factors.hasRecoveryPasscode(kit.userId, 'portal')).toBe(false);
    expect(await check(passcode, 'portal', kit.userId)).toMatchObject(failAs('passcode-wrong'));
  });

  test('a recovery passcode is stored as a hash only', async () => {
    const { passcode } = await campus.factors.issueRecoveryPasscode(mei.userId);
    const written = await readFile(join(campus.dataDirectory, storeFileName), 'utf8');
    expect(written).not.toContain(passcode);
    expect(written).not.toContain(mei.password);
  });
});

describe('an account', () => {
  const failTimes = async (times: number): Promise<void> => {
    for (let tries = 0; tries < times; tries++) await check(wrongCode());
  };

  test('an account is locked for ten minutes by ten wrong codes in a row, and the tries are counted down', async () => {
    expect(await check(wrongCode())).toMatchObject({ ok: false, triesLeft: 9 });
    await failTimes(8);
    const untilAt = campus.now() + 10 * minute;
    expect(await check(wrongCode())).toMatchObject({ failure: { code: 'account-locked', params: { untilAt } }, triesLeft: 0 });
    expect(await check(codeOfMei())).toMatchObject({ failure: { code: 'account-locked', params: { untilAt } } });
    expect(campus.factors.lockedUntil(mei.userId)).toBe(untilAt);
    await expect(campus.factors.startPush(mei.userId, deviceOf(mei.userId), 'gateway')).rejects.toMatchObject({
      failure: { code: 'account-locked' },
    });
    await expect(campus.directory.checkPassword(mei.userId, mei.password)).rejects.toMatchObject({
      failure: { code: 'account-locked', params: { untilAt } },
    });
    campus.clock.at = untilAt;
    expect(await check(codeOfMei())).toMatchObject({ ok: true });
  });

  test('an account counts only failures in a row, each kind separately', async () => {
    await failTimes(9);
    expect(await campus.directory.checkPassword(mei.userId, mei.password)).toBe(true);
    expect(await check(wrongCode())).toMatchObject({ failure: { code: 'account-locked' } });
    campus.clock.at += 10 * minute;
    await failTimes(9);
    expect(await check(codeOfMei())).toMatchObject({ ok: true });
    expect(await check(wrongCode())).toMatchObject({ triesLeft: 9 });
  });

  test('an account is locked by wrong passwords too, whether it exists or not', async () => {
    for (const userId of [mei.userId, 'no.body', '__proto__']) {
      for (let tries = 1; tries < 10; tries++) expect(await campus.directory.checkPassword(userId, 'wrong')).toBe(false);
      await expect(campus.directory.checkPassword(userId, 'wrong')).rejects.toMatchObject({ failure: { code: 'account-locked' } });
    }
    expect(await campus.directory.checkPassword(ana.userId, ana.password)).toBe(true);
  });

  test('a burst of guesses gets no more tries than a slow guesser', async () => {
    const { passcode } = await campus.factors.issueRecoveryPasscode(mei.userId);
    const guesses = [...Array.from({ length: 15 }, wrongCode), passcode];
    const results = await Promise.all(guesses.map((guess) => check(guess)));
    expect(results.some((result) => result.ok)).toBe(false);
    expect(results.filter((result) => !result.ok && result.failure.code === 'account-locked')).toHaveLength(7);
  });
});

describe('a push', () => {
  const send = (userId = mei.userId) => campus.factors.startPush(userId, deviceOf(userId), 'gateway');

  test('a push waits on the phone until it is approved, once', async () => {
    const push = await send();
    expect(push.number).toBeUndefined();
    expect(push.deadline).toBe(campus.now() + minute);
    expect(campus.factors.waiting(mei.phone)).toMatchObject([{ id: push.id, account: mei.userId, service: 'gateway', needsNumber: false }]);
    expect(await campus.factors.approve(ana.phone, push.id)).toBe(false);
    expect(await campus.factors.approve(mei.phone, push.id)).toBe(true);
    expect(await push.outcome).toBe('approved');
    expect(await campus.factors.approve(mei.phone, push.id)).toBe(false);
    expect(campus.factors.waiting(mei.phone)).toEqual([]);
  });

  test('a push can be denied', async () => {
    const push = await send();
    await campus.factors.deny(ana.phone, push.id);
    expect(campus.factors.waiting(mei.phone)).toHaveLength(1);
    await campus.factors.deny(mei.phone, push.id);
    expect(await push.outcome).toBe('denied');
  });

  test('a push times out by itself, and cannot be approved too late', async () => {
    const left = await send();
    campus.clock.at += minute;
    expect(await left.outcome).toBe('timed-out');
    const late = await send();
    campus.clock.at += minute;
    expect(await campus.factors.approve(mei.phone, late.id)).toBe(false);
    expect(await late.outcome).toBe('timed-out');
  });

  test('a push is replaced by a newer one of the same person', async () => {
    const first = await send();
    const second = await send();
    expect(await first.outcome).toBe('superseded');
    expect(campus.factors.waiting(mei.phone).map(({ id }) => id)).toEqual([second.id]);
  });

  test('a push disappears from the phone when the asker gives up or the device is removed', async () => {
    const issued = await send();
    issued.cancel();
    expect(campus.factors.waiting(mei.phone)).toEqual([]);
    expect(await campus.factors.approve(mei.phone, issued.id)).toBe(false);
    const removed = await send();
    await campus.factors.remove(mei.userId, removed.device.id);
    expect(await removed.outcome).toBe('superseded');
  });

  test('an approved push ends a row of wrong codes', async () => {
    for (let tries = 0; tries < 9; tries++) await check(wrongCode());
    const push = await send();
    await campus.factors.approve(mei.phone, push.id);
    expect(await check(wrongCode())).toMatchObject({ triesLeft: 9 });
  });

  test('a push rings the phone that it is for', async () => {
    const rung: string[] = [];
    const stop = [mei.phone, ana.phone].map((phone) => campus.factors.onPhoneChange(phone, () => rung.push(phone)));
    const push = await send();
    push.cancel();
    for (const off of stop) off();
    (await send()).cancel();
    expect(rung).toEqual([mei.phone, mei.phone]);
  });

  test('a push with a number is denied by the third wrong number', async () => {
    await campus.close();
    campus = await openTestServices({ numberMatching: true });
    const push = await send();
    expect(push.number).toMatch(/^\d{3}$/);
    expect(campus.factors.waiting(mei.phone)).toMatchObject([{ needsNumber: true }]);
    expect(await campus.factors.approve(mei.phone, push.id)).toBe(false);
    expect(await campus.factors.approve(mei.phone, push.id, push.number)).toBe(true);
    const guessed = await send();
    for (let tries = 0; tries < 3; tries++) expect(await campus.factors.approve(mei.phone, guessed.id, 'abc')).toBe(false);
    expect(await guessed.outcome).toBe('denied');
    expect(await campus.factors.approve(mei.phone, guessed.id, guessed.number)).toBe(false);
  });
});

describe('an enrolment', () => {
  test('an enrolment makes the whole device at once, in the phone that took its code', async () => {
    const before = campus.factors.devices(kit.userId);
    const enrolment = campus.factors.startEnrolment(kit.userId, 'tablet', 'ios');
    expect(enrolment.activationCode).toMatch(/^([A-Z2-9]{4}-){4}[A-Z2-9]{4}$/);
    expect(campus.factors.devices(kit.userId)).toEqual(before);
    const activated = campus.factors.activated(enrolment.id, new AbortController().signal);
    const account = await campus.factors.activate('new-phone', ` ${enrolment.activationCode.toLowerCase()} `, 'My  tablet');
    expect(await activated).toBe(true);
    expect(enrolment.device).toMatchObject({ id: account.deviceId, name: 'My tablet', kind: 'tablet', platform: 'ios', isDefault: false });
    expect(campus.factors.accounts('new-phone')).toEqual([account]);
    expect(await check(account.code, 'portal', kit.userId)).toMatchObject({ ok: true });
    await expect(campus.factors.activate('new-phone', enrolment.activationCode, 'Again')).rejects.toMatchObject({
      failure: { code: 'request-invalid' },
    });
  });

  test('an enrolment is activated by the text of its QR code too', async () => {
    const { uri } = campus.factors.startEnrolment(kit.userId, 'phone', 'android');
    expect(new URL(uri).protocol).toBe('otpauth:');
    await campus.factors.activate('new-phone', uri, 'Scanned');
    expect(campus.factors.devices(kit.userId).map(({ name }) => name)).toContain('Scanned');
  });

  test('an enrolment activated twice at the same time makes one device', async () => {
    const { activationCode } = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    const both = await Promise.allSettled([
      campus.factors.activate('new-phone', activationCode, 'One'),
      campus.factors.activate(mei.phone, activationCode, 'Two'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(campus.factors.devices(kit.userId)).toHaveLength(2);
  });

  test('an enrolment accepts no other code', async () => {
    campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    for (const code of ['', 'ABCD-EFGH-JKLM-NPQR-STUV', 'otpauth://totp/x?secret=A', 'otpauth:', '\0']) {
      await expect(campus.factors.activate('new-phone', code, 'X')).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
    }
  });

  test('an enrolment expires after a quarter of an hour, and its waiting page says so', async () => {
    const { id, activationCode } = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    const activated = campus.factors.activated(id, new AbortController().signal);
    campus.clock.at += 15 * minute;
    await expect(campus.factors.activate('new-phone', activationCode, 'Late')).rejects.toMatchObject({
      failure: { code: 'request-invalid' },
    });
    expect(await activated).toBe(false);
    expect(campus.factors.enrolment(id)).toBeNull();
  });

  test('an enrolment that nobody waits for any more can still be finished', async () => {
    const { id, activationCode } = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    const leave = new AbortController();
    const activated = campus.factors.activated(id, leave.signal);
    leave.abort();
    expect(await activated).toBe(false);
    await campus.factors.activate('new-phone', activationCode, 'Still');
    expect(await campus.factors.activated(id, new AbortController().signal)).toBe(true);
  });

  test('an enrolment accepts any authenticator app by its code: the device gives codes and receives no push', async () => {
    const enrolment = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
    const key = new URL(enrolment.uri).searchParams.get('secret') ?? '';
    expect(await campus.factors.activateByCode(enrolment.id, codeAt(key, campus.now() + 5 * stepMs), 'App')).toBeNull();
    const device = await campus.factors.activateByCode(enrolment.id, codeAt(key, campus.now()), 'App');
    expect(device?.methods).toEqual(['passcode']);
    await expect(campus.factors.startPush(kit.userId, device?.id ?? '', 'portal')).rejects.toMatchObject({
      failure: { code: 'request-invalid' },
    });
    expect(await check(codeAt(key, campus.now()), 'portal', kit.userId)).toMatchObject(failAs('passcode-used'));
    expect(await check(codeAt(key, campus.now()), 'gateway', kit.userId)).toMatchObject({ ok: true });
  });
});

describe('a device', () => {
  test('a removed device’s account leaves the phone, and another device becomes the default', async () => {
    const [first, second] = campus.factors.devices(ana.userId);
    if (!first || !second) throw new Error('Ana has two devices');
    await campus.factors.remove(ana.userId, first.id);
    expect(campus.factors.accounts(ana.phone)).toEqual([]);
    expect(campus.factors.devices(ana.userId)).toEqual([{ ...second, isDefault: true }]);
    await campus.factors.remove(ana.userId, second.id);
    expect(campus.factors.devices(ana.userId)).toEqual([]);
  });

  test('a device is renamed and made the default by its owner only', async () => {
    const [first, second] = campus.factors.devices(ana.userId);
    if (!first || !second) throw new Error('Ana has two devices');
    await campus.factors.makeDefault(ana.userId, second.id);
    await campus.factors.rename(ana.userId, second.id, '  Old\ttablet ');
    expect(campus.factors.devices(ana.userId).map(({ name, isDefault }) => [name, isDefault])).toEqual([
      [first.name, false],
      ['Old tablet', true],
    ]);
    const asMei = [
      campus.factors.rename(mei.userId, first.id, 'Mine'),
      campus.factors.makeDefault(mei.userId, first.id),
      campus.factors.remove(mei.userId, first.id),
      campus.factors.rename(ana.userId, first.id, ' '),
    ];
    for (const tried of asMei) await expect(tried).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
  });
});

test('everything that resolved is on disk', async () => {
  const onDisk = async () => (await openStore(campus.dataDirectory)).document;
  const { activationCode } = campus.factors.startEnrolment(kit.userId, 'phone', 'ios');
  const [old] = campus.factors.devices(kit.userId);
  const acts: (() => Promise<unknown>)[] = [
    () => check(codeOfMei()),
    () => check(wrongCode()),
    () => campus.factors.issueRecoveryPasscode(kit.userId),
    () => campus.factors.activate('new-phone', activationCode, 'New'),
    () => campus.factors.rename(kit.userId, old?.id ?? '', 'Lost'),
    () => campus.factors.makeDefault(kit.userId, campus.factors.accounts('new-phone')[0]?.deviceId ?? ''),
    () => campus.factors.remove(kit.userId, old?.id ?? ''),
  ];
  for (const act of acts) {
    const before = await onDisk();
    await act();
    const after = await onDisk();
    expect(after).not.toEqual(before);
    expect(after).toEqual(campus.store.document);
  }
});
