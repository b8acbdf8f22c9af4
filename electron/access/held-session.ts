import { within } from '../../shared/abort.ts';
import { failureOf, type Failure } from '../../shared/failure.ts';
import type { GatewayDriver, GatewayTarget, Session } from '../gateways/gateway.ts';
import type { TrafficCount } from '../tunnels/tunnel.ts';
import { Lifetime } from './watch/lifetime.ts';
import type { Link } from './watch/link.ts';

/** A person who disconnects does not wait longer. A gateway that has not answered by then ends the session by its own clock. */
const signOutTimeoutMs = 800;

/** The session whose ticket is good as far as we know, with the link that carries it, if one is up. */
export class HeldSession {
  link: Link | null = null;
  readonly lifetime: Lifetime;
  private current: Session | null = null;
  /** Whether the session's control channel is open. */
  private attached = false;
  /** Bytes of the links before this one. */
  private earlier: TrafficCount = { received: 0, sent: 0 };

  constructor(private readonly deps: { driver: GatewayDriver; target: GatewayTarget; now: () => number; log: (line: string) => void }) {
    this.lifetime = new Lifetime(deps.now);
  }

  get session(): Session | null {
    return this.current;
  }

  /** Takes the place of the session before. */
  hold(session: Session): void {
    this.current = session;
    this.attached = true;
  }

  /** The session is over at the gateway: there is nothing to sign out of. */
  drop(): void {
    this.current = null;
  }

  /** What to tell of a ticket that the gateway rejects. Where the session's time was up, that is the reason. */
  whyRejected(failure: Failure): Failure {
    return failure.code === 'ticket-rejected' && this.lifetime.isOver ? { code: 'session-expired' } : failure;
  }

  /** Bytes of the session, over all its links. */
  traffic(): TrafficCount {
    const now = this.link?.tunnel.traffic() ?? { received: 0, sent: 0 };
    return { received: this.earlier.received + now.received, sent: this.earlier.sent + now.sent };
  }

  /** Closes the link and the control channel, and keeps the ticket. */
  async detach(): Promise<void> {
    const { link, current } = this;
    this.earlier = this.traffic();
    this.link = null;
    this.attached = false;
    await (link ? link.detach() : current?.detach());
  }

  /** Signs out. A session whose link is broken is resumed for that, because its ticket would stay good. */
  async close(): Promise<void> {
    const { link, current } = this;
    this.link = null;
    this.current = null;
    const tunnelClosed = link?.tunnel.close({ signOut: true });
    const signedOut = !current || (this.attached && (await current.close()));
    if (!signedOut) await this.signOutAnew(current);
    await tunnelClosed;
  }

  private async signOutAnew(former: Session): Promise<void> {
    const { driver, target, log } = this.deps;
    try {
      const session = await driver.resume(target, former, within(signOutTimeoutMs));
      await session.close();
    } catch (error) {
      log(`signing out failed: ${failureOf(error).code}`);
    }
  }
}
