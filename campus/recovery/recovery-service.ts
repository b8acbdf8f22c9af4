import { randomBytes } from 'node:crypto';
import { fail } from '../../shared/failure.ts';
import { recoveryTokenMs, type Identity, type PortalSignIn } from '../../shared/recovery.ts';
import { plainUserId } from '../document.ts';
import type { Directory, Factors, Person, PortalSignIns } from '../services.ts';
import { TryLimit, type LimitRules } from './limit.ts';

/** The parts that recovery needs. */
export interface RecoveryOptions {
  directory: Directory;
  factors: Factors;
  signIns: PortalSignIns;
  /** Epoch milliseconds. */
  now: () => number;
  /** The recovery site's address, for the page footer. */
  address: string;
}

/** The limit of wrong identities and passwords for one user ID, known or not. */
export const triesPerUser: LimitRules = { tries: 5, windowMs: 10 * 60_000 };
/** The limit in total, to slow down somebody who tries many user IDs. */
export const triesInAll: LimitRules = { tries: 100, windowMs: 10 * 60_000 };

interface Verified {
  person: Person;
  expiresAt: number;
  hasPasscode: boolean;
}

/** The recovery service behind the pages and the JSON interface. It gives a token for an identity, and a passcode for a token and the password. */
export class RecoveryService {
  readonly #perUser: TryLimit;
  readonly #inAll: TryLimit;
  readonly #verified = new Map<string, Verified>();

  constructor(private readonly options: RecoveryOptions) {
    this.#perUser = new TryLimit(triesPerUser, options.now);
    this.#inAll = new TryLimit(triesInAll, options.now);
  }

  /** Makes a token for 10 minutes. Throws `recovery-identity` if any part is wrong, or `recovery-limited`. */
  verify(identity: Identity): string {
    this.#takeTry(identity.userId);
    const person = this.options.directory.checkIdentity(identity);
    if (!person) throw fail('recovery-identity');
    this.#giveTryBack(identity.userId);
    const token = randomBytes(24).toString('base64url');
    this.#verified.set(token, { person, expiresAt: this.options.now() + recoveryTokenMs, hasPasscode: false });
    return token;
  }

  /** The person of a token, or null when its ten minutes are over. */
  person(token: string): Person | null {
    return this.#look(token)?.person ?? null;
  }

  /** Makes a new recovery passcode. Rejects with `recovery-password`, `account-locked`, `recovery-limited` or `recovery-timed-out`. */
  async passcode(token: string, password: string): Promise<{ passcode: string; expiresAt: number }> {
    const { directory, factors } = this.options;
    const { userId } = this.#find(token).person;
    this.#takeTry(userId);
    if (!(await directory.checkPassword(userId, password))) throw fail('recovery-password');
    this.#giveTryBack(userId);
    const issued = await factors.issueRecoveryPasscode(userId);
    const verified = this.#verified.get(token);
    if (verified) verified.hasPasscode = true;
    return issued;
  }

  /** Makes a one-time portal sign-in for a token that already has its passcode. Throws `recovery-timed-out`. */
  portalSignIn(token: string): PortalSignIn {
    const { person, hasPasscode } = this.#find(token);
    if (!hasPasscode) throw fail('recovery-timed-out', undefined, { detail: 'no passcode was issued for this token' });
    return this.options.signIns.mint(person.userId);
  }

  #look(token: string): Verified | undefined {
    // They are in the order of expiry, so stop at the first valid one
    for (const [old, { expiresAt }] of this.#verified) {
      if (expiresAt > this.options.now()) break;
      this.#verified.delete(old);
    }
    return this.#verified.get(token);
  }

  #find(token: string): Verified {
    const verified = this.#look(token);
    if (!verified) throw fail('recovery-timed-out');
    return verified;
  }

  #takeTry(userId: string): void {
    this.#perUser.take(plainUserId(userId));
    this.#inAll.take('');
  }

  #giveTryBack(userId: string): void {
    this.#perUser.giveBack(plainUserId(userId));
    this.#inAll.giveBack('');
  }
}
