import type { Failure } from '../../shared/failure.ts';
import type { Device, Directory, Factors, Person, PortalSignIns, Push, PushOutcome } from '../services.ts';

/** What the portal is built from. */
export interface PortalOptions {
  directory: Directory;
  factors: Factors;
  signIns: PortalSignIns;
  /** Epoch milliseconds. */
  now: () => number;
  /** Where the portal is, `https://2fa.campus.test`: stands in the page's foot. */
  address: string;
  /** What the on-campus probe answers with. */
  campusId: string;
  /** Where people without any device get their recovery passcode; named on the page. */
  recoveryAddress?: string;
}

/** The three places where a second factor is asked for, each with its own pages below this path. */
export type Gate = '/add/confirm' | '/add/finish' | '/devices/confirm';

/** A push of this session, out or ended. */
export interface PortalPush {
  readonly push: Push;
  readonly gate: Gate;
  outcome: PushOutcome | null;
}

/** The new device on its way: type → platform → enrolment → proved by a factor of its own. */
export interface Adding {
  kind: Device['kind'] | null;
  platform: Device['platform'] | null;
  enrolmentId: string | null;
  /** "Continue to Login" was clicked before the phone had activated; said once. */
  hasty: boolean;
  /** The new device confirmed a sign-in of its own. */
  done: boolean;
}

export const nothingAdded: Readonly<Adding> = { kind: null, platform: null, enrolmentId: null, hasty: false, done: false };

/** Why the last try did not work, said once on the next page. */
export interface LastTry {
  failure: Failure;
  triesLeft?: number;
  nextCodeAt?: number;
}

/** A person in the portal, signed in by password or by a one-time sign-in. */
export interface SignedIn {
  readonly person: Person;
  /** Until when the second factor counts, epoch milliseconds. */
  confirmedUntil: number;
  push: PortalPush | null;
  lastTry: LastTry | null;
  adding: Adding;
  /** The name of the device that was just removed. */
  removed: string | null;
}

/** A visitor of the portal. */
export interface PortalState {
  /** Why the sign-in page is shown, said once. */
  notice: Failure | null;
  /** What was typed, so that it need not be typed again. */
  userId: string;
  signedIn: SignedIn | null;
}

/** A visitor who has not signed in. */
export function nobody(): PortalState {
  return { notice: null, userId: '', signedIn: null };
}

/** A confirmed second factor counts for this long, for both areas. */
export const confirmedMs = 10 * 60_000;

export function signedIn(person: Person): SignedIn {
  return { person, confirmedUntil: 0, push: null, lastTry: null, adding: { ...nothingAdded }, removed: null };
}

/** Takes what is said once. */
export function takeLastTry(person: SignedIn): LastTry | null {
  const { lastTry } = person;
  person.lastTry = null;
  return lastTry;
}
