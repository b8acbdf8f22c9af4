import type { AccessState } from '../../shared/access-state.ts';
import type { AppNotice } from '../../shared/app-state.ts';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import { AccessController, type ControllerDeps } from '../access/controller.ts';
import { bindProxy } from '../access/proxy-binding.ts';
import { serveControl, type ControlledSession, type ControlServer } from '../app/control/control.ts';
import { PendingSecrets } from '../app/sign-in/pending-secrets.ts';
import { withoutPolicy, type PolicyView } from '../app/policy/policy-control.ts';
import { ProfileStore, summaryOf } from '../app/profiles/profile-store.ts';
import { allowedGateways } from '../app/profiles/under-policy.ts';
import { SavedSignIn } from '../app/sign-in/saved-sign-in.ts';
import { PageSignInFiles } from '../storage/page-sign-ins.ts';
import type { Policy } from '../storage/policy/policy.ts';
import type { Secrets } from '../storage/secrets.ts';
import type { Settings } from '../storage/settings.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../tunnels/loopback-proxy.ts';
import type { ProxyEndpoint, SessionClient } from './session-client.ts';

/** What the composition root passes in: the same drivers and tunnels as in the app. */
export type Core = Pick<
  ControllerDeps,
  'drivers' | 'tunnels' | 'direct' | 'environment' | 'now' | 'random' | 'log' | 'proxies' | 'findOldTls'
> & {
  settings: Settings;
  secrets: Secrets;
  version: string;
  /** The computer's policy. Default: none. */
  policy?: PolicyView;
};

/** A session in this process: the app's own parts without a window, with the app's own settings. */
export class LocalSession implements SessionClient {
  readonly holder = 'here';
  readonly heldPasscode = false;
  readonly profileStore: ProfileStore;
  readonly lost = new Promise<void>(() => undefined);
  private readonly savedSignIn: SavedSignIn;
  private readonly controller: AccessController;
  private readonly noticeListeners = new Set<(failure: Failure) => void>();
  /** Profiles from files, not from the store. A saved profile may have the same id, but its saved sign-in is not for these. */
  private readonly unsaved = new Set<Profile>();
  private profile: Profile | null = null;
  /** Whether a person at the terminal asked for the attempt. */
  private typed = false;
  private proxy: LoopbackProxy | null = null;
  private server: ControlServer | null = null;

  constructor(private readonly core: Core) {
    const { settings, secrets, now } = core;
    const pendingSecrets = new PendingSecrets(now, () => undefined);
    const tell = (failure: Failure): void => {
      for (const listener of this.noticeListeners) listener(failure);
    };
    const policy = (): Policy => this.policy.current.policy;
    this.profileStore = new ProfileStore(settings, now, { policy });
    this.savedSignIn = new SavedSignIn({
      settings,
      secrets,
      pendingSecrets,
      policy,
      // A terminal has no page of its own
      pageSignIns: new PageSignInFiles(settings.directory),
      now,
      changed: () => undefined,
      tell,
    });
    this.controller = new AccessController({
      ...core,
      oldTlsAllowed: () => policy().oldTls === 'allow',
      verifierFor: (profile) => this.profileStore.verifierFor(profile),
      client: { name: 'causeway-cli', version: core.version, installation: settings.get().installation },
      rememberVouched: (host, key) => this.profileStore.rememberVouched(host, { by: 'system', key }),
      tell,
      preset: (profile, prompt) => (this.unsaved.has(profile) ? prompt : this.savedSignIn.preset(profile, prompt)),
      prepared: (profile) => (this.unsaved.has(profile) ? () => Promise.resolve(null) : this.savedSignIn.preparedFor(profile, this.typed)),
    });
    settings.onNotice(({ failure }) => tell(failure));
    let before: AccessState['kind'] = 'idle';
    this.controller.onChange((state) => {
      if (state.kind === 'connected' && before === 'opening') this.worked(state.profileId);
      if (state.kind === 'idle' && this.profile) this.ended(this.profile.id, state.ending);
      before = state.kind;
    });
  }

