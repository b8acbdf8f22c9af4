import { within } from '../../shared/abort.ts';
import { isSessionOver } from '../../shared/endings.ts';
import { fail, failureOf, throwIfCancelled, type Failure } from '../../shared/failure.ts';
import { backoffMs } from './backoff.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { HeldSession } from './held-session.ts';
import type { RetryWait } from './retry-wait.ts';
import type { CampusWatch } from './watch/campus-watch.ts';
import { explained } from './watch/captive-portal.ts';
import { Link } from './watch/link.ts';

const resumeTimeoutMs = 15_000;
/** A gateway that stays away for longer than this, and longer than it lets a session idle, is given up. */
const giveUpAfterMs = 30 * 60_000;
/** Between two tries after that, if the person wants to be connected always. */
const longWaitMs = 5 * 60_000;

/** Resumes a session whose link broke, with the same ticket, until the link is up again or the session is over. */
export class Reconnect {
  /** Ends the try that is under way, because the network that it began in is gone. */
  private attempt: AbortController | null = null;
  /** Since when the link has been down while this computer was awake, by the clock that nobody can set. */
  private downSince = 0;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly held: HeldSession,
    private readonly wait: RetryWait,
    private readonly campus: CampusWatch,
  ) {}

  /** The network changed or the computer woke: the next try begins at once. */
  startOver(): void {
    this.wait.endNow();
    this.attempt?.abort();
  }

  /** Time asleep does not count as time without the gateway. */
  woke(): void {
    this.downSince = performance.now();
  }

  /**
   * @param first why the link broke
   * @param step where to begin in the backoff
   * @returns null once the link is up again; the reason where the session is over; `on-campus` where the computer has come there
   */
  async run(first: Failure, step: number, signal: AbortSignal): Promise<Failure | 'on-campus' | null> {
    const { target, apply, deps, profile } = this.options;
    const { held } = this;
    this.downSince = performance.now();
    await held.detach();
    let why = first;
    for (let tries = step; ; tries++) {
      const nextTryAt = deps.now() + (this.attempt?.signal.aborted ? 0 : this.waitMs(tries));
      if (tries > 0) apply({ type: 'retry-failed', why, nextTryAt });
      await this.wait.wait(nextTryAt, signal);
      throwIfCancelled(signal);
      if (await this.campus.hasArrived(signal)) return 'on-campus';
      apply({ type: 'retry' });
      try {
        await this.resume(signal);
        return null;
      } catch (error) {
        why = failureOf(error);
        throwIfCancelled(signal);
        if (isSessionOver(why.code)) {
          held.drop();
          return held.whyRejected(why);
        }
        // Asked only now: our own clock may have been set, and the gateway knows better
        if (held.lifetime.isOver) return { code: 'session-expired' };
        if (why.code === 'cancelled') why = { code: 'gateway-silent', params: { host: target.host } };
        deps.log(`reconnect try ${tries + 1}: ${why.code}`);
        await held.detach();
        if (this.isLong && !deps.isAlwaysOn?.()) return { code: 'gateway-gone', params: { host: target.host } };
        // Behind a proxy, the proxy is the one that sees the network
        if (!this.attempt?.signal.aborted && !target.via) why = (await explained(why, profile, target.host, signal))?.failure ?? why;
      }
    }
  }

  private async resume(signal: AbortSignal): Promise<void> {
    const { driver, engine, target, apply } = this.options;
    const { held } = this;
    const attempt = (this.attempt = new AbortController());
    const limited = within(resumeTimeoutMs, signal, attempt.signal);
    if (!held.session) throw fail('internal');
    const session = await driver.resume(target, held.session, limited);
    held.hold(session);
    if (signal.aborted) await session.close();
    held.link = new Link(session, await engine.open(session.grant, limited));
    apply({ type: 'reopened', ...held.lifetime.learn(session, held.link.limits.expiresAt) });
  }

  private waitMs(tries: number): number {
    const { random } = this.options.deps;
    return this.isLong ? longWaitMs * (1 - random() / 3) : backoffMs(tries, random);
  }

  /** The gateway has been away for longer than most people would wait. */
  private get isLong(): boolean {
    return performance.now() - this.downSince > this.giveUpTimeMs;
  }

  private get giveUpTimeMs(): number {
    const { deps } = this.options;
    return deps.giveUpAfterMs ?? Math.max(giveUpAfterMs, (this.held.session?.grant.idleSeconds ?? 0) * 1000);
  }
}
