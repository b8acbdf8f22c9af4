import { within } from '../../shared/abort.ts';
import type { PortalHealth } from '../../shared/access-state.ts';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import { fail, failureOf, throwIfCancelled, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Session } from '../gateways/gateway.ts';
import type { Tunnel, TrafficCount } from '../tunnels/tunnel.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { explained } from './watch/captive-portal.ts';
import { askForTime, watchExpiry, type Expiring } from './watch/expiry.ts';
import { HeldSession } from './held-session.ts';
import { Reconnect } from './reconnect.ts';
import { RetryWait } from './retry-wait.ts';
import { CampusWatch } from './watch/campus-watch.ts';
import { Link } from './watch/link.ts';
import { watchPortal } from './watch/portal-health.ts';
import { waitForRecovery } from './watch/link-recovery.ts';

/** How long a silent link may take to recover. After that a new link is made, maybe over another network. */
const recoveryTimeoutMs = 60_000;
/** A link that broke sooner than this makes the next wait longer, so that we do not hammer a gateway that keeps dropping us. */
const steadyAfterMs = 10_000;
/** If a tunnel does not open for a reason that may pass, it is tried again after these waits. */
const openingWaitsMs = [500, 1_500] as const;
const passing: readonly FailureCode[] = ['gateway-closed', 'gateway-unreachable', 'local-network'];
/** What the person is told when the gateway ends the session. */
const endings = {
  'expired': 'session-expired',
  'idle': 'session-idle',
  'revoked': 'session-revoked',
  'replaced': 'session-replaced',
  'signed-out': 'session-revoked',
} as const satisfies Record<SessionEnd, FailureCode>;

/** Keeps one session up through broken links, sleep and network changes, until it ends. */
export class Connection {
  private readonly held: HeldSession;
  private readonly wait: RetryWait;
  private readonly reconnect: Reconnect;
  private readonly expiring: Expiring;
  private readonly campus: CampusWatch;
  /** The computer came on campus while the link was up. */
  private hasArrived = false;
  /** How many links in a row broke soon. */
  private flaps = 0;

  constructor(private readonly options: ConnectionOptions) {
    const { driver, target, deps, apply } = options;
    const { now, log } = deps;
    this.held = new HeldSession({ driver, target, now, log });
    this.wait = new RetryWait(now);
    this.campus = new CampusWatch({
      isWanted: () => deps.isAlwaysOn?.() ?? false,
      probe: options.isOnCampus,
      environment: deps.environment,
    });
    this.reconnect = new Reconnect(options, this.held, this.wait, this.campus);
    const { lifetime } = this.held;
    this.expiring = { lifetime, link: () => this.link, isAsleep: () => this.wait.isSuspended, apply, log };
  }

  get link(): Link | null {
    return this.held.link;
  }

  traffic(): TrafficCount {
    return this.held.traffic();
  }

  retryNow(): void {
    this.wait.endNow();
  }

  /** Signs out. */
  close(): Promise<void> {
    return this.held.close();
  }

  /** Opens the tunnel and keeps the session up until it ends. Resolves with the reason, null if the person ended it. Rejects if the tunnel never opened. */
  async live(session: Session, signal: AbortSignal): Promise<Failure | null> {
    const { apply, deps } = this.options;
    this.held.hold(session);
    // Told even if the tunnel fails: the person may have to change the password before they can sign in again
    const { passwordDays = null } = session;
    if (passwordDays !== null) deps.tell?.({ code: 'password-ends', params: { days: String(passwordDays) } });
    const link = new Link(session, await this.openTunnel(session, signal));
    this.held.link = link;
    const { expiresAt, idleSeconds } = link.limits;
    const times = this.held.lifetime.begin(session, expiresAt);
    const { user, extendable } = session;
    apply({ type: 'opened', facts: { ...times, idleSeconds, extendable, user } });
    const { banner } = link.tunnel;
    if (banner) deps.tell?.({ code: 'gateway-says', params: { text: banner } });
    const unwatch = this.watchEnvironment(signal);
    const stopWatching = watchExpiry(this.expiring, signal);
    try {
      for (;;) {
        const broke = await this.untilBroken(signal);
        if (broke === 'recovered') continue;
        if (broke !== 'on-campus' && 'over' in broke) return broke.over;
        let ending = broke === 'on-campus' ? broke : await this.reconnect.run(broke.why, this.flaps++, signal);
        while (ending === 'on-campus') ending = await this.restOnCampus(signal);
        if (ending) return ending;
      }
    } finally {
      unwatch();
      stopWatching();
    }
  }

  /** Keeps the link up until it breaks for good, the session is over, or the computer comes on campus. */
  private async untilBroken(signal: AbortSignal): Promise<'recovered' | 'on-campus' | { over: Failure } | { why: Failure }> {
    const { apply, deps } = this.options;
    const upSince = performance.now();
    const why = await this.hold(signal);
    if (why.over) return { over: why.failure };
    if (this.hasArrived) return 'on-campus';
    if (performance.now() - upSince > steadyAfterMs) this.flaps = 0;
    apply({ type: 'dropped', why: why.failure, at: deps.now(), nextTryAt: why.silent ? null : deps.now() });
    if (why.silent) {
      if (await this.recovers(why.silent, why.failure, signal)) return 'recovered';
      // The session may have ended, not just the link
      const last = await this.hold(signal);
      if (last.over) return { over: last.failure };
    }
    return { why: why.failure };
  }

