import type { Failure } from '../shared/failure.ts';
import type { FactorMethod } from '../shared/prompt.ts';

/**
 * The interfaces inside the campus: how the gateway, the portal, the recovery site and the phone use the directory and the
 * factor service. All times are epoch milliseconds. A call resolves only once its change is on disk, so a later `kill -9`
 * loses nothing.
 */

export interface Person {
  userId: string;
  name: string;
  role: 'student' | 'staff';
  dateOfBirth: string; // YYYY-MM-DD
  lastFour: string; // of the ID or passport, compared without regard to case
}

export interface Directory {
  person(userId: string): Person | null;
  /**
   * Takes the same time for an unknown user as for a wrong password. Rejects with `account-locked` (params: untilAt) while
   * the account is locked, starting with the failure that locked it. The same goes for unknown users.
   */
  checkPassword(userId: string, password: string): Promise<boolean>;
  /** Null if any part is wrong. */
  checkIdentity(identity: { role: string; userId: string; dateOfBirth: string; lastFour: string }): Person | null;
}

/** A service that asks for a factor. It never accepts the same code twice. */
export type FactorService = 'gateway' | 'portal';

export interface Device {
  id: string;
  name: string;
  kind: 'tablet' | 'phone';
  platform: 'ios' | 'android';
  methods: FactorMethod[];
  isDefault: boolean;
  addedAt: number;
}

export type PushOutcome = 'approved' | 'denied' | 'timed-out' | 'superseded';

/** A push that waits for an answer. Each person has at most one: a new one supersedes the old one. */
export interface Push {
  readonly id: string;
  readonly device: Device;
  /** The number to type into the phone before Approve works. Absent when the campus does not match numbers. */
  readonly number?: string;
  readonly deadline: number;
  /** Never rejects. */
  readonly outcome: Promise<PushOutcome>;
  /** Withdraws the push: the phone forgets it. */
  cancel(): void;
}

export type PasscodeResult =
  | { ok: true; via: 'device' | 'recovery' }
  /** `failure` is passcode-wrong, passcode-used, passcode-expired or account-locked (params: untilAt). */
  | { ok: false; failure: Failure; triesLeft: number; nextCodeAt: number };

/** A pending enrolment. It becomes a device when its activation code is used, in a single step. */
export interface Enrolment {
  readonly id: string;
  readonly userId: string;
  readonly kind: Device['kind'];
  readonly platform: Device['platform'];
  readonly activationCode: string; // for pasting, in groups of 4 separated by dashes
  /** A standard otpauth:// URI with the activation code as an extra parameter. A real authenticator app can scan it. */
  readonly uri: string;
  readonly expiresAt: number;
  /** The device, once it has been activated. */
  readonly device: Device | null;
}

/** A push, as a phone shows it. */
export interface WaitingPush {
  id: string;
  account: string;
  service: FactorService;
  askedAt: number;
  deadline: number;
  needsNumber: boolean;
}

/** An account on a phone. */
export interface PhoneAccount {
  deviceId: string;
  userId: string;
  name: string;
  code: string;
  codeValidUntil: number;
}

export interface Phone {
  readonly id: string;
  readonly label: string;
}

export interface Factors {
  /** When the person's lockout ends, or null. */
  lockedUntil(userId: string): number | null;
  devices(userId: string): Device[];
  /** Whether there is a recovery passcode that this service would still accept. */
  hasRecoveryPasscode(userId: string, service: FactorService): boolean;
  /** Rejects with `account-locked`, or `push-superseded` when the device is gone. */
  startPush(userId: string, deviceId: string, service: FactorService): Promise<Push>;
  checkPasscode(userId: string, code: string, service: FactorService): Promise<PasscodeResult>;
  /** Makes a new recovery passcode and voids any earlier one. Only a hash is stored. */
  issueRecoveryPasscode(userId: string): Promise<{ passcode: string; expiresAt: number }>;

  startEnrolment(userId: string, kind: Device['kind'], platform: Device['platform']): Enrolment;
  enrolment(id: string): Enrolment | null;
  /** Resolves with true when the enrolment is activated, and with false when it expires or the signal aborts. */
  activated(id: string, signal: AbortSignal): Promise<boolean>;
  rename(userId: string, deviceId: string, name: string): Promise<void>;
  makeDefault(userId: string, deviceId: string): Promise<void>;
  /** Even the last device can be removed: recovery helps the person get back in. */
  remove(userId: string, deviceId: string): Promise<void>;

  // For the phones
  phones(): Phone[];
  phone(id: string): Phone | null;
  accounts(phoneId: string): PhoneAccount[];
  waiting(phoneId: string): WaitingPush[];
  /** An activation code or the text of its QR code. Voids any recovery passcode of the person. Rejects with `request-invalid`. */
  activate(phoneId: string, activation: string, name: string): Promise<PhoneAccount>;
  /**
   * Activates an enrolment in an authenticator app that is not ours. It has scanned the QR code and contacts nobody, so the
   * proof is its current code, typed into the portal. The device makes codes but gets no push. Null: wrong code.
   * Rejects with `request-invalid` when the enrolment is over.
   */
  activateByCode(enrolmentId: string, code: string, name: string): Promise<Device | null>;
  /** False when the push is gone or the number is wrong. The third wrong number denies the push. */
  approve(phoneId: string, pushId: string, number?: string): Promise<boolean>;
  deny(phoneId: string, pushId: string): Promise<void>;
  /** Calls back whenever something on this phone changes. */
  onPhoneChange(phoneId: string, listener: () => void): () => void;
}

/** One-time portal sign-ins. The gateway and recovery make them, and the portal accepts each once, within 60 s. */
export interface PortalSignIns {
  mint(userId: string): { action: string; token: string; expiresAt: number };
  /** The user that it belongs to. Null when it is unknown, used or too old. */
  redeem(token: string): string | null;
}