  private get policy(): PolicyView {
    return this.core.policy ?? withoutPolicy;
  }

  get access(): AccessState {
    return this.controller.state;
  }

  get profiles() {
    return this.profileStore.all.map(summaryOf);
  }

  get notices(): readonly AppNotice[] {
    return [...this.core.settings.notices, ...this.policy.current.notices.map((failure) => ({ id: failure.code, failure }))];
  }

  onAccess(listener: (access: AccessState) => void): () => void {
    return this.controller.onChange(listener);
  }

  onNotice(listener: (failure: Failure) => void): () => void {
    this.noticeListeners.add(listener);
    return () => this.noticeListeners.delete(listener);
  }

  /** @param typed whether a person at the terminal asked for it */
  async connect(chosen: Profile, typed: boolean): Promise<void> {
    this.typed = typed;
    const { gateways, name: campus } = chosen;
    if (allowedGateways(chosen, this.policy.current.policy).length === 0)
      throw fail('policy-gateways', { campus, gateway: gateways.join(', ') });
    const profile = this.profileStore.under(chosen);
    if (!this.profileStore.isSaved(chosen)) {
      this.profileStore.throwUnlessMayAdd();
      this.unsaved.add(profile);
    }
    this.profile = profile;
    this.controller.connect(profile);
  }

  /** Listens for `causeway status` and `disconnect` from other terminals of this user. If it cannot listen, the session continues without. */
  async serve(folder: string): Promise<void> {
    try {
      this.server = await serveControl(folder, this.controlledSession(), this.core.log);
    } catch (error) {
      this.core.log(`the control socket could not be opened: ${failureOf(error).detail ?? failureOf(error).code}`);
    }
  }

  async answer({ id, prompt }: { id: string; prompt: Prompt }, answer: Answer): Promise<void> {
    const { profile } = this;
    if (profile && !this.unsaved.has(profile)) this.savedSignIn.note(profile.id, prompt, answer, false);
    if (prompt.kind === 'certificate' && answer.kind === 'certificate' && answer.accept) this.profileStore.accept(prompt);
    this.controller.answer(id, answer);
  }

  answerHeld(): Promise<void> {
    return Promise.reject(fail('not-now'));
  }

  disconnect(): Promise<void> {
    return this.controller.disconnect();
  }

  openPortal(): Promise<string | null> {
    const { profile } = this;
    return profile ? Promise.resolve(profile.portal.address) : Promise.reject(fail('not-now'));
  }

  async openProxy(port: number): Promise<ProxyEndpoint> {
    this.proxy = await startLoopbackProxy(port);
    bindProxy(this.controller, this.proxy);
    return { port: this.proxy.port, user: this.proxy.username, secret: this.proxy.secret };
  }

  async close(): Promise<void> {
    await Promise.all([this.controller.disconnect(), this.proxy?.close(), this.server?.close()]);
  }

  private ended(profileId: string, why: Failure | null): void {
    this.savedSignIn
      .ended(profileId, why)
      .catch((error: unknown) => this.core.log(`the saved sign-in could not be forgotten: ${failureOf(error).code}`));
  }

  private worked(profileId: string): void {
    this.savedSignIn.worked(profileId).catch((error: unknown) => this.core.log(`the sign-in could not be saved: ${failureOf(error).code}`));
  }

  private controlledSession(): ControlledSession {
    const { controller } = this;
    const profiles = (): ControlledSession['profiles'] => this.profiles;
    return {
      holder: 'command-line',
      get access() {
        return controller.state;
      },
      get profiles() {
        return profiles();
      },
      onAccess: (listener) => controller.onChange(listener),
      // Only the terminal that started this session may connect and answer
      connect: () => Promise.reject(fail('not-now')),
      answer: () => Promise.reject(fail('not-now')),
      disconnect: () => controller.disconnect(),
      openPortal: () => this.openPortal(),
      dial: (host, port, signal) => controller.dial(host, port, signal),
    };
  }
}
