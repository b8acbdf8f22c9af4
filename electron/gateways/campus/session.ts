import type { GatewayMessage } from '../../../shared/access-protocol.ts';
import { CausewayError, fail } from '../../../shared/failure.ts';
import type { PortalSignIn } from '../../../shared/recovery.ts';
import { atMost, withDeadline } from '../../net/deadline.ts';
import type { GatewayTarget, RelayGrant, Session, SessionEvent } from '../gateway.ts';
import { EventQueue } from '../event-queue.ts';
import type { Channel } from './channel.ts';

const answerTimeoutMs = 10_000;
const signOutTimeoutMs = 400;

type Granted = Extract<GatewayMessage, { type: 'granted' }>;
type MessageType = GatewayMessage['type'];

/** A request that waits for a message of one of these types. */
interface Waiter {
  types: readonly MessageType[];
  /** Null: the channel has closed. */
  take: (message: GatewayMessage | null) => void;
}

/** A session of the access protocol. The socket of the sign-in stays open as its control channel. */
export class CampusSession implements Session {
  readonly id: string;
  readonly user: string;
  readonly grant: RelayGrant;
  readonly extendable: boolean;
  readonly events = new EventQueue<SessionEvent>();
  private readonly waiting = new Set<Waiter>();
  private closing = false;
  /** The gateway said that the session is over. */
  private over = false;
  private readonly reading: Promise<void>;

  constructor(
    private readonly channel: Channel,
    target: GatewayTarget,
    granted: Granted,
  ) {
    this.id = granted.session;
    this.user = granted.user;
    this.extendable = granted.extendable;
    this.grant = {
      kind: 'relay',
      endpoint: target,
      verifier: target.verifier,
      relayPath: granted.relay,
      ticket: granted.ticket,
      targets: granted.grants,
      idleSeconds: granted.idleSeconds,
      expiresAt: granted.expiresAt,
    };
    this.reading = this.read();
  }

  async extend(signal: AbortSignal): Promise<number> {
    const reply = await this.request({ type: 'extend' }, ['extended', 'extend-refused'], signal);
    if (reply.type !== 'extended') throw fail('cannot-extend');
    return reply.expiresAt;
  }

  async expiry(signal: AbortSignal): Promise<number> {
    const reply = await this.request({ type: 'time' }, ['time'], signal);
    if (reply.type !== 'time') throw fail('gateway-protocol', { host: this.grant.endpoint.host });
    return reply.expiresAt;
  }

  get clockAhead(): number {
    return this.channel.clockAhead;
  }

  async portalSignIn(signal: AbortSignal): Promise<PortalSignIn> {
    const reply = await this.request({ type: 'portal-sign-in' }, ['portal-sign-in'], signal);
    if (reply.type !== 'portal-sign-in') throw fail('portal-sign-in');
    return { action: reply.action, token: reply.token, expiresAt: reply.expiresAt };
  }

  async close(): Promise<boolean> {
    this.closing = true;
    this.channel.send({ type: 'bye' });
    // The gateway answers with `ended`, and then `reading` resolves
    if (!this.over && !(await atMost(signOutTimeoutMs, this.reading))) this.channel.abandon();
    await this.channel.close();
    return this.over;
  }

  detach(): Promise<void> {
    this.closing = true;
    return this.channel.close();
  }

  /** Turns messages into events until the channel closes. Never rejects: a broken channel is an event. */
  private async read(): Promise<void> {
    for await (const message of this.channel.messages) {
      for (const waiter of this.waiting) if (waiter.types.includes(message.type)) waiter.take(message);
      if (message.type === 'expiring') this.events.push({ type: 'expiring', at: message.at });
      if (message.type === 'extended') this.events.push({ type: 'extended', expiresAt: message.expiresAt });
      if (message.type === 'ended') {
        this.events.push({ type: 'ended', reason: message.reason });
        this.closing = true;
        this.over = true;
      }
    }
    for (const waiter of this.waiting) waiter.take(null);
    if (!this.closing) this.events.push({ type: 'lost', cause: this.channel.failure });
    this.events.end();
    // The gateway may have closed only its half
    await this.channel.close();
  }

  private request(
    message: { type: 'extend' | 'time' | 'portal-sign-in' },
    types: readonly MessageType[],
    signal: AbortSignal,
  ): Promise<GatewayMessage> {
    const waiter: Waiter = { types, take: () => undefined };
    const bound = {
      signal,
      ms: answerTimeoutMs,
      late: () => fail('gateway-silent', { host: this.grant.endpoint.host }),
      release: () => this.waiting.delete(waiter),
    };
    return withDeadline<GatewayMessage>(bound, (done, failed) => {
      const closed = (): void => failed(this.channel.failure ?? new CausewayError({ code: 'gateway-closed' }));
      waiter.take = (reply) => {
        this.waiting.delete(waiter);
        if (reply) done(reply);
        else closed();
      };
      this.waiting.add(waiter);
      this.channel.send(message);
      if (this.channel.failure) closed();
    });
  }
}
