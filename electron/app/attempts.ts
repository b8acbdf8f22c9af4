import { isSigningIn, isUp, type AccessState } from '../../shared/access-state.ts';
import { fail, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { firstOf, type PreparedAnswer } from '../access/prompts.ts';
import type { Parts } from './parts.ts';
import { allowedGateways } from './profiles/under-policy.ts';
import { PageOpening } from './sign-in/page-opening.ts';
import { passcodeAnswer } from './sign-in/pending-secrets.ts';

/** A person's attempts to connect, one after the other, and what the app does whenever their state changes. */
export class Attempts {
  /** Whether a person pressed Connect for the current attempt. */
  private pressed = false;
  /** Whether the person has said, for the current attempt, that its gateway may get their recovery passcode. */
  private usesHeldPasscode = false;
  /** The tray's Connect that is under way. */
  private quick: Promise<void> | null = null;
  /** The profile id of the current attempt. */
  private attempted: string | null = null;
  private lastKind: AccessState['kind'] = 'idle';
  private readonly pageOpening = new PageOpening();

  /** @param watchOtherVpn whether to look for another VPN, from now on */
  constructor(
    private readonly parts: Parts,
    private readonly watchOtherVpn: (isOn: boolean) => void,
  ) {}

  /** Whether there is neither an attempt nor a session. */
  get isAtRest(): boolean {
    return this.lastKind === 'idle';
  }

  /** The profile of the current attempt, or null. */
  get profile(): Profile | null {
    return this.parts.profileStore.all.find(({ id }) => id === this.attempted) ?? null;
  }

  /** Answers the questions of a new attempt that need no person. */
  prepared(profile: Profile): PreparedAnswer {
    const { alwaysConnect, savedSignIn } = this.parts;
    const saved = savedSignIn.preparedFor(profile, this.pressed, this.pageOpening.begin(this.pressed));
    const known = this.usesHeldPasscode ? firstOf(this.heldOnce(), saved) : saved;
    return (prompt) => (alwaysConnect.isHandsOff ? Promise.resolve(null) : known(prompt));
  }

  /**
   * Answers one question for a second factor with the recovery passcode. Not after a failure, not at a second gateway, and not
   * at a server that only the person vouches for: they pressed the button before they were asked about it.
   */
  private heldOnce(): PreparedAnswer {
    let isOver = false;
    return async (prompt) => {
      const { passcode } = this.parts.pendingSecrets;
      isOver ||=
        prompt.kind === 'certificate' || !this.pageOpening.isAtFirstGateway || ('failure' in prompt && prompt.failure !== undefined);
      const answer = isOver || !passcode ? null : passcodeAnswer(prompt, passcode.passcode);
      isOver ||= answer !== null;
      return answer;
    };
  }

  /**
   * Starts a new attempt and clears what an earlier one left on the screen.
   *
   * @param pressed whether a person pressed Connect, or a task, for this; false when a link or a file asked for it
   * @param usesHeldPasscode whether they pressed Use passcode and continue: the gateway's first question for a second factor
   *   gets the recovery passcode, once
   */
  async connect(profileId: string, pressed: boolean, usesHeldPasscode = false): Promise<void> {
    const { alwaysConnect, controller, notices, profileStore, savedSignIn } = this.parts;
    profileStore.find(profileId);
    const profile = await alwaysConnect.yieldTo(async () => {
      // What nobody asked for gives way to what somebody asks for
      if (controller.state.kind === 'on-campus' || (controller.state.kind !== 'idle' && alwaysConnect.isHandsOff))
        await controller.disconnect();
      return this.begin(profileId, { pressed, usesHeldPasscode, byItself: false });
    });
    notices.background(savedSignIn.page.probe(profile));
    // Last, because a locked keychain may ask the person to unlock it
    notices.background(savedSignIn.savedPassword.probe());
  }

  /** Starts an attempt that nobody asked for: nothing that is saved is sent in it, until the person answers a question. */
  async connectByItself(profileId: string): Promise<void> {
    await this.begin(profileId, { pressed: false, usesHeldPasscode: false, byItself: true });
  }

  private async begin(
    profileId: string,
    { pressed, usesHeldPasscode, byItself }: { pressed: boolean; usesHeldPasscode: boolean; byItself: boolean },
  ): Promise<Profile> {
    const { alwaysConnect, controller, notices, policy, profileStore } = this.parts;
    await policy.beforeConnect();
    const profile = profileStore.find(profileId);
    const { gateways, name: campus } = profile;
    if (allowedGateways(profile, policy.policy).length === 0) throw fail('policy-gateways', { campus, gateway: gateways.join(', ') });
    if (controller.state.kind !== 'idle') throw fail('not-now');
    notices.dismiss('push-left');
    this.pressed = pressed;
    this.usesHeldPasscode = usesHeldPasscode;
    this.attempted = profileId;
    alwaysConnect.begin(byItself);
    controller.connect(profile);
    profileStore.select(profileId);
    return profile;
  }

  /** Whether something outside the window may ask to connect: the tray or a command. If not, it shows the window, where people press Connect. */
  mayQuickConnect(): boolean {
    const { desktop, policy } = this.parts;
    if (!policy.policy.quickConnect) desktop.showWindow();
    return policy.policy.quickConnect;
  }

  /**
   * Connects without a window until a question needs the person. Resolves then, or at the end of the attempt. Asked again
   * meanwhile, it does nothing more.
   */
  async quickConnect(): Promise<void> {
    const { controller } = this.parts;
    if (this.quick) return this.quick;
    if (controller.state.kind !== 'idle' || !this.mayQuickConnect()) return;
    this.quick = this.connectQuickly();
    try {
      await this.quick;
    } finally {
      this.quick = null;
    }
  }

  private async connectQuickly(): Promise<void> {
    const { controller, desktop } = this.parts;
    const settled = new Promise<void>((resolve) => {
      const off = controller.onChange((state) => {
        if (state.kind === 'asking' && !state.answered && state.autoAnswerAt === undefined) desktop.showWindow();
        else if (!isUp(state) && state.kind !== 'idle') return;
        off();
        resolve();
      });
    });
    await this.connect(this.parts.profile.id, true);
    await settled;
  }

  /** Announces the new state, and does what it calls for. */
  accessChanged(state: AccessState): void {
    const { alwaysConnect, notices, policy, portal, recovery, savedSignIn, taskFlow } = this.parts;
    alwaysConnect.accessChanged(state);
    if (state.kind === 'contacting') this.pageOpening.noteContact(state.gateway);
    const before = this.lastKind;
    this.lastKind = state.kind;
    this.parts.update(() => undefined);
    if (state.kind === before) return;
    // A question goes before help
    if (state.kind === 'asking') this.parts.support.show(null);
    this.watchOtherVpn(isSigningIn(state));
    if (state.kind === 'connected' && before === 'opening') notices.background(savedSignIn.worked(state.profileId));
    if (isUp(state) && before !== 'reconnecting' && taskFlow.current && recovery.state.step === 'closed')
      notices.background(taskFlow.pursue());
    if (state.kind === 'closing') {
      notices.background(portal.close());
      if (state.ending === null) this.warnOfPush();
    }
    if (state.kind === 'idle') {
      if (this.attempted !== null) notices.background(savedSignIn.ended(this.attempted, state.ending));
      this.attempted = null;
      this.endTask(state.ending);
      notices.background(policy.atRest());
    }
  }

  /** Duo's page sends a push by itself, and nobody withdraws it when the page closes. A lost phone is not the person's to answer. */
  private warnOfPush(): void {
    const { notices, pendingSecrets, signInPages, taskFlow } = this.parts;
    const { state: page } = signInPages;
    if (page.kind === 'open' && page.step === 'second-factor' && taskFlow.current !== 'lost-phone' && pendingSecrets.passcode === null)
      notices.tell({ code: 'push-left' });
  }

  /**
   * Ends the task if the person ended the session. After a failure the task stays: Try again continues it. While the
   * recovery screens are open the task stays too: they have buttons of their own to leave it.
   */
  private endTask(ending: Failure | null): void {
    const { pendingSecrets, recovery, taskFlow } = this.parts;
    this.parts.update(() => {
      pendingSecrets.forgetSignIn();
      if (ending === null && recovery.state.step === 'closed') taskFlow.current = null;
    });
  }
}
