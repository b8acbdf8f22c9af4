import type { Failure } from '../../shared/failure.ts';
import type { SecurityKeys } from '../factors/security-keys.ts';
import { ShownOnce } from '../pages/once.ts';
import type { Device, Directory, Factors, Person, PortalSignIns, Push, PushOutcome } from '../services.ts';

/** The parts that the portal needs. */
export interface PortalOptions {
  directory: Directory;
  factors: Factors;
  signIns: PortalSignIns;
  /** Epoch milliseconds. */
  now: () => number;
  /** The portal's address, `https://2fa.campus.test`, for the page footer. */
  address: string;
  /** The answer of the on-campus probe. */
  campusId: string;
  /** Where people without a device get their recovery passcode. The page names it. */
  recoveryAddress?: string;
  /** People can add security keys, where a sign-in can use them. */
  securityKeys?: SecurityKeys;
}

/** The three places that ask for a second factor, each with its own pages below this path. */
export type Gate = '/add/confirm' | '/add/finish' | '/devices/confirm';

/** A push of this session, waiting or ended. */
export interface PortalPush {
  readonly push: Push;
  readonly gate: Gate;
  outcome: PushOutcome | null;
}

/** The state of adding a device: type → platform → enrolment → proved by its own factor. */
export interface Adding {
  kind: Device['kind'] | null;
  platform: Device['platform'] | null;
  enrolmentId: string | null;
  /** Whether the new device has confirmed a sign-in. */
  done: boolean;
}

export const nothingAdded: Readonly<Adding> = { kind: null, platform: null, enrolmentId: null, done: false };

/** Why the last attempt failed. Shown on the next page. */
export interface LastTry {
  failure: Failure;
  triesLeft?: number;
  nextCodeAt?: number;
}

/** A person in the portal, signed in by password or by a one-time sign-in. */
export interface SignedIn {
  readonly person: Person;
  /** Until when the second factor is valid, epoch milliseconds. */
  confirmedUntil: number;
  push: PortalPush | null;
  readonly lastTry: ShownOnce<LastTry>;
  /** "Continue to Login" was clicked before the phone was activated. */
  readonly tooEarly: ShownOnce<true>;
  adding: Adding;
  /** The name of the device that was just removed. */
  removed: string | null;
  /** The challenge of the page that adds a security key. */
  challenge: string | null;
}

/** A visitor of the portal. */
export interface PortalState {
  /** Why the sign-in page is shown. */
  readonly notice: ShownOnce<Failure>;
  /** What was typed, to show it again. */
  userId: string;
  signedIn: SignedIn | null;
}

/** A visitor who has not signed in. */
export function nobody(): PortalState {
  return { notice: new ShownOnce(), userId: '', signedIn: null };
}

/** How long a confirmed second factor is valid, for both areas. */
export const confirmedMs = 10 * 60_000;

export function signedIn(person: Person): SignedIn {
  return {
    person,
    confirmedUntil: 0,
    push: null,
    lastTry: new ShownOnce(),
    tooEarly: new ShownOnce(),
    adding: { ...nothingAdded },
    removed: null,
    challenge: null,
  };
}
