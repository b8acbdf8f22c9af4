import type { AppState, Confirmation, TrafficSample } from '../../shared/app-state.ts';
import { isSigningIn } from '../../shared/access-state.ts';
import { fail, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Preferences } from '../../shared/settings.ts';
import { mayRestart } from '../../shared/updates.ts';
import { bindProxy } from '../access/proxy-binding.ts';
import { AccessController } from '../access/controller.ts';
import { PageSignInFiles } from '../storage/page-sign-ins.ts';
import type { ShippedCampus } from '../storage/campuses.ts';
import type { Settings } from '../storage/settings.ts';
import { atMost } from '../net/deadline.ts';
import type { AlwaysConnect } from './always-connect/always-connect.ts';
import { buildAlwaysConnect } from './always-connect/build-always-connect.ts';
import type { ApplicationDeps } from './application-deps.ts';
import { stateOf } from './app-state.ts';
import { Attempts } from './attempts.ts';
import { interruptedRun } from './interrupted-run.ts';
import { RunRecorder } from './run-recorder.ts';
import { PendingSecrets } from './sign-in/pending-secrets.ts';
import { KnownNames } from './known-names.ts';
import { Redactor } from '../redaction/redactor.ts';
import { Arguments } from './arguments.ts';
import { Notices } from './notices.ts';
import { OtherVpnWatch } from './other-vpn-watch.ts';
import { PolicyControl, withoutPolicy } from './policy/policy-control.ts';
import { preferencesUnder } from './policy/preferences.ts';
import { PortalVisits } from './portal/portal-visits.ts';
import type { Application, DesktopPorts, PageKeeper } from './ports.ts';
import { ProfileStore } from './profiles/profile-store.ts';
import { ProxyQuestion } from './proxy-question.ts';
import { RecoveryFlow } from './recovery/recovery-flow.ts';
import { SavedSignIn } from './sign-in/saved-sign-in.ts';
import { SignInPages } from './sign-in/sign-in-pages.ts';
import { TaskFlow } from './portal/task-flow.ts';
import { ConnectionWatch } from './connection/connection-watch.ts';
import { TrafficSamples } from './traffic-samples.ts';
import type { Parts } from './parts.ts';
import { PasscodeClipboard } from './portal/passcode-clipboard.ts';
import { updateNotices, withoutUpdates, type UpdatesView } from './updates/updates-view.ts';
import { AccessHistory } from './report/access-history.ts';
import { buildSupport } from './report/build-support.ts';
import type { Support } from './report/support.ts';
import { connectOnly } from './session-verbs.ts';
import { verbsOf } from './verbs.ts';

const shutdownTimeoutMs = 3_000;

/** Builds every part and ties them together. */
class App implements Parts {
  readonly pendingSecrets: PendingSecrets;
  readonly profileStore: ProfileStore;
  readonly savedSignIn: SavedSignIn;
  readonly recovery: RecoveryFlow;
  readonly controller: AccessController;
  readonly alwaysConnect: AlwaysConnect;
  readonly portal: PortalVisits;
  readonly signInPages: SignInPages;
  readonly proxyQuestion: ProxyQuestion;
  readonly notices: Notices;
  readonly policy: PolicyControl;
  readonly updates: UpdatesView;
  readonly taskFlow: TaskFlow;
  readonly clipboard: PasscodeClipboard;
  readonly redactor: Redactor;
  readonly knownNames: KnownNames;
  readonly history: AccessHistory;
  readonly support: Support;
  confirmation: Confirmation | null = null;
  settingsOpen = false;
  private readonly ending = new AbortController();
  private quitting = false;
  private hasBegun = false;
  readonly arguments = new Arguments(this);
  readonly attempts: Attempts = new Attempts(this, (isOn) => this.otherVpn.watch(isOn));
  private readonly otherVpn: OtherVpnWatch;
  private readonly stateListeners = new Set<(state: AppState) => void>();
  private readonly samples: TrafficSamples;
  readonly connection: ConnectionWatch;
  private readonly recorder: RunRecorder;

