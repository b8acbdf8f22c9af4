import { onAbort } from '../../shared/abort.ts';
import type { AccessEvent, PortalHealth } from '../../shared/access-state.ts';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import { isSessionOver } from '../../shared/endings.ts';
import { fail, failureOf, type Failure, type FailureCode } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { GatewayDriver, GatewayTarget, Session } from '../gateways/gateway.ts';
import type { Tunnel, TrafficCount, TunnelEngine } from '../tunnels/tunnel.ts';
import { backoffMs } from './backoff.ts';
import type { Environment } from './environment.ts';
import { explained } from './watch/captive-portal.ts';
import { askForTime, watchExpiry, type Expiring } from './watch/expiry.ts';
import { Lifetime } from './watch/lifetime.ts';
import { Link } from './watch/link.ts';
import { watchPortal } from './watch/portal-health.ts';
import { waitForRecovery } from './watch/link-recovery.ts';

export interface ConnectionOptions {
  profile: Profile;
  target: GatewayTarget;
  driver: GatewayDriver;
  engine: TunnelEngine;
  deps: {
    environment: Environment;
    now: () => number;
    random: () => number;
    log: (line: string) => void;
    tell?: (failure: Failure) => void;
    giveUpAfterMs?: number;
  };
  apply: (event: AccessEvent) => boolean;
}

