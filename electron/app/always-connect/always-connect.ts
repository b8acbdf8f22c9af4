import type { AccessState } from '../../../shared/access-state.ts';
import type { AlwaysConnectState } from '../../../shared/always-connect.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Environment } from '../../access/environment.ts';
import { decide, longestWaitMs, meaningOf, notLaterThan, pauseMs, waitMs, type Decision } from './decision.ts';

/** A new network needs a moment for its addresses and name servers. */
const settleMs = 2_000;
/** A timer may not be longer than this, as clocks can be set. It then looks again. */
const longestTimerMs = 60 * 60_000;
/** A computer that says that it will sleep, and has not by then, stays awake. */
const sleepTimeoutMs = 60_000;

export interface AlwaysConnectDeps {
  isWanted: () => boolean;
  /** The id of the campus that was used last, or null. */
  campus: () => string | null;
  /** Something else on the screen waits for the person. */
  isBusy: () => boolean;
  access: () => AccessState;
  /** Starts an attempt in which nothing that is saved is sent. */
  connect: (profileId: string) => Promise<void>;
  /** Ends the current attempt. */
  end: () => Promise<void>;
  /** Forgets why the last attempt ended. */
  acknowledge: () => void;
  /** Whether the computer is on that campus. */
  isOnCampus: (profileId: string, signal: AbortSignal) => Promise<boolean>;
  environment: Environment;
  now: () => number;
  random: () => number;
  changed: () => void;
  log: (line: string) => void;
  /** Aborts when the app ends. */
  stop: AbortSignal;
}

/** The current attempt, or the last one. */
interface Attempt {
  /** Nobody pressed Connect for it. */
  readonly byItself: boolean;
  isAsked: boolean;
  isAnswered: boolean;
}

/**
 * Connects by itself whenever the person is off campus, if they want that. It sends no password, opens no sign-in page and
 * rings no phone: without a session's ticket it stops at the first question, and tells once. {@link decide} decides.
 */
export class AlwaysConnect {
  private attempt: Attempt | null = null;
  private lastKind: AccessState['kind'] = 'idle';
  private pausedUntil: number | null = null;
  /** Why only the person can go on. `network`: a new network may help too. */
  private stopped: 'person' | 'network' | null = null;
  private tries = 0;
  private nextTryAt = 0;
  private round = 1;
  private isStarting = false;
  /** How many times the person is about to connect. */
  private yielding = 0;
  private isSuspended = false;
  private timer: NodeJS.Timeout | undefined;
  private awake: NodeJS.Timeout | undefined;
  private unwatch: (() => void) | null = null;
  /** Ends the look for the campus that is under way, while a question is open. */
  private looking = new AbortController();

  constructor(private readonly deps: AlwaysConnectDeps) {
    deps.stop.addEventListener('abort', () => this.close(), { once: true });
  }

  get state(): AlwaysConnectState {
    const decision = this.decision();
    return decision.connect ? { step: 'watching' } : decision.state;
  }

  /** Something has changed that it depends on. Looks what to do now, and when to look again. */
  look(): void {
    clearTimeout(this.timer);
    const { isWanted, stop, now } = this.deps;
    if (stop.aborted) return;
    if (isWanted() !== (this.unwatch !== null)) this.wantedChanged(isWanted());
    const decision = this.decision();
    if (decision.connect) void this.connect();
    else if ('until' in decision.state) {
      this.timer = setTimeout(() => this.deps.changed(), Math.min(Math.max(0, decision.state.until - now()), longestTimerMs));
      this.timer.unref();
    }
  }

  /** An attempt begins. `byItself`: nobody asked for it. */
  begin(byItself: boolean): void {
    this.attempt = { byItself, isAsked: false, isAnswered: false };
    if (!byItself) this.startAnew();
  }

  /** Connects nothing while a person's own Connect is on its way. */
  async yieldTo<T>(connect: () => Promise<T>): Promise<T> {
    this.yielding += 1;
    try {
      return await connect();
    } finally {
      this.yielding -= 1;
      this.look();
    }
  }

  /** Whether nothing that is saved may answer a question of the current attempt. */
  get isHandsOff(): boolean {
    return this.attempt !== null && this.attempt.byItself && !this.attempt.isAnswered;
  }

  /** The person has answered a question. */
  answered(): void {
    if (!this.attempt || this.attempt.isAnswered) return;
    this.attempt.isAnswered = true;
    this.round += 1;
  }

  /** The person has ended a session or an attempt. */
  pause(): void {
    if (this.deps.isWanted() && this.deps.access().kind !== 'idle') this.pausedUntil = this.deps.now() + pauseMs;
  }

  /** The person does not want to wait for the end of the pause, or for the next try. */
  resume(): void {
    this.startAnew();
    this.deps.changed();
  }