  /** On campus: closes the link, keeps the ticket, and goes on with the session once the computer has left. Returns as {@link Reconnect.run} does. */
  private async restOnCampus(signal: AbortSignal): Promise<Failure | 'on-campus' | null> {
    const { apply, deps, profile } = this.options;
    this.hasArrived = false;
    deps.log('on campus: the session rests');
    apply({ type: 'arrived-on-campus' });
    await this.held.detach();
    await this.campus.left(signal);
    throwIfCancelled(signal);
    const why: Failure = { code: 'left-campus', params: { campus: profile.name } };
    apply({ type: 'left-campus', why, at: deps.now() });
    return this.reconnect.run(why, 0, signal);
  }

  /** The person has given a second factor by now, so a failure that may pass is retried before the session is lost. */
  private async openTunnel(session: Session, signal: AbortSignal, waits: readonly number[] = openingWaitsMs): Promise<Tunnel> {
    const { engine, deps, target } = this.options;
    try {
      return await engine.open(session.grant, signal);
    } catch (error) {
      const { code, detail = '' } = failureOf(error);
      // A ticket this new cannot have expired: the gateway gives this session no tunnel
      if (code === 'ticket-rejected') throw fail('tunnel-refused', { host: target.host }, { detail });
      const [waitMs, ...later] = waits;
      if (waitMs === undefined || !passing.includes(code)) throw error;
      deps.log(`the tunnel did not open: ${code}`);
      await this.wait.wait(deps.now() + waitMs, signal);
      throwIfCancelled(signal);
      return this.openTunnel(session, signal, later);
    }
  }

  /** Waits until the link breaks or falls silent, or the session ends (`over`). */
  private async hold(signal: AbortSignal): Promise<{ over: boolean; failure: Failure; silent?: Link }> {
    const { link } = this;
    if (!link) throw fail('internal');
    const { apply, profile } = this.options;
    const done = new AbortController();
    // A session may hold many links: the listeners of this one must not pile up
    const held = AbortSignal.any([signal, done.signal]);
    const watching = watchPortal(profile, link.tunnel, (health) => this.tellHealth(link, health), held);
    try {
      for await (const news of link.news(held)) {
        if (news.type === 'broken') return { over: false, failure: news.failure };
        if (news.type === 'silent') return { over: false, failure: news.failure, silent: link };
        if (news.type === 'rejected') return { over: true, failure: this.held.whyRejected(news.failure) };
        if (news.type === 'ended') return { over: true, failure: { code: endings[news.reason] } };
        if (news.type === 'expiring') {
          apply({ type: 'retimed', ...this.held.lifetime.learn(link.session, news.at) });
          apply({ type: 'expiring' });
        }
        if (news.type === 'extended')
          apply({ type: 'extended', expiresAt: this.held.lifetime.learn(link.session, news.expiresAt).expiresAt });
      }
      throw fail('cancelled');
    } finally {
      done.abort();
      await watching;
    }
  }

  /** If the portal does not answer, perhaps nothing does. The screen says that the link is up, so the link is checked. */
  private tellHealth(link: Link, portal: PortalHealth): void {
    this.options.apply({ type: 'portal-health', portal });
    if (portal === 'up') return;
    void link.answers().then((alive) => {
      if (!alive && this.link === link) link.reportUnresponsive();
    });
  }

  /** Waits for a silent link to answer again. If it does not, or the person does not want to wait, the link is abandoned. */
  private async recovers(link: Link, why: Failure, signal: AbortSignal): Promise<boolean> {
    const { apply, deps, profile, target } = this.options;
    const givenUp = new AbortController();
    const over = this.wait.begin(() => givenUp.abort());
    // Behind a proxy, the proxy is the one that sees the network
    if (!target.via)
      void explained(why, profile, target.host, AbortSignal.any([signal, givenUp.signal])).then(
        (found) => found && apply({ type: 'retry-failed', why: found.failure, nextTryAt: null }),
        () => undefined, // given up
      );
    const recovered = await waitForRecovery(link, within(recoveryTimeoutMs, signal, givenUp.signal));
    over();
    givenUp.abort();
    if (!recovered) {
      link.tunnel.abandon();
      return false;
    }
    deps.log('the gateway answers again');
    apply({ type: 'reopened', ...this.held.lifetime.current() });
    void askForTime(this.expiring, link, signal);
    return true;
  }

  private watchEnvironment(signal: AbortSignal): () => void {
    const { environment, log } = this.options.deps;
    const check = async (what: string): Promise<void> => {
      const { link } = this;
      this.campus.noteMove();
      if (!link) {
        this.reconnect.startOver();
        return;
      }
      // Through a tunnel for the whole computer, the probe would answer everywhere
      if (this.options.profile.tunnel !== 'system' && (await this.campus.hasArrived(signal).catch(() => false))) {
        if (this.link !== link) return;
        this.hasArrived = true;
        link.reportUnresponsive();
        return;
      }
      const alive = await link.answers();
      if (this.link !== link) return;
      if (alive) {
        // The wake may have been a clock that somebody set
        await askForTime(this.expiring, link, signal);
        return;
      }
      log(`${what}: the gateway does not answer`);
      link.reportUnresponsive();
    };
    const off = [
      environment.onSuspend(() => this.wait.suspend()),
      environment.onResume(() => {
        this.wait.resume();
        this.reconnect.woke();
        void check('resume');
      }),
      environment.onNetworkChange(() => void check('network change')),
    ];
    return () => off.forEach((stop) => stop());
  }
}