  constructor(readonly deps: ApplicationDeps) {
    const { settings, secrets, desktop, log, now } = deps;
    const changed = (): void => this.changed();
    this.redactor = deps.redactor ?? new Redactor();
    this.knownNames = new KnownNames(this.redactor);
    this.history = new AccessHistory(now, log);
    this.support = buildSupport(this, deps, changed);
    this.recorder = new RunRecorder(this);
    const policy = deps.policy ?? withoutPolicy;
    this.updates = deps.updates ?? withoutUpdates;
    const early = [...policy.current.notices, ...(deps.notices ?? []), ...this.updates.notices].map((failure) => ({
      id: failure.code,
      failure,
    }));
    this.notices = new Notices([...settings.notices, ...early], changed);
    const tell = (failure: Failure): void => this.notices.tell(failure);
    this.clipboard = new PasscodeClipboard(desktop.clipboard, (work) => this.notices.background(work));
    this.pendingSecrets = new PendingSecrets(now, changed);
    this.proxyQuestion = new ProxyQuestion(deps.proxies, changed);
    this.profileStore = new ProfileStore(settings, now, {
      routeThroughProxy: this.proxyQuestion.routeThroughProxy,
      policy: () => this.policy.policy,
    });
    this.policy = new PolicyControl({
      policy,
      settings,
      secrets,
      now,
      routeThroughProxy: this.proxyQuestion.routeThroughProxy,
      stop: this.ending.signal,
      notices: this.notices,
      tell: ({ code, detail }) => log(`the saved sign-in could not be forgotten: ${code} ${detail ?? ''}`),
      isAtRest: () => this.attempts.isAtRest,
      policyChanged: () => this.policyChanged(),
      changed,
    });
    const interrupted = interruptedRun(settings.get().running, this.profileStore.all);
    if (interrupted) this.profileStore.select(interrupted.profileId);
    this.savedSignIn = new SavedSignIn({
      settings,
      secrets,
      pendingSecrets: this.pendingSecrets,
      policy: () => this.policy.policy,
      pageSignIns: new PageSignInFiles(settings.directory, deps.encryption ?? null),
      now,
      changed,
      tell,
    });
    this.controller = new AccessController(
      {
        ...deps,
        oldTlsAllowed: () => this.policy.policy.oldTls === 'allow',
        verifierFor: (profile) => this.profileStore.verifierFor(profile),
        client: { name: 'causeway', version: deps.about.version, installation: settings.get().installation },
        rememberVouched: (host, key) => this.profileStore.rememberVouched(host, { by: 'system', key }),
        tell: (failure) => {
          // Replaces the last notice of this kind
          this.notices.dismiss(failure.code);
          tell(failure);
        },
        answering: (prompt, answer) => this.knownNames.answer(prompt, answer),
        preset: (profile, prompt) => this.savedSignIn.preset(profile, prompt),
        prepared: (profile) => this.attempts.prepared(profile),
        isAlwaysOn: () => this.preferences.alwaysConnect,
      },
      interrupted?.ending ?? null,
    );
    this.alwaysConnect = buildAlwaysConnect(this, deps, changed);
    this.recovery = new RecoveryFlow(
      changed,
      ({ userId, password, passcode, expiresAt }) => {
        const profileId = this.profileStore.selected?.id;
        if (profileId !== undefined) this.pendingSecrets.holdSignIn({ profileId, userId, password, remember: false });
        this.knownNames.secret(passcode);
        this.pendingSecrets.holdPasscode(passcode, expiresAt);
      },
      now,
      log,
      () => deps.localizer().locale,
      this.proxyQuestion.routeThroughProxy,
    );
    this.portal = new PortalVisits({
      view: desktop.portal,
      controller: this.controller,
      verifierFor: (profile) => this.profileStore.verifierFor(profile),
      recoverySignIn: () => this.recovery.portalSignIn(),
      changed: () => this.portalChanged(),
      log,
    });
    this.signInPages = new SignInPages({
      view: desktop.signInPage,
      profile: () => this.attempts.profile,
      changed,
      opened: () => deps.desktop.showWindow(),
    });
    this.taskFlow = new TaskFlow(
      {
        controller: this.controller,
        portal: this.portal,
        recovery: this.recovery,
        pendingSecrets: this.pendingSecrets,
        profile: () => this.profile,
        verifierFor: (profile) => this.profileStore.verifierFor(profile),
        connect: (...attempt) => this.attempts.connect(...attempt),
        openExternal: (address) => desktop.openExternal(address),
        changed,
      },
      interrupted?.task ?? null,
    );
    this.otherVpn = new OtherVpnWatch({
      environment: deps.environment,
      find: () => deps.otherVpn?.() ?? Promise.resolve(null),
      isRelevant: () => isSigningIn(this.controller.state) && this.controller.state.kind !== 'opening',
      tell: (network) => (network === null ? this.notices.dismiss('other-vpn') : tell({ code: 'other-vpn', params: { network } })),
      background: (work) => this.notices.background(work),
    });
    // Before the listeners below: the portal opens through the proxy
    bindProxy(this.controller, deps.proxy);
    this.controller.onChange((state) => {
      this.history.note(state);
      this.attempts.accessChanged(state);
    });
    this.history.note(this.controller.state);
    settings.onNotice((notice) => {
      this.notices.add(notice);
    });
    const showUpdateNotices = updateNotices(this.updates, this.notices);
    this.updates.onChange(() => {
      showUpdateNotices();
      changed();
    });
    this.recorder.record();
    this.noteNames(this.state);
    this.samples = new TrafficSamples(() =>
      this.controller.state.kind === 'connected' ? { at: now(), ...this.controller.traffic() } : null,
    );
    this.connection = new ConnectionWatch({ source: this.controller, now, log });
    this.controller.onChange((state) => this.connection.accessChanged(state));
    this.samples.onSample((sample) => this.connection.sample(sample));
    // Whoever built the application may end it at once
    setImmediate(() => {
      this.hasBegun = true;
      this.changed();
    });
  }

