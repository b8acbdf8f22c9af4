import { within } from '../../../shared/abort.ts';
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
  /** A one-time sign-in from a recovery that the person has just finished, or null. */
  recoverySignIn: () => Promise<PortalSignIn | null>;
  changed: () => void;
  log: (line: string) => void;
}

const signInTimeoutMs = 8_000;
const closed: PortalState = { kind: 'closed' };

/** The device portal beside our screens: opened through the tunnel, or directly on campus. Closing it deletes its data. */
export class PortalVisits {
  private current: PortalState = closed;
  private via: 'tunnel' | 'direct' = 'tunnel';
  private opening: AbortController | null = null;
  /** Whether a page of this visit has loaded. Its one-time sign-in is used then, and the portal knows the person. */
  private pageLoaded = false;

  constructor(private readonly deps: PortalVisitsDeps) {
    deps.view.onPage((page) => {
      if (page === null) this.show(closed);
      else if (this.current.kind === 'open') {
        if (!page.loading && !page.failure) this.pageLoaded = true;
        this.show({ kind: 'open', via: this.via, ...page });
      }
    });
  }

  get state(): PortalState {
    return this.current;
  }

  /** Opens the portal, for a task or without one. Fails with `not-now` while there is no connection. */
  async open(profile: Profile, task: Task | null): Promise<void> {
    const { state } = this.deps.controller;
    if (!isUp(state)) throw fail('not-now');
    const opening = new AbortController();
    this.opening?.abort();
    this.opening = opening;
    this.pageLoaded = false;
    this.via = state.kind === 'connected' ? 'tunnel' : 'direct';
    const address = new URL(profile.portal.address);
    this.show({ kind: 'open', via: this.via, host: address.host, path: address.pathname, loading: true, canGoBack: false, failure: null });
    const signIn = await this.signIn(opening.signal);
    if (opening.signal.aborted) return;
    const verifier = this.deps.verifierFor(profile);
    await this.deps.view.open({ profile, verifier, signIn, task: task && portalTask(task), via: this.via });
  }

  /** Reloads the page. If the first page never loaded, it opens the portal again: the one-time sign-in is lost, and a new one saves the person typing a password. */
  async reload(profile: Profile, task: Task | null): Promise<void> {
    const { current, pageLoaded } = this;
    const lost = current.kind === 'open' && current.failure !== null && current.failure.code !== 'portal-left' && !pageLoaded;
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

  /**
   * Gets a one-time sign-in, which replaces the password: from the session, or else from the recovery site, if the person has
   * just been there. Null when there is none.
   */
  private async signIn(signal: AbortSignal): Promise<PortalSignIn | null> {
    const fromSession = this.via === 'direct' ? null : await this.sessionSignIn(signal);
    return fromSession ?? (await this.deps.recoverySignIn());
  }

  private async sessionSignIn(signal: AbortSignal): Promise<PortalSignIn | null> {
    try {
      return await this.deps.controller.portalSignIn(within(signInTimeoutMs, signal));
    } catch (error) {
      this.deps.log(`no one-time portal sign-in: ${failureOf(error).code}`);
      return null;
    }
  }

  private show(state: PortalState): void {
    this.current = state;
    this.deps.changed();
  }
}
