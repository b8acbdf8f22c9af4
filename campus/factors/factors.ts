import type { Now } from '../clock.ts';
import type { Lockout } from '../lockout.ts';
import type { Factors } from '../services.ts';
import type { Store } from '../store.ts';
import { createDevices } from './devices.ts';
import { createEnrolments } from './enrolments.ts';
import { createPasscodes } from './passcodes.ts';
import { createPhones } from './phones.ts';
import { createPushes } from './pushes.ts';

export interface FactorOptions {
  store: Store;
  lockout: Lockout;
  now: Now;
  /** What authenticator apps call the campus. */
  issuer: string;
  /** Whether approving a push takes the number on the person's screen. */
  numberMatching: boolean;
}

/** The factor service, shaped like hosted ones: which factors a user has, an attempt and its outcome, and enrolment. */
export function createFactors({ store, lockout, now, issuer, numberMatching }: FactorOptions): Factors & { close(): void } {
  const phones = createPhones({ store, now });
  const passcodes = createPasscodes({ store, lockout, now });
  const pushes = createPushes({ store, lockout, now, bell: phones, numberMatching });
  const enrolments = createEnrolments({ store, now, bell: phones, issuer });
  const devices = createDevices({ store, bell: phones, onRemoved: (deviceId) => pushes.forgetDevice(deviceId) });
  return {
    ...passcodes,
    ...pushes,
    ...enrolments,
    ...devices,
    ...phones,
    lockedUntil: (userId) => lockout.lockedUntil(userId),
    close() {
      pushes.close();
      enrolments.close();
    },
  };
}
