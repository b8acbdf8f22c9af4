import type { AccessEvent } from '../../shared/access-state.ts';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import { fail, failureOf, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { GatewayDriver, GatewayTarget, Session } from '../gateways/gateway.ts';
import type { TrafficCount, TunnelEngine } from '../tunnels/tunnel.ts';
import { backoffMs } from './backoff.ts';
import type { Environment } from './environment.ts';
import { Link } from './link.ts';
import { watchPortal } from './portal-health.ts';

export interface ConnectionOptions {
  profile: Profile;
  target: GatewayTarget;
  driver: GatewayDriver;
  engine: TunnelEngine;
  deps: { environment: Environment; now: () => number; random: () => number; log: (line: string) => void };
  apply: (event: AccessEvent) => boolean;
}

/** A gateway's clock may be a little off from ours: its word counts until then. */
const expiryGraceMs = 5_000;
const warnAtMostMs = 10 * 60_000;
const resumeWithinMs = 15_000;
/** After a link that did not hold for so long, the next one waits a little longer: a gateway that lets us in and out again is not to be hammered. */
const steadyAfterMs = 10_000;

/** Why a session that the gateway ended is over, for the person. */
const endings = {
  'expired': 'session-expired',
  'idle': 'session-idle',
  'revoked': 'session-revoked',
  'replaced': 'session-replaced',
  'signed-out': 'session-revoked',
} as const satisfies Record<SessionEnd, FailureCode>;

/** Failures after which the ticket is worth nothing and only a new sign-in helps. */
const final: readonly FailureCode[] = ['ticket-rejected', 'session-expired', 'session-idle', 'session-revoked', 'session-replaced'];

/** A signed-in session kept up: through broken links, sleep and changes of network, until it ends. */
export class Connection {
  link: Link | null = null;
  private session: Session | null = null;
  private expiresAt = 0;
  private carried: TrafficCount = { received: 0, sent: 0 };
  private suspended = false;
  /** Links in a row that did not hold. */
  private flaps = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly options: ConnectionOptions) {}

  traffic(): TrafficCount {
    const now = this.link?.tunnel.traffic() ?? { received: 0, sent: 0 };
    return { received: this.carried.received + now.received, sent: this.carried.sent + now.sent };
  }

  retryNow(): void {
    this.wake?.();
  }

  /** Signs out of whatever there is. */
  async close(): Promise<void> {
    const { link, session } = this;
    this.link = null;
    await (link ? link.close() : session?.close());
  }

  /** Opens the tunnel and holds the session until it ends; resolves with why. Rejects when the tunnel never came up. */
  async live(session: Session, signal: AbortSignal): Promise<Failure | null> {
    const { engine, apply, deps } = this.options;
    this.session = session;
    this.expiresAt = session.grant.expiresAt;
    this.link = new Link(session, await engine.open(session.grant, signal));
    const since = deps.now();
    const { user, extendable } = session;
    apply({ type: 'opened', facts: { since, expiresAt: this.expiresAt, idleSeconds: session.grant.idleSeconds, extendable, user } });
    const unwatch = this.watchEnvironment();
    const stopWarning = this.warnBeforeExpiry(since);
    try {
      for (;;) {
        const upSince = performance.now();
        const why = await this.hold(signal);
        if (why.over) return why.failure;
        if (performance.now() - upSince > steadyAfterMs) this.flaps = 0;
        apply({ type: 'dropped', why: why.failure, at: deps.now(), nextTryAt: deps.now() });
        const ending = await this.reconnect(why.failure, this.flaps++, signal);
        if (ending) return ending;
      }
    } finally {
      unwatch();
      stopWarning();
    }
  }

  /** Until the link breaks (not over) or the session ends (over). */
  private async hold(signal: AbortSignal): Promise<{ over: boolean; failure: Failure }> {
    const { link } = this;
    if (!link) throw fail('internal');
    const { apply, profile } = this.options;
    const portal = new AbortController();
    const watching = watchPortal(profile, link.tunnel, (health) => apply({ type: 'portal-health', portal: health }), portal.signal);
    try {
      for await (const news of link.news(signal)) {
        if (news.type === 'broken') return { over: false, failure: news.failure };
        if (news.type === 'ended') return { over: true, failure: { code: endings[news.reason] } };
        if (news.type === 'expiring') apply({ type: 'expiring' });
        if (news.type === 'extended') {
          this.expiresAt = news.expiresAt;
          apply({ type: 'extended', expiresAt: news.expiresAt });
        }
      }
      throw fail('cancelled');
    } finally {
      portal.abort();
      await watching;
    }
  }

  /** Takes the session up again with its ticket, beginning at this step of the waits. Null: it is up. A failure: the session is over. */
  private async reconnect(first: Failure, step: number, signal: AbortSignal): Promise<Failure | null> {
    const { driver, engine, target, apply, deps } = this.options;
    await this.letGo();
    let why = first;
    for (let tries = step; ; tries++) {
      const nextTryAt = deps.now() + backoffMs(tries, deps.random);
      if (tries > 0) apply({ type: 'retry-failed', why, nextTryAt });
      await this.pause(nextTryAt, signal);
      orCancelled(signal);
      if (deps.now() > this.expiresAt + expiryGraceMs) return { code: 'session-expired' };
      apply({ type: 'retry' });
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(resumeWithinMs)]);
        const former = this.session;
        if (!former) throw fail('internal');
        const session = await driver.resume(target, former, within);
        this.session = session;
        if (signal.aborted) await session.close();
        this.expiresAt = session.grant.expiresAt;
        this.link = new Link(session, await engine.open(session.grant, within));
        apply({ type: 'reopened', expiresAt: this.expiresAt });
        return null;
      } catch (error) {
        why = failureOf(error);
        orCancelled(signal);
        if (final.includes(why.code)) return why;
        if (why.code === 'cancelled') why = { code: 'gateway-silent', params: { host: target.host } };
        deps.log(`reconnect try ${tries + 1}: ${why.code}`);
        await this.letGo();
      }
    }
  }

  private async letGo(): Promise<void> {
    const { link, session } = this;
    if (link) {
      const { received, sent } = link.tunnel.traffic();
      this.carried = { received: this.carried.received + received, sent: this.carried.sent + sent };
    }
    this.link = null;
    await (link ? link.detach() : session?.detach());
  }

  /** Waits for the next turn; a wake, a network that came back or the person ends it early. While suspended it lasts. */
  private async pause(until: number, signal: AbortSignal): Promise<void> {
    const wait = until - this.options.deps.now();
    if (wait <= 0 && !this.suspended) return;
    await new Promise<void>((resolve) => {
      const timer = this.suspended ? undefined : setTimeout(resolve, wait);
      const wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.wake = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
    this.wake = null;
  }

  private watchEnvironment(): () => void {
    const { environment, log } = this.options.deps;
    const check = async (what: string): Promise<void> => {
      this.wake?.();
      const { link } = this;
      if (!link || (await link.answers()) || this.link !== link) return;
      log(`${what}: the gateway does not answer, reconnecting`);
      // The tunnel ends as dropped, and hold() goes on from there
      link.tunnel.abandon();
    };
    const off = [
      environment.onSuspend(() => {
        this.suspended = true;
      }),
      environment.onResume(() => {
        this.suspended = false;
        void check('resume');
      }),
      environment.onNetworkChange(() => void check('network change')),
    ];
    return () => off.forEach((stop) => stop());
  }

  /** Warns a tenth of the session's life before its end, ten minutes at most, whatever the gateway says. */
  private warnBeforeExpiry(since: number): () => void {
    const { apply, deps } = this.options;
    let warnedFor = 0;
    const timer = setInterval(() => {
      const left = this.expiresAt - deps.now();
      const warnAt = Math.min(warnAtMostMs, (this.expiresAt - since) / 10);
      if (left > warnAt || warnedFor === this.expiresAt || !this.link) return;
      warnedFor = this.expiresAt;
      apply({ type: 'expiring' });
    }, 1_000);
    return () => clearInterval(timer);
  }
}

function orCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw fail('cancelled');
}