  get settings(): Settings {
    return this.deps.settings;
  }

  get desktop(): DesktopPorts {
    return this.deps.desktop;
  }

  get campuses(): () => Promise<readonly ShippedCampus[]> {
    return this.deps.campuses ?? (() => Promise.resolve([]));
  }

  get now(): () => number {
    return this.deps.now;
  }

  get stop(): AbortSignal {
    return this.ending.signal;
  }

  get state(): AppState {
    return stateOf(this, this.deps.about);
  }

  onState(listener: (state: AppState) => void): () => void {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  onTraffic(listener: (sample: TrafficSample) => void): () => void {
    return this.samples.onSample(listener);
  }

  update(change: () => void): void {
    change();
    this.changed();
  }

  private policyChanged(): void {
    this.savedSignIn.policyChanged();
    this.applyPreferences();
    this.changed();
  }

  private changed(): void {
    this.arguments.ask();
    if (this.hasBegun) this.alwaysConnect.look();
    const { state } = this;
    this.noteNames(state);
    for (const listener of this.stateListeners) listener(state);
    this.recorder.recordSoon();
  }

  private noteNames(state: AppState): void {
    this.knownNames.keepHosts(this.settings.get().profiles, this.policy.inForce);
    this.knownNames.seen(state);
  }

  get preferences(): Preferences {
    return preferencesUnder(this.policy.inForce, this.settings.get());
  }

  applyPreferences(): void {
    this.updates.rulesChanged();
    this.desktop.applyPreferences(this.preferences, this.policy.inForce.policy.startAtSignIn !== null);
  }

  /** The profile that Connect means. Fails with `profile-none`. */
  get profile(): Profile {
    const { selected } = this.profileStore;
    if (!selected) throw fail('profile-none');
    return selected;
  }

  connect(profileId: string, pressed = true): Promise<void> {
    return this.attempts.connect(profileId, pressed);
  }

  connectByItself(profileId: string): Promise<void> {
    return this.attempts.connectByItself(profileId);
  }

  mayQuickConnect(): boolean {
    return this.attempts.mayQuickConnect();
  }

  pageKeeper(): PageKeeper | null {
    const { profile } = this.attempts;
    return profile && this.savedSignIn.page.keeperFor(profile);
  }

  mayQuit(): boolean {
    const quiet = ['idle', 'on-campus', 'closing'].includes(this.controller.state.kind);
    if (quiet || this.quitting) return true;
    this.update(() => (this.confirmation = { kind: 'quit' }));
    this.deps.desktop.showWindow();
    return false;
  }

  quit(): void {
    this.quitting = true;
    this.deps.desktop.quit();
  }

  restartToUpdate(): void {
    if (!mayRestart(this.state)) throw fail('not-now');
    this.updates.restart();
    this.quit();
  }

  async shutdown(): Promise<void> {
    this.samples.stop();
    this.ending.abort();
    this.recovery.close();
    const closed = [this.clipboard.forget(), this.portal.close(), this.controller.disconnect(), this.deps.proxy.close()];
    await atMost(shutdownTimeoutMs, Promise.allSettled(closed));
    this.recorder.end();
  }

  get isBusy(): boolean {
    return this.confirmation !== null || this.proxyQuestion.state !== null || this.recovery.state.step !== 'closed';
  }

  private portalChanged(): void {
    const { state } = this.portal;
    // A device was added: the campus has voided the recovery passcode, so we forget it
    if (state.kind === 'open' && state.path === '/add/done') this.pendingSecrets.forgetPasscode();
    this.changed();
  }
}

/** Builds the application from its neighbours. */
export function createApplication(deps: ApplicationDeps): Application {
  const app = new App(deps);
  return {
    get state() {
      return app.state;
    },
    onState: (listener) => app.onState(listener),
    onTraffic: (listener) => app.onTraffic(listener),
    verbs: app.knownNames.noting(verbsOf(app)),
    dial: (host, port, signal) => app.controller.dial(host, port, signal),
    openArgument: (argument) => app.arguments.open(argument),
    quickConnect: () => app.attempts.quickConnect(),
    mayQuickConnect: () => app.mayQuickConnect(),
    tell: (failure) => app.notices.tell(failure),
    connect: (profileId, pressed) => connectOnly(app, profileId, pressed),
    pageKeeper: () => app.pageKeeper(),
    mayQuit: () => app.mayQuit(),
    shutdown: () => app.shutdown(),
  };
}
