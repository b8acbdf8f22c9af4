import { fail, failureOf, type Failure, type FailureCode } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Identity, PortalSignIn, RecoveryState } from '../../../shared/recovery.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import type { RouteThroughProxy } from '../../net/https.ts';
import { RecoveryClient } from './recovery-client.ts';

/** The result of a recovery: the passcode, and the sign-in that the person typed. */
export interface Recovered {
  userId: string;
  password: string;
  passcode: string;
  expiresAt: number;
}

interface Visit {
  client: RecoveryClient;
  stop: AbortController;
  /** People enter the second factor on the campus's own page, where the app types nothing. */
  isOnPage: boolean;
  roles: { id: string; label: string }[];
  /** The identity that the service has verified last, and the token that stands for it. */
  verified: { identity: Identity; token: string } | null;
}

/** Failures after which the verified identity no longer counts: it is verified again with the next try. */
const startAgainCodes: readonly FailureCode[] = ['recovery-timed-out', 'recovery-limited'];

/** The screens of "I lost my phone": one form for role, identity and password, then the passcode. */
export class RecoveryFlow {
  private current: RecoveryState = { step: 'closed' };
  private visit: Visit | null = null;

  constructor(
    private readonly changed: () => void,
    private readonly recovered: (what: Recovered) => void,
    private readonly now: () => number,
    private readonly log: (line: string) => void,
    private readonly language: () => string,
    private readonly routeThroughProxy?: RouteThroughProxy,
  ) {}

  get state(): RecoveryState {
    return this.current;
  }

  async open(profile: Profile, verifier: CertificateVerifier): Promise<void> {
    this.close();
    const stop = new AbortController();
    try {
      const visit: Visit = {
        client: new RecoveryClient(profile, verifier, stop.signal, this.now, this.language(), this.routeThroughProxy),
        stop,
        isOnPage: profile.browser !== undefined,
        roles: [],
        verified: null,
      };
      this.visit = visit;
      this.show({ step: 'loading' });
      const { roles } = await visit.client.roles();
      if (this.visit !== visit) return;
      visit.roles = roles;
      this.show({ step: 'identity', roles, busy: false, failure: null });
    } catch (error) {
      if (stop.signal.aborted) return;
      const failure = this.logFailure(error);
      // The person cancelled at the proxy's question: there is nothing to tell them
      if (failure.code === 'cancelled') this.close();
      else this.show({ step: 'failed', failure });
    }
  }

  /** Shows the guide to recovery pages that the campus has of its own. The person's web browser opens them. */
  openSite(): void {
    this.close();
    this.show({ step: 'site' });
  }

  /** Verifies the identity, unless this very one is verified already, and then gets the passcode with the password. */
  async getPasscode(identity: Identity, password: string): Promise<void> {
    const { visit, current } = this;
    if (current.step !== 'identity' || current.busy || !visit?.roles.some(({ id }) => id === identity.role)) throw fail('not-now');
    this.show({ ...current, busy: true, failure: null });
    try {
      if (!visit.verified || !isSameIdentity(visit.verified.identity, identity))
        visit.verified = { identity, ...(await visit.client.verify(identity)) };
      if (this.visit !== visit) return;
      const { passcode, expiresAt } = await visit.client.passcode(visit.verified.token, password);
      if (this.visit !== visit) return;
      this.recovered({ userId: identity.userId, password, passcode, expiresAt });
      this.show({ step: 'passcode', expiresAt, answersGateway: !visit.isOnPage });
    } catch (error) {
      if (this.visit !== visit) return;
      const failure = this.logFailure(error);
      if (startAgainCodes.includes(failure.code)) visit.verified = null;
      this.show({ ...current, busy: false, failure: unlessCancelled(failure) });
    }
  }

  /** Goes back, which closes the screens. */
  back(): void {
    this.close();
  }

  /** Leaves the screens. The passcode and the one-time portal sign-in stay valid. */
  leave(): void {
    this.show({ step: 'closed' });
  }

  close(): void {
    this.visit?.stop.abort();
    this.visit = null;
    if (this.current.step !== 'closed') this.show({ step: 'closed' });
  }

  /** A one-time portal sign-in after a recovery. Null when there was no recovery, or when it was too long ago. */
  async portalSignIn(): Promise<PortalSignIn | null> {
    const { visit } = this;
    if (!visit?.verified) return null;
    try {
      return await visit.client.portalSignIn(visit.verified.token);
    } catch {
      return null; // the portal then asks for the password
    }
  }

  private logFailure(error: unknown): Failure {
    const failure = failureOf(error);
    this.log(`recovery: ${failure.code}${failure.detail === undefined ? '' : ` (${failure.detail})`}`);
    return failure;
  }

  private show(state: RecoveryState): void {
    this.current = state;
    this.changed();
  }
}

/** Null when the person cancelled at the proxy's question: they know that they did. */
const unlessCancelled = (failure: Failure): Failure | null => (failure.code === 'cancelled' ? null : failure);

const isSameIdentity = (one: Identity, other: Identity): boolean =>
  one.role === other.role && one.userId === other.userId && one.dateOfBirth === other.dateOfBirth && one.lastFour === other.lastFour;
