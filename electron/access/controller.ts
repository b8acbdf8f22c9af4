import type { Duplex } from 'node:stream';
import { whenAborted, within } from '../../shared/abort.ts';
import { initialMachine, step, type AccessEvent, type AccessMachine, type AccessState } from '../../shared/access-state.ts';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { GatewayDriver } from '../gateways/gateway.ts';
import { atMost } from '../net/deadline.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { TrafficCount, TunnelEngine } from '../tunnels/tunnel.ts';
import { Prompts, type PreparedAnswer } from './prompts.ts';
import { Connection } from './connection.ts';
import { signInWithFailover, type FailoverDeps } from './failover.ts';
import type { Environment } from './environment.ts';
import type { Link } from './watch/link.ts';
import { isOnCampus } from './trusted-network.ts';
import { CampusWatch } from './watch/campus-watch.ts';
import { waitUntilOpen } from './watch/captive-portal-watch.ts';

export interface ControllerDeps extends FailoverDeps {
  /** A profile whose protocol or tunnel is missing here fails with `component-missing`. */
  drivers: Partial<Record<Profile['protocol'], GatewayDriver>>;
  tunnels: Partial<Record<Profile['tunnel'], TunnelEngine>>;
  /** Takes the place of a tunnel on campus. */
  direct(profile: Profile): (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
  verifierFor(profile: Profile): CertificateVerifier;
  environment: Environment;
  prepared(profile: Profile): PreparedAnswer;
  /** The prompt as the person sees it, with their last choice selected. */
  preset?(profile: Profile, prompt: Prompt): Prompt;
  random: () => number;
  log: (line: string) => void;
  /** Called with every answer, of a person or prepared, before the gateway gets it. */
  answering?: (prompt: Prompt, answer: Answer) => void;
  /** Tells the person something once. The session goes on. */
  tell?: (failure: Failure) => void;
  /** How long a gateway may stay away before its session is given up. Half an hour by default. */
  giveUpAfterMs?: number;
  /**
   * Whether the person wants to be connected whenever they are off campus. A session then rests while the computer is on
   * campus, and is not given up as long as its ticket may be good. Default: no.
   */
  isAlwaysOn?: () => boolean;
}

/** What still hangs after this long is abandoned, so that Disconnect is back at `idle` within a second. */
const closeTimeoutMs = 900;

interface Attempt {
  readonly number: number;
  readonly profile: Profile;
  readonly stop: AbortController;
  readonly asking: Prompts;
  connection: Connection | null;
  /** The gateway that was contacted last: host[:port]. */
  gateway: string;
  /** Resolves once the attempt is over and everything that it opened is closed. */
  done: Promise<void>;
}

/**
 * One access session, from Connect to Disconnect. Nothing else changes the access state. The controller has drivers sign in
 * and tunnels open, and makes sure that each wait can be cancelled and has a bound.
 */
export class AccessController {
  private machine: AccessMachine;
  private attempt: Attempt | null = null;
  private readonly listeners = new Set<(state: AccessState) => void>();
  /** Ends the watch over a captive portal. */
  private looking: AbortController | null = null;

  /** @param ending what to tell at the start: that an earlier run was interrupted */
  constructor(
    private readonly deps: ControllerDeps,
    ending: Failure | null = null,
  ) {
    this.machine = { ...initialMachine, state: { kind: 'idle', ending } };
  }

  get state(): AccessState {
    return this.machine.state;
  }

