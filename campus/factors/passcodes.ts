import { fail, type FailureCode } from '../../shared/failure.ts';
import { plainPasscode } from '../../shared/prompt.ts';
import type { Now } from '../clock.ts';
import type { CampusDocument } from '../document.ts';
import type { Lockout } from '../lockout.ts';
import { matchesSlowHash, randomDigits, slowHash } from '../secrets.ts';
import type { FactorService, Factors, PasscodeResult } from '../services.ts';
import type { Store } from '../store.ts';
import { nextCodeAt, stepOfCode } from './totp.ts';

/** Recovery passcodes have 9 digits, last an hour, and work once at each service (see the guide's "Get 2FA Passcode"). */
const recoveryRules = { digits: 9, validMs: 60 * 60_000 } as const;

/** The kind of a code that was looked up. */
type CodeLookup = 'device' | 'recovery' | Extract<FailureCode, 'passcode-wrong' | 'passcode-used' | 'passcode-expired'>;

export type Passcodes = Pick<Factors, 'checkPasscode' | 'hasRecoveryPasscode' | 'issueRecoveryPasscode'>;

/** Checks codes: six digits from a device, or nine of a recovery passcode. Each service accepts each code once. */
export function createPasscodes({ store, lockout, now }: { store: Store; lockout: Lockout; now: Now }): Passcodes {
  const recoveryOf = (userId: string) => store.document.recovery.find((record) => record.userId === userId);

  /** Checks a code and marks it as used in a single change, so that only one of two attempts with the same code succeeds. */
  const take = async (userId: string, code: string, service: FactorService): Promise<CodeLookup> => {
    const recovery = recoveryOf(userId);
    if (recovery && code.length === recoveryRules.digits && (await matchesSlowHash(code, recovery.hash))) {
      return store.update((draft) => takeRecovery(draft, recovery.hash, service, now()));
    }
    return store.update((draft) => takeDeviceCode(draft, userId, code, service, now()));
  };

  return {
    hasRecoveryPasscode(userId, service) {
      const record = recoveryOf(userId);
      return record !== undefined && record.expiresAt > now() && !record.usedBy.includes(service);
    },

    async checkPasscode(userId, typed, service): Promise<PasscodeResult> {
      const found: { is: CodeLookup } = { is: 'passcode-wrong' };
      await lockout.attempt(userId, 'passcode', async () => {
        found.is = await take(userId, plainPasscode(typed), service);
        return found.is === 'device' || found.is === 'recovery';
      });
      if (found.is === 'device' || found.is === 'recovery') return { ok: true, via: found.is };
      const untilAt = lockout.lockedUntil(userId);
      return {
        ok: false,
        failure: untilAt === null ? { code: found.is } : { code: 'account-locked', params: { untilAt } },
        triesLeft: lockout.triesLeft(userId, 'passcode'),
        nextCodeAt: nextCodeAt(now()),
      };
    },

    async issueRecoveryPasscode(userId) {
      const passcode = randomDigits(recoveryRules.digits);
      const hash = await slowHash(passcode);
      const expiresAt = now() + recoveryRules.validMs;
      await store.update((draft) => {
        if (!draft.people.some((person) => person.userId === userId))
          throw fail('request-invalid', undefined, { detail: 'no such person' });
        draft.recovery = [...draft.recovery.filter((record) => record.userId !== userId), { userId, hash, expiresAt, usedBy: [] }];
      });
      return { passcode, expiresAt };
    },
  };
}

function takeRecovery(draft: CampusDocument, hash: string, service: FactorService, instant: number): CodeLookup {
  const record = draft.recovery.find((other) => other.hash === hash);
  if (!record) return 'passcode-wrong'; // it was voided after the look-up
  if (record.expiresAt <= instant) return 'passcode-expired';
  if (record.usedBy.includes(service)) return 'passcode-used';
  record.usedBy.push(service);
  return 'recovery';
}

function takeDeviceCode(draft: CampusDocument, userId: string, code: string, service: FactorService, instant: number): CodeLookup {
  let used = false;
  for (const device of draft.devices) {
    const step = device.userId === userId ? stepOfCode(device.key, code, instant) : null;
    if (step === null) continue;
    if (step > (device.accepted[service] ?? -1)) {
      device.accepted[service] = step;
      return 'device';
    }
    used = true; // this code, or a newer one, was accepted before
  }
  return used ? 'passcode-used' : 'passcode-wrong';
}
