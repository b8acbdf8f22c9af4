import type { Failure } from '../shared/failure.ts';
import type { FactorMethod } from '../shared/prompt.ts';

/**
 * The seams inside the campus: what the gateway, the portal, the recovery site and the phone use of the
 * directory and of the factor service. All instants are epoch milliseconds. Whatever resolves has been
 * written to disk first: a `kill -9` afterwards loses none of it.
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
   * Takes the same time for an unknown user as for a wrong password. Rejects with `account-locked` (params:
   * untilAt) while the account is locked, and from the failure on that locked it; also for users who do not exist.
   */
  checkPassword(userId: string, password: string): Promise<boolean>;
  /** Null whatever part is wrong. */
  checkIdentity(identity: { role: string; userId: string; dateOfBirth: string; lastFour: string }): Person | null;
}

/** Who asks for a factor; a code is never accepted twice by the same one. */
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

/** One push that is out. Only one a person at a time: a new one supersedes the older. */
export interface Push {
  readonly id: string;
  readonly device: Device;
  /** To be typed into the phone before Approve works; absent when the campus does not match numbers. */
  readonly number?: string;
  readonly deadline: number;
  /** Never rejects. */
  readonly outcome: Promise<PushOutcome>;
  /** The asker gave up: the phone forgets it. */
  cancel(): void;
}

export type PasscodeResult =
  | { ok: true; via: 'device' | 'recovery' }
  /** `failure` is passcode-wrong, passcode-used, passcode-expired or account-locked (params: untilAt). */
  | { ok: false; failure: Failure; triesLeft: number; nextCodeAt: number };

/** An enrolment under way: nothing is a device until its activation code was used, all at once. */
export interface Enrolment {
  readonly id: string;
  readonly userId: string;
  readonly kind: Device['kind'];
  readonly platform: Device['platform'];
  readonly activationCode: string; // to paste, groups of 4 separated by dashes
  /** Standard otpauth:// URI, with the activation code as an extra parameter; a real authenticator app can scan it. */
  readonly uri: string;
  readonly expiresAt: number;
  /** The device once it was activated. */
  readonly device: Device | null;
}

/** A push as a phone shows it. */
export interface WaitingPush {
  id: string;
  account: string;
  service: FactorService;
  askedAt: number;
  deadline: number;
  needsNumber: boolean;
}

/** An account in a phone. */
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
  /** Until when the person is locked out, or null. */
  lockedUntil(userId: string): number | null;
  devices(userId: string): Device[];
  /** Whether a recovery passcode is out that this service would still take. */
  hasRecoveryPasscode(userId: string, service: FactorService): boolean;
  /** Rejects with `account-locked`, or `push-superseded` when the device is gone. */
  startPush(userId: string, deviceId: string, service: FactorService): Promise<Push>;
  checkPasscode(userId: string, code: string, service: FactorService): Promise<PasscodeResult>;
  /** Voids any earlier one. Only a hash is kept. */
  issueRecoveryPasscode(userId: string): Promise<{ passcode: string; expiresAt: number }>;

  startEnrolment(userId: string, kind: Device['kind'], platform: Device['platform']): Enrolment;
  enrolment(id: string): Enrolment | null;
  /** Resolves when the enrolment was activated, false when it expired or the signal aborted. */
  activated(id: string, signal: AbortSignal): Promise<boolean>;
  rename(userId: string, deviceId: string, name: string): Promise<void>;
  makeDefault(userId: string, deviceId: string): Promise<void>;
  /** The last device can be removed as well; recovery is the way back. */
  remove(userId: string, deviceId: string): Promise<void>;

  // The phones' side
  phones(): Phone[];
  phone(id: string): Phone | null;
  accounts(phoneId: string): PhoneAccount[];
  waiting(phoneId: string): WaitingPush[];
  /** An activation code or the text of its QR code. Voids any recovery passcode of the person. Rejects with `request-invalid`. */
  activate(phoneId: string, activation: string, name: string): Promise<PhoneAccount>;
  /**
   * For an authenticator app that is none of ours: it scanned the QR code and calls nobody, so that its current
   * code, typed into the portal, is the proof. The device gives codes and takes no push. Null: wrong code.
   * Rejects with `request-invalid` when the enrolment is over.
   */
  activateByCode(enrolmentId: string, code: string, name: string): Promise<Device | null>;
  /** False when the push is gone or the number is wrong (which denies it after the third time). */
  approve(phoneId: string, pushId: string, number?: string): Promise<boolean>;
  deny(phoneId: string, pushId: string): Promise<void>;
  /** Calls back whenever anything of this phone changed. */
  onPhoneChange(phoneId: string, listener: () => void): () => void;
}

/** One-time portal sign-ins, minted by the gateway and by recovery, taken once by the portal. 60 s. */
export interface PortalSignIns {
  mint(userId: string): { action: string; token: string; expiresAt: number };
  /** The user it stands for, or null: unknown, used, too old. */
  redeem(token: string): string | null;
}