  onChange(listener: (state: AccessState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts an attempt. Fails with `not-now` while another is under way. */
  connect(profile: Profile): void {
    if (this.attempt) throw fail('not-now');
    this.looking?.abort();
    const number = this.machine.attempt + 1;
    const apply = (event: AccessEvent): boolean => this.apply(number, event);
    const board = {
      show: (promptId: string, prompt: Prompt, autoAnswerAt?: number) =>
        apply({
          type: 'ask',
          promptId,
          prompt: this.deps.preset?.(profile, prompt) ?? prompt,
          ...(autoAnswerAt === undefined ? {} : { autoAnswerAt }),
        }),
      markAnswered: (promptId: string) => apply({ type: 'answer', promptId }),
      withdraw: (promptId: string) => void apply({ type: 'withdraw', promptId }),
    };
    const stop = new AbortController();
    const attempt: Attempt = {
      number,
      profile,
      stop,
      asking: new Prompts(number, board, this.deps.prepared(profile), stop.signal),
      connection: null,
      gateway: profile.gateways[0] ?? '',
      done: Promise.resolve(),
    };
    this.attempt = attempt;
    apply({ type: 'connect', profileId: profile.id });
    attempt.done = this.run(attempt);
  }

  /** A person's answer to the open prompt; see {@link Prompts.answer}. */
  answer(promptId: string, answer: Answer): void {
    if (!this.attempt) throw fail('not-now');
    this.attempt.asking.answer(promptId, answer);
  }

  /** Ends the attempt or session. Resolves at `idle`, within a second. */
  async disconnect(ending: Failure | null = null): Promise<void> {
    const { attempt } = this;
    this.looking?.abort();
    if (!attempt) return;
    this.apply(attempt.number, { type: 'end', ending });
    attempt.stop.abort();
    await attempt.done;
  }

  /** Forgets why the last session ended. */
  acknowledge(): void {
    if (this.machine.state.kind !== 'idle') return;
    this.looking?.abort();
    this.machine = { attempt: this.machine.attempt, state: { kind: 'idle', ending: null } };
    this.notify();
  }

  /** Asks the gateway for more time. Fails with `cannot-extend`, `gateway-silent` or `not-now`. */
  async extend(): Promise<void> {
    const { attempt, link } = this.up();
    const { state } = this.machine;
    const before = state.kind === 'connected' ? (state.expiresAt ?? 0) : 0;
    const expiresAt = await link.session.extend(attempt.stop.signal);
    // Some gateways say yes and do not change the end
    if (expiresAt <= before) throw fail('cannot-extend');
  }

  /** Reconnects now instead of at the end of the wait. */
  retryNow(): void {
    this.attempt?.connection?.retryNow();
  }

  /** Gets a one-time sign-in to the portal from the session. */
  portalSignIn(signal: AbortSignal): Promise<PortalSignIn> {
    return this.up().link.session.portalSignIn(signal);
  }

  /** A byte stream to a campus host, through the tunnel or directly on campus. Fails with `tunnel-down` if nothing is up. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const { attempt } = this;
    const link = attempt?.connection?.link;
    if (attempt && this.machine.state.kind === 'on-campus') return this.deps.direct(attempt.profile)(host, port, signal);
    return link ? link.tunnel.dial(host, port, signal) : Promise.reject(fail('tunnel-down', { host }));
  }

  /** Whether this computer is on that profile's campus. Rejects when the signal aborts. */
  isOnCampus(profile: Profile, signal: AbortSignal): Promise<boolean> {
    return isOnCampus(profile, this.deps.verifierFor(profile), signal);
  }

  /** Bytes of this session, over all its tunnels. */
  traffic(): TrafficCount {
    return this.attempt?.connection?.traffic() ?? { received: 0, sent: 0 };
  }

  /** See {@link Tunnel.roundTrip}; null while nothing is up. */
  roundTrip(timeoutMs: number): Promise<number | null> {
    return this.attempt?.connection?.link?.tunnel.roundTrip(timeoutMs) ?? Promise.resolve(null);
  }

  /** How long the gateway takes to accept a TCP connection past the tunnel, in ms; see {@link Link.gatewayDelay}. */
  gatewayDelay(timeoutMs: number): Promise<number | null> {
    const { attempt } = this;
    const link = attempt?.connection?.link;
    return attempt && link ? link.gatewayDelay(within(timeoutMs, attempt.stop.signal)) : Promise.resolve(null);
  }

  private up(): { attempt: Attempt; link: Link } {
    const { attempt } = this;
    const link = attempt?.connection?.link;
    if (!attempt || !link) throw fail('not-now');
    return { attempt, link };
  }

  /** Runs an attempt to its end at `idle`. Never rejects. */
  private async run(attempt: Attempt): Promise<void> {
    const { signal } = attempt.stop;
    let ending: Failure | null = null;
    try {
      const stopped = whenAborted(signal).then(() => null);
      // Whatever does not obey the signal is abandoned
      ending = await Promise.race([this.live(attempt), stopped]);
    } catch (error) {
      ending = failureOf(error);
      this.deps.log(`attempt ${attempt.number} ended: ${ending.code}${ending.detail ? ` (${ending.detail})` : ''}`);
    }
    this.apply(attempt.number, { type: 'end', ending });
    attempt.stop.abort();
    await atMost(closeTimeoutMs, attempt.connection?.close());
    this.attempt = null;
    const { state } = this.machine;
    this.apply(attempt.number, { type: 'closed' });
    if (state.kind === 'closing' && state.ending?.code === 'captive-portal') void this.watchCaptivePortal(attempt);
  }

  /** Tells when the captive portal lets this computer through. Signing in is left to the person. Never rejects. */
  private async watchCaptivePortal({ number, profile, gateway }: Attempt): Promise<void> {
    const looking = new AbortController();
    this.looking = looking;
    const held = { profile, verifier: this.deps.verifierFor(profile), gateway, environment: this.deps.environment };
    if (await waitUntilOpen(held, looking.signal)) this.apply(number, { type: 'network-open' });
  }

  /** From the trusted-network check to the end of the session. Resolves with the reason, null if the person ended it. */
  private async live(attempt: Attempt): Promise<Failure | null> {
    const { profile, stop } = attempt;
    const verifier = this.deps.verifierFor(profile);
    const driver = this.deps.drivers[profile.protocol];
    const engine = this.deps.tunnels[profile.tunnel];
    if (!driver || !engine) throw fail('component-missing', { component: driver ? profile.tunnel : profile.protocol });
    if (await isOnCampus(profile, verifier, stop.signal)) {
      this.apply(attempt.number, { type: 'found-on-campus' });
      const { isAlwaysOn = () => false, environment } = this.deps;
      await new CampusWatch({
        isWanted: isAlwaysOn,
        probe: (signal) => isOnCampus(profile, verifier, signal),
        environment,
      }).left(stop.signal);
      return null;
    }
    await engine.prepare?.(attempt.gateway, stop.signal);
    const { target, session } = await signInWithFailover(
      {
        profile,
        verifier,
        driver,
        engine,
        deps: this.deps,
        ask: async (prompt, options) => {
          const answer = await attempt.asking.ask(prompt, options);
          this.deps.answering?.(prompt, answer);
          return answer;
        },
        onContact: (gateway) => {
          attempt.gateway = gateway;
          this.apply(attempt.number, { type: 'contact', gateway });
        },
      },
      stop.signal,
    );
    this.apply(attempt.number, { type: 'signed-in' });
    // From here on, Disconnect has a session to sign out of, even while the tunnel opens
    attempt.connection = new Connection({
      profile,
      target,
      driver,
      engine,
      deps: this.deps,
      isOnCampus: (signal) => isOnCampus(profile, verifier, signal),
      apply: (event) => this.apply(attempt.number, event),
    });
    return attempt.connection.live(session, stop.signal);
  }

  private apply(attempt: number, event: AccessEvent): boolean {
    const outcome = step(this.machine, attempt, event);
    if (!outcome.ok) {
      // An attempt that was disconnected always ends with a second `end`
      if (event.type !== 'end') this.deps.log(`refused ${event.type} in ${this.machine.state.kind}: ${outcome.refused}`);
      return false;
    }
    this.machine = outcome.machine;
    this.notify();
    return true;
  }

  private notify(): void {
    for (const listener of this.listeners) listener(this.machine.state);
  }
}
