import { isUp } from '../../../shared/access-state.ts';
import type { PortalState } from '../../../shared/app-state.ts';
import { fail, failureOf } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import type { PortalSignIn } from '../../../shared/recovery.ts';
import { portalTask, type Task } from '../../../shared/task.ts';
import type { AccessController } from '../../access/controller.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import type { PortalView } from '../ports.ts';

export interface PortalVisitsDeps {
  view: PortalView;
  controller: AccessController;
  verifierFor: (profile: Profile) => CertificateVerifier;
  /** A sign-in from the recovery that has just been done, or null. */
  recoverySignIn: () => Promise<PortalSignIn | null>;
  changed: () => void;
  log: (line: string) => void;
}

const signInWithinMs = 8_000;
const closed: PortalState = { kind: 'closed' };

/** The device portal beside our column: opened through whatever is up, emptied when it is closed. */
export class PortalVisits {
  private current: PortalState = closed;
  private via: 'tunnel' | 'direct' = 'tunnel';
  private opening: AbortController | null = null;
  /** A page of this visit has come: its one-time sign-in is used, and the portal knows the person. */
  private arrived = false;

  constructor(private readonly deps: PortalVisitsDeps) {
    deps.view.onPage((page) => {
      if (page === null) this.show(closed);
      else if (this.current.kind === 'open') {
        if (!page.loading && !page.failure) this.arrived = true;
        this.show({ kind: 'open', via: this.via, ...page });
      }
    });
  }

  get state(): PortalState {
    return this.current;
  }

  /** Opens the portal for a task, or just so. Fails with `not-now` while nothing is up. */
  async open(profile: Profile, task: Task | null): Promise<void> {
    const { state } = this.deps.controller;
    if (!isUp(state)) throw fail('not-now');
    const opening = new AbortController();
    this.opening?.abort();
    this.opening = opening;
    this.arrived = false;
    this.via = state.kind === 'connected' ? 'tunnel' : 'direct';
    const address = new URL(profile.portal.address);
    this.show({ kind: 'open', via: this.via, host: address.host, path: address.pathname, loading: true, canGoBack: false, failure: null });
    const signIn = await this.signIn(opening.signal);
    if (opening.signal.aborted) return;
    const verifier = this.deps.verifierFor(profile);
    await this.deps.view.open({ profile, verifier, signIn, task: task && portalTask(task), via: this.via });
  }

  /** Loads the page again. A visit whose first page never came begins anew: its one-time sign-in is lost, and a new one spares the password. */
  async reload(profile: Profile, task: Task | null): Promise<void> {
    const { current, arrived } = this;
    const lost = current.kind === 'open' && current.failure !== null && current.failure.code !== 'portal-left' && !arrived;
    if (lost && isUp(this.deps.controller.state)) await this.open(profile, task);
    else this.deps.view.reload();
  }

  async close(): Promise<void> {
    this.opening?.abort();
    this.opening = null;
    if (this.current.kind === 'closed') return;
    this.show(closed);
    await this.deps.view.close();
  }

  /** A one-time sign-in in place of the password, where there is one to be had. */
  private async signIn(signal: AbortSignal): Promise<PortalSignIn | null> {
    try {
      if (this.via === 'direct') return await this.deps.recoverySignIn();
      return await this.deps.controller.portalSignIn(AbortSignal.any([signal, AbortSignal.timeout(signInWithinMs)]));
    } catch (error) {
      this.deps.log(`no one-time portal sign-in: ${failureOf(error).code}`);
      return null; // the portal asks for the password itself then
    }
  }

  private show(state: PortalState): void {
    this.current = state;
    this.deps.changed();
  }
}
