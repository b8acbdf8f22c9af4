import type { PortalHealth } from '../../shared/access-state.ts';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import { fail, failureOf, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Session } from '../gateways/gateway.ts';
import type { Tunnel, TrafficCount } from '../tunnels/tunnel.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { explained } from './watch/captive-portal.ts';
import { askForTime, watchExpiry, type Expiring } from './watch/expiry.ts';
import { HeldSession } from './held-session.ts';
import { orCancelled, Reconnect } from './reconnect.ts';
import { RetryWait } from './retry-wait.ts';
import { Link } from './watch/link.ts';
import { watchPortal } from './watch/portal-health.ts';
import { waitForRecovery } from './watch/link-recovery.ts';

/** A link that fell silent is held on to for so long. Then a new one is made, which may lead elsewhere. */
const holdsMs = 60_000;
/** After a link that did not hold for so long, the next one waits a little longer: a gateway that lets us in and out again is not to be hammered. */
const steadyAfterMs = 10_000;
/** A tunnel that does not open at once is tried again after these waits, where the reason may pass. */
const openingWaitsMs = [500, 1_500] as const;
const passing: readonly FailureCode[] = ['gateway-closed', 'gateway-unreachable', 'local-network'];
/** Why a session that the gateway ended is over, for the person. */
const endings = {
  'expired': 'session-expired',
  'idle': 'session-idle',
  'revoked': 'session-revoked',
  'replaced': 'session-replaced',
  'signed-out': 'session-revoked',
} as const satisfies Record<SessionEnd, FailureCode>;

/** A signed-in session kept up: through broken links, sleep and changes of network, until it ends. */
export class Connection {
  private readonly held: HeldSession;
  private readonly wait: RetryWait;
  private readonly reconnect: Reconnect;
  private readonly expiring: Expiring;
  /** Links in a row that did not hold. */
  private flaps = 0;

  constructor(private readonly options: ConnectionOptions) {
    const { driver, target, deps, apply } = options;
    const { now, log } = deps;
    this.held = new HeldSession({ driver, target, now, log });
    this.wait = new RetryWait(now);
    this.reconnect = new Reconnect(options, this.held, this.wait);
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

  /** Signs out of whatever there is. */
  close(): Promise<void> {
    return this.held.close();
  }

  /** Opens the tunnel and holds the session until it ends; resolves with why. Rejects when the tunnel never came up. */
  async live(session: Session, signal: AbortSignal): Promise<Failure | null> {
    const { apply, deps } = this.options;
    this.held.hold(session);
    // Whatever comes of the tunnel: they may have to change it before they can sign in again
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
        const upSince = performance.now();
        const why = await this.hold(signal);
        if (why.over) return why.failure;
        if (performance.now() - upSince > steadyAfterMs) this.flaps = 0;
        apply({ type: 'dropped', why: why.failure, at: deps.now(), nextTryAt: why.silent ? null : deps.now() });
        if (why.silent) {
          if (await this.recovers(why.silent, why.failure, signal)) continue;
          // How it ended may be the end of more than the link
          const last = await this.hold(signal);
          if (last.over) return last.failure;
        }
        const ending = await this.reconnect.run(why.failure, this.flaps++, signal);
        if (ending) return ending;
      }
    } finally {
      unwatch();
      stopWatching();
    }
  }

  /** A second factor is in it by now: what may pass by itself is tried again before it is lost. */
  private async openTunnel(session: Session, signal: AbortSignal, waits: readonly number[] = openingWaitsMs): Promise<Tunnel> {
    const { engine, deps, target } = this.options;
    try {
      return await engine.open(session.grant, signal);
    } catch (error) {
      const { code, detail = '' } = failureOf(error);
      // Of a ticket that is this new no session is over: it is a session that may not have a tunnel
      if (code === 'ticket-rejected') throw fail('tunnel-refused', { host: target.host }, { detail });
      const [waitMs, ...later] = waits;
      if (waitMs === undefined || !passing.includes(code)) throw error;
      deps.log(`the tunnel did not open: ${code}`);
      await this.wait.wait(deps.now() + waitMs, signal);
      orCancelled(signal);
      return this.openTunnel(session, signal, later);
    }
  }

  /** Until the link breaks or falls silent (not over) or the session ends (over). */
  private async hold(signal: AbortSignal): Promise<{ over: boolean; failure: Failure; silent?: Link }> {
    const { link } = this;
    if (!link) throw fail('internal');
    const { apply, profile } = this.options;
    const done = new AbortController();
    // Listeners of this hold go with it: a session may live through many
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

  /** A portal that does not answer may mean that nothing does: the screen says that the link is up, so it is looked at. */
  private tellHealth(link: Link, portal: PortalHealth): void {
    this.options.apply({ type: 'portal-health', portal });
    if (portal === 'up') return;
    void link.answers().then((alive) => {
      if (!alive && this.link === link) link.reportUnresponsive();
    });
  }

  /** Whether a link that fell silent answers again; otherwise it has been given up. The person may give it up at once. */
  private async recovers(link: Link, why: Failure, signal: AbortSignal): Promise<boolean> {
    const { apply, deps, profile, target } = this.options;
    const givenUp = new AbortController();
    const over = this.wait.begin(() => givenUp.abort());
    // Behind a proxy it is the proxy that sees the network
    if (!target.via)
      void explained(why, profile, target.host, AbortSignal.any([signal, givenUp.signal])).then(
        (found) => found && apply({ type: 'retry-failed', why: found.failure, nextTryAt: null }),
        () => undefined, // given up
      );
    const heard = await waitForRecovery(link, AbortSignal.any([signal, givenUp.signal, AbortSignal.timeout(holdsMs)]));
    over();
    givenUp.abort();
    if (!heard) {
      link.tunnel.abandon();
      return false;
    }
    deps.log('the gateway is heard again');
    apply({ type: 'reopened', ...this.held.lifetime.again() });
    void askForTime(this.expiring, link, signal);
    return true;
  }

  private watchEnvironment(signal: AbortSignal): () => void {
    const { environment, log } = this.options.deps;
    const check = async (what: string): Promise<void> => {
      const { link } = this;
      if (!link) {
        this.reconnect.startOver();
        return;
      }
      const alive = await link.answers();
      if (this.link !== link) return;
      if (alive) {
        // What woke us may have been a clock that was set
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