const resumeWithinMs = 15_000;
/** A link that fell silent is held on to for so long. Then a new one is made, which may lead elsewhere. */
const holdsMs = 60_000;
/** After a link that did not hold for so long, the next one waits a little longer: a gateway that lets us in and out again is not to be hammered. */
const steadyAfterMs = 10_000;
/** A tunnel that does not open at once is tried again after these waits, where the reason may pass. */
const openingWaitsMs = [500, 1_500] as const;
const passing: readonly FailureCode[] = ['gateway-closed', 'gateway-unreachable', 'local-network'];
/** Who disconnects is not kept waiting: what does not answer by then is left to the gateway's own clock. */
const signOutWithinMs = 800;
/** A gateway that is away for so long, and longer than it lets a session idle, is not waited for any more. */
const giveUpAfterMs = 30 * 60_000;

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
  link: Link | null = null;
  /** The one whose ticket is good, as far as we know. */
  private session: Session | null = null;
  /** Whether its control channel is still ours to speak on. */
  private attached = false;
  private readonly lifetime: Lifetime;
  private earlierTraffic: TrafficCount = { received: 0, sent: 0 };
  private suspended = false;
  /** Links in a row that did not hold. */
  private flaps = 0;
  private wake: (() => void) | null = null;
  /** Ends the try that is under way: the network that it began in is no more. */
  private anew: AbortController | null = null;
  /** Since when the link has been down while this computer was awake, on the clock that nobody can set. */
  private downSince = 0;
  private readonly expiring: Expiring;

  constructor(private readonly options: ConnectionOptions) {
    const { deps, apply } = options;
    this.lifetime = new Lifetime(deps.now);
    this.expiring = { lifetime: this.lifetime, link: () => this.link, isAsleep: () => this.suspended, apply, log: deps.log };
  }

  traffic(): TrafficCount {
    const now = this.link?.tunnel.traffic() ?? { received: 0, sent: 0 };
    return { received: this.earlierTraffic.received + now.received, sent: this.earlierTraffic.sent + now.sent };
  }

  retryNow(): void {
    this.wake?.();
  }

  /** Signs out of whatever there is. A session whose link is broken is taken up once more for that: its ticket would stay good. */
  async close(): Promise<void> {
    const { link, session } = this;
    this.link = null;
    this.session = null;
    const tunnelClosed = link?.tunnel.close({ signOut: true });
    const signedOut = !session || (this.attached && (await session.close()));
    if (!signedOut) await this.signOutAnew(session);
    await tunnelClosed;
  }

  private async signOutAnew(former: Session): Promise<void> {
    const { driver, target, deps } = this.options;
    try {
      const session = await driver.resume(target, former, AbortSignal.timeout(signOutWithinMs));
      await session.close();
    } catch (error) {
      deps.log(`not signed out: ${failureOf(error).code}`);
    }
  }

  /** Opens the tunnel and holds the session until it ends; resolves with why. Rejects when the tunnel never came up. */
  async live(session: Session, signal: AbortSignal): Promise<Failure | null> {
    const { apply, deps } = this.options;
    this.session = session;
    this.attached = true;
    // Whatever comes of the tunnel: they may have to change it before they can sign in again
    const { passwordDays = null } = session;
    if (passwordDays !== null) deps.tell?.({ code: 'password-ends', params: { days: String(passwordDays) } });
    this.link = new Link(session, await this.openTunnel(session, signal));
    const { expiresAt, idleSeconds } = this.link.limits;
    const times = this.lifetime.begin(session, expiresAt);
    const { user, extendable } = session;
    apply({ type: 'opened', facts: { ...times, idleSeconds, extendable, user } });
    const { banner } = this.link.tunnel;
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
        const ending = await this.reconnect(why.failure, this.flaps++, signal);
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
      await this.pause(deps.now() + waitMs, signal);
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
        if (news.type === 'rejected') return { over: true, failure: this.rejected(news.failure) };
        if (news.type === 'ended') return { over: true, failure: { code: endings[news.reason] } };
        if (news.type === 'expiring') {
          apply({ type: 'retimed', ...this.lifetime.learn(link.session, news.at) });
          apply({ type: 'expiring' });
        }
        if (news.type === 'extended') apply({ type: 'extended', expiresAt: this.lifetime.learn(link.session, news.expiresAt).expiresAt });
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
    this.wake = () => givenUp.abort();
    // Behind a proxy it is the proxy that sees the network
    if (!target.via)
      void explained(why, profile, target.host, AbortSignal.any([signal, givenUp.signal])).then(
        (found) => found && apply({ type: 'retry-failed', why: found.failure, nextTryAt: null }),
        () => undefined, // given up
      );
    const heard = await waitForRecovery(link, AbortSignal.any([signal, givenUp.signal, AbortSignal.timeout(holdsMs)]));
    this.wake = null;
    givenUp.abort();
    if (!heard) {
      link.tunnel.abandon();
      return false;
    }
    deps.log('the gateway is heard again');
    apply({ type: 'reopened', ...this.lifetime.again() });
    void askForTime(this.expiring, link, signal);
    return true;
  }

  /** Takes the session up again with its ticket, beginning at this step of the waits. Null: it is up. A failure: the session is over. */
  private async reconnect(first: Failure, step: number, signal: AbortSignal): Promise<Failure | null> {
    const { driver, engine, target, apply, deps, profile } = this.options;
    this.downSince = performance.now();
    await this.detach();
    let why = first;
    for (let tries = step; ; tries++) {
      const nextTryAt = deps.now() + (this.anew?.signal.aborted ? 0 : backoffMs(tries, deps.random));
      if (tries > 0) apply({ type: 'retry-failed', why, nextTryAt });
      await this.pause(nextTryAt, signal);
      orCancelled(signal);
      apply({ type: 'retry' });
      try {
        const anew = (this.anew = new AbortController());
        const within = AbortSignal.any([signal, anew.signal, AbortSignal.timeout(resumeWithinMs)]);
        const former = this.session;
        if (!former) throw fail('internal');
        const session = await driver.resume(target, former, within);
        this.session = session;
        this.attached = true;
        if (signal.aborted) await session.close();
        this.link = new Link(session, await engine.open(session.grant, within));
        apply({ type: 'reopened', ...this.lifetime.learn(session, this.link.limits.expiresAt) });
        return null;
      } catch (error) {
        why = failureOf(error);
        orCancelled(signal);
        if (isSessionOver(why.code)) {
          this.session = null;
          return this.rejected(why);
        }
        // Only now: by our own clock it may be over because somebody set that clock, and the gateway knows better
        if (this.lifetime.isOver) return { code: 'session-expired' };
        if (why.code === 'cancelled') why = { code: 'gateway-silent', params: { host: target.host } };
        deps.log(`reconnect try ${tries + 1}: ${why.code}`);
        await this.detach();
        if (performance.now() - this.downSince > this.giveUpTimeMs) return { code: 'gateway-gone', params: { host: target.host } };
        // Behind a proxy it is the proxy that sees the network
        if (!this.anew?.signal.aborted && !target.via) why = (await explained(why, profile, target.host, signal))?.failure ?? why;
      }
    }
  }

  /** The gateway no longer honours the ticket: where its time was up, that is why. */
  private rejected(failure: Failure): Failure {
    return failure.code === 'ticket-rejected' && this.lifetime.isOver ? { code: 'session-expired' } : failure;
  }

  private get giveUpTimeMs(): number {
    const { deps } = this.options;
    return deps.giveUpAfterMs ?? Math.max(giveUpAfterMs, (this.session?.grant.idleSeconds ?? 0) * 1000);
  }

  private async detach(): Promise<void> {
    const { link, session } = this;
    if (link) {
      const { received, sent } = link.tunnel.traffic();
      this.earlierTraffic = { received: this.earlierTraffic.received + received, sent: this.earlierTraffic.sent + sent };
    }
    this.link = null;
    this.attached = false;
    await (link ? link.detach() : session?.detach());
  }

  /** Waits for the next turn; a wake, a network that came back or the person ends it early. While suspended it lasts. */
  private async pause(until: number, signal: AbortSignal): Promise<void> {
    const wait = until - this.options.deps.now();
    // An abort that has happened already calls nobody: asleep, this would wait for ever
    if (signal.aborted || (wait <= 0 && !this.suspended)) return;
    await new Promise<void>((resolve) => {
      const timer = this.suspended ? undefined : setTimeout(() => wake(), wait);
      const wake = (): void => {
        clearTimeout(timer);
        off();
        resolve();
      };
      this.wake = wake;
      const off = onAbort(signal, wake);
    });
    this.wake = null;
  }

  private watchEnvironment(signal: AbortSignal): () => void {
    const { environment, log } = this.options.deps;
    const check = async (what: string): Promise<void> => {
      const { link } = this;
      if (!link) {
        this.wake?.();
        this.anew?.abort();
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
      environment.onSuspend(() => {
        this.suspended = true;
      }),
      environment.onResume(() => {
        this.suspended = false;
        this.downSince = performance.now();
        void check('resume');
      }),
      environment.onNetworkChange(() => void check('network change')),
    ];
    return () => off.forEach((stop) => stop());
  }
}

function orCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw fail('cancelled');
}
