import { isUp } from '../../../shared/access-state.ts';
import { fail } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { Task } from '../../../shared/task.ts';
import type { AccessController } from '../../access/controller.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import type { PendingSecrets } from '../sign-in/pending-secrets.ts';
import type { PortalVisits } from './portal-visits.ts';
import type { RecoveryFlow } from '../recovery/recovery-flow.ts';

export interface TaskFlowDeps {
  controller: AccessController;
  portal: PortalVisits;
  recovery: RecoveryFlow;
  pendingSecrets: PendingSecrets;
  /** The profile that Connect uses. Fails with `profile-none`. */
  profile: () => Profile;
  verifierFor: (profile: Profile) => CertificateVerifier;
  connect: (profileId: string, pressed: boolean, usesHeldPasscode: boolean) => Promise<void>;
  openExternal: (address: string) => Promise<void>;
  changed: () => void;
}

/** The person's task and the steps to it: recover, connect, open the portal. It skips the steps that are not needed. */
export class TaskFlow {
  constructor(
    private readonly deps: TaskFlowDeps,
    /** Null when the person only wants to connect. */
    public current: Task | null,
  ) {}

  /** Starts a task, or continues it as far as the current state allows. `pressed`: started by a click, not by a link. */
  async start(task: Task, pressed = true): Promise<void> {
    const { pendingSecrets, recovery, verifierFor, openExternal, changed } = this.deps;
    this.current = task;
    if (task === 'lost-phone' && !pendingSecrets.passcode) {
      const profile = this.deps.profile();
      if (!profile.recovery) throw fail('recovery-unavailable');
      if (profile.recovery.interface === 'causeway.recovery.v1') {
        await recovery.open(profile, verifierFor(profile));
        // The person cancelled at the proxy's question, before any recovery screen
        if (recovery.state.step === 'closed' && this.current === task) this.current = null;
      } else {
        recovery.openSite();
        await openExternal(profile.recovery.address);
      }
      changed();
      return;
    }
    changed();
    await this.pursue(pressed);
  }

  /**
   * Connects if necessary. Once connected, opens the portal.
   *
   * @param usesHeldPasscode the person has just said that the gateway may get their recovery passcode
   */
  async pursue(pressed = true, usesHeldPasscode = false): Promise<void> {
    const { controller, portal, profile, connect } = this.deps;
    const { state } = controller;
    if (state.kind === 'idle') await connect(profile().id, pressed, usesHeldPasscode);
    // An open portal stays on its page: only the guide changes
    else if (isUp(state) && portal.state.kind === 'closed') await portal.open(profile(), this.current);
  }

  /** Leaves the task. The connection and the portal stay open. */
  leave(): void {
    this.current = null;
    this.deps.recovery.close();
    this.deps.changed();
  }
}
