import { fail } from '../../shared/failure.ts';
import { plainPasscode } from '../../shared/prompt.ts';
import { whenReached, type Now } from '../clock.ts';
import type { Lockout } from '../lockout.ts';
import { newId, randomDigits, sameSecret } from '../secrets.ts';
import type { Device, Factors, FactorService, Push, PushOutcome } from '../services.ts';
import type { Store } from '../store.ts';
import { publicDevice } from './devices.ts';
import type { PhoneBell } from './phones.ts';

/** How long a push waits, how many digits its number has, and how many wrong numbers deny it. */
const pushRules = { validMs: 60_000, numberDigits: 3, numberTries: 3 } as const;

/** A push that waits for an answer. */
interface OpenPush {
  id: string;
  userId: string;
  device: Device;
  service: FactorService;
  askedAt: number;
  deadline: number;
  number: string | undefined;
  wrongNumbers: number;
  settle(outcome: PushOutcome): void;
}

export interface Pushes extends Pick<Factors, 'startPush' | 'waiting' | 'approve' | 'deny'> {
  /** Withdraws the push on a removed device. */
  forgetDevice(deviceId: string): void;
  /** Withdraws every push. */
  close(): void;
}

export interface PushOptions {
  store: Store;
  lockout: Lockout;
  now: Now;
  bell: PhoneBell;
  /** Whether the person must type a number into the phone. */
  numberMatching: boolean;
}

/** Pushes are in memory only: one that waited when the campus stopped is never answered. */
export function createPushes({ store, lockout, now, bell, numberMatching }: PushOptions): Pushes {
  const open = new Map<string, OpenPush>();

  const withdraw = (matches: (push: OpenPush) => boolean): void => {
    for (const push of [...open.values()]) if (matches(push)) push.settle('superseded');
  };

  /** The push, if it still waits and this phone has its device's account. */
  const onPhone = (phoneId: string, pushId: string): OpenPush | null => {
    const push = open.get(pushId);
    const phone = store.document.phones.find((record) => record.id === phoneId);
    if (!push || !phone?.accounts.some((account) => account.deviceId === push.device.id)) return null;
    if (now() < push.deadline) return push;
    push.settle('timed-out');
    return null;
  };

  const start = (userId: string, deviceId: string, service: FactorService): Push => {
    const untilAt = lockout.lockedUntil(userId);
    if (untilAt !== null) throw fail('account-locked', { untilAt });
    const record = store.document.devices.find((device) => device.id === deviceId && device.userId === userId);
    if (!record) throw fail('push-superseded', undefined, { detail: 'the device is no longer enrolled' });
    if (!record.methods.includes('push')) throw fail('request-invalid', undefined, { detail: 'this device takes no push' });
    withdraw((push) => push.userId === userId);

    const id = newId();
    const askedAt = now();
    const deadline = askedAt + pushRules.validMs;
    const device = publicDevice(record);
    const number = numberMatching ? randomDigits(pushRules.numberDigits) : undefined;
    const outcome = new Promise<PushOutcome>((resolve) => {
      const cancelAlarm = whenReached(now, deadline, () => settle('timed-out'));
      const settle = (as: PushOutcome): void => {
        if (!open.delete(id)) return;
        cancelAlarm();
        resolve(as);
        bell.ringDevice(deviceId);
      };
      open.set(id, { id, userId, device, service, askedAt, deadline, number, wrongNumbers: 0, settle });
    });
    bell.ringDevice(deviceId);
    return { id, device, deadline, outcome, cancel: () => withdraw((push) => push.id === id), ...(number === undefined ? {} : { number }) };
  };

  return {
    startPush: (...request) => Promise.resolve().then(() => start(...request)),

    waiting(phoneId) {
      const here = [...open.keys()].flatMap((id) => onPhone(phoneId, id) ?? []);
      return here.map(({ id, userId, service, askedAt, deadline, number }) => ({
        id,
        account: userId,
        service,
        askedAt,
        deadline,
        needsNumber: number !== undefined,
      }));
    },

    async approve(phoneId, pushId, number) {
      const push = onPhone(phoneId, pushId);
      if (!push) return false;
      if (push.number !== undefined && !sameSecret(push.number, plainPasscode(number ?? ''))) {
        push.wrongNumbers += 1;
        if (push.wrongNumbers >= pushRules.numberTries) push.settle('denied');
        return false;
      }
      // An approval resets the count of wrong passcodes. A push of a locked account approves nothing
      const counted = await lockout.attempt(push.userId, 'passcode', () => Promise.resolve(true));
      if (counted !== 'right' || !onPhone(phoneId, pushId)) return false;
      push.settle('approved');
      return true;
    },

    deny(phoneId, pushId) {
      onPhone(phoneId, pushId)?.settle('denied');
      return Promise.resolve();
    },

    forgetDevice: (deviceId) => withdraw((push) => push.device.id === deviceId),
    close: () => withdraw(() => true),
  };
}
