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
  role: { id: string; label: string } | null;
  userId: string;
  token: string;
}

/** Failures after which the verified identity no longer counts and the person starts again. */
const startAgainCodes: readonly FailureCode[] = ['recovery-timed-out', 'recovery-limited'];

/** The screens of "I lost my phone": role, identity, password, passcode. */
export class RecoveryFlow {
  private current: RecoveryState = { step: 'closed' };
  private roles: { id: string; label: string }[] = [];
  private visit: Visit | null = null;

  constructor(
    private readonly changed: () => void,
    private readonly recovered: (what: Recovered) => void,
    private readonly now: () => number,
    private readonly log: (line: string) => void,
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
        client: new RecoveryClient(profile, verifier, stop.signal, this.now, this.routeThroughProxy),
        stop,
        role: null,
        userId: '',
        token: '',
      };
      this.visit = visit;
      this.show({ step: 'loading' });
      const { roles } = await visit.client.roles();
      if (this.visit !== visit) return;
      this.roles = roles;
      this.show({ step: 'role', roles });
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

  chooseRole(id: string): void {
    const role = this.roles.find((each) => each.id === id);
    if (this.current.step !== 'role' || !this.visit || !role) throw fail('not-now');
    this.visit.role = role;
    this.show({ step: 'identity', role, busy: false, failure: null });
  }

  async verify(identity: Omit<Identity, 'role'>): Promise<void> {
    const { visit, current } = this;
    if (current.step !== 'identity' || current.busy || !visit?.role) throw fail('not-now');
    this.show({ ...current, busy: true, failure: null });
    try {
      const { token } = await visit.client.verify({ ...identity, role: visit.role.id });
      if (this.visit !== visit) return;
      visit.token = token;
      visit.userId = identity.userId;
      this.show({ step: 'password', userId: identity.userId, busy: false, failure: null });
    } catch (error) {
      if (this.visit === visit) this.show({ ...current, busy: false, failure: unlessCancelled(this.logFailure(error)) });
    }
  }

  async getPasscode(password: string): Promise<void> {
    const { visit, current } = this;
    if (current.step !== 'password' || current.busy || !visit) throw fail('not-now');
    this.show({ ...current, busy: true, failure: null });
    try {
      const { passcode, expiresAt } = await visit.client.passcode(visit.token, password);
      if (this.visit !== visit) return;
      this.recovered({ userId: visit.userId, password, passcode, expiresAt });
      this.show({ step: 'passcode', expiresAt });
    } catch (error) {
      if (this.visit !== visit) return;
      const failure = this.logFailure(error);
      if (startAgainCodes.includes(failure.code) && visit.role) this.show({ step: 'identity', role: visit.role, busy: false, failure });
      else this.show({ ...current, busy: false, failure: unlessCancelled(failure) });
    }
  }

  /** Goes one step back. The first step closes the screens. */
  back(): void {
    const { current, visit } = this;
    if (current.step === 'identity') this.show({ step: 'role', roles: this.roles });
    else if (current.step === 'password' && visit?.role) this.show({ step: 'identity', role: visit.role, busy: false, failure: null });
    else this.close();
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
    if (!this.visit?.token) return null;
    try {
      return await this.visit.client.portalSignIn(this.visit.token);
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