  /** Call before the state is announced: the attempt's end decides about the next one. */
  accessChanged(access: AccessState): void {
    const before = this.lastKind;
    this.lastKind = access.kind;
    if (access.kind === 'asking' && this.attempt && !access.answered) this.attempt.isAsked = true;
    if (access.kind === before) return;
    if (access.kind === 'connected' || access.kind === 'on-campus') this.worked();
    if (access.kind === 'idle') this.ended(access);
  }

  private worked(): void {
    this.stopped = null;
    this.tries = 0;
    this.nextTryAt = 0;
    this.round += 1;
  }

  private startAnew(): void {
    this.pausedUntil = null;
    this.worked();
  }

  private ended({ ending }: Extract<AccessState, { kind: 'idle' }>): void {
    const { attempt } = this;
    this.attempt = null;
    if (!this.deps.isWanted()) return;
    const isAlone = attempt !== null && attempt.byItself && !attempt.isAnswered;
    const meaning = meaningOf(ending, isAlone && attempt.isAsked);
    // A failure that passes by itself is no news, except a network's own sign-in page
    if (isAlone && ending && meaningOf(ending, false) === 'later' && ending.code !== 'captive-portal') this.deps.acknowledge();
    switch (meaning) {
      case 'again':
        return;
      case 'person':
        this.stopped = isAlone ? 'network' : 'person';
        return;
      case 'later':
        this.tries += 1;
        // A network's own sign-in page: somebody has to fill it in first
        this.nextTryAt = this.deps.now() + (ending?.code === 'captive-portal' ? longestWaitMs : waitMs(this.tries, this.deps.random));
    }
  }

  private async connect(): Promise<void> {
    const { deps } = this;
    const campus = deps.campus();
    if (this.isStarting || campus === null) return;
    this.isStarting = true;
    try {
      await deps.connect(campus);
    } catch (error) {
      const { code } = failureOf(error);
      deps.log(`always connect: ${code}`);
      // The person was quicker
      if (code !== 'not-now') this.stopped = 'network';
      else this.nextTryAt = deps.now() + waitMs(1, deps.random);
    } finally {
      this.isStarting = false;
    }
    deps.changed();
  }

  private wantedChanged(isWanted: boolean): void {
    this.startAnew();
    this.unwatch?.();
    this.unwatch = isWanted ? this.watch() : null;
  }

  private watch(): () => void {
    const { environment } = this.deps;
    const off = [
      environment.onSuspend(() => {
        this.isSuspended = true;
        // Not every system says that it did not sleep after all. Timers do not run while it sleeps
        clearTimeout(this.awake);
        this.awake = setTimeout(() => this.moved(), sleepTimeoutMs);
        this.awake.unref();
        this.look();
      }),
      environment.onResume(() => this.moved()),
      environment.onNetworkChange(() => this.moved()),
    ];
    return () => off.forEach((stop) => stop());
  }

  /** Another network, or a wake. */
  private moved(): void {
    const { deps } = this;
    clearTimeout(this.awake);
    this.isSuspended = false;
    this.tries = 0;
    this.nextTryAt = deps.now() + settleMs;
    if (this.stopped === 'network') this.stopped = null;
    if (this.state.step === 'asking') void this.leaveQuestionOnCampus();
    deps.changed();
  }

  /** Nobody has to answer a question of the gateway's on campus. */
  private async leaveQuestionOnCampus(): Promise<void> {
    const { deps, attempt } = this;
    const campus = deps.campus();
    // The network has changed since: only the last look counts, however often it changes
    this.looking.abort();
    this.looking = new AbortController();
    const signal = AbortSignal.any([deps.stop, this.looking.signal]);
    try {
      if (campus === null || !(await deps.isOnCampus(campus, signal)) || signal.aborted) return;
    } catch {
      return; // a newer look, or the app ends
    }
    if (attempt === this.attempt && this.state.step === 'asking') await deps.end();
  }

  private decision(): Decision {
    const { isWanted, campus, access, isBusy, now } = this.deps;
    // A clock that was set back makes no wait longer, and brings none back
    if (this.pausedUntil !== null) this.pausedUntil = now() >= this.pausedUntil ? null : notLaterThan(this.pausedUntil, now(), pauseMs);
    this.nextTryAt = notLaterThan(this.nextTryAt, now(), longestWaitMs);
    const current = access();
    return decide({
      isWanted: isWanted(),
      hasCampus: campus() !== null,
      isAtRest: current.kind === 'idle' && !this.isStarting && this.yielding === 0,
      isAsking: current.kind === 'asking' && !current.answered && this.isHandsOff,
      isBusy: isBusy(),
      isSuspended: this.isSuspended,
      pausedUntil: this.pausedUntil,
      isStopped: this.stopped !== null,
      nextTryAt: current.kind === 'idle' && current.wayFree === true ? 0 : this.nextTryAt,
      round: this.round,
      now: now(),
    });
  }

  private close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.awake);
    this.unwatch?.();
  }
}
