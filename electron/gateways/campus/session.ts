import type { GatewayMessage } from '../../../shared/access-protocol.ts';
import { CausewayError, fail } from '../../../shared/failure.ts';
import type { PortalSignIn } from '../../../shared/recovery.ts';
import type { GatewayTarget, Grant, Session, SessionEvent } from '../gateway.ts';
import { Queue } from '../queue.ts';
import type { Channel } from './channel.ts';

const answerWithinMs = 10_000;

type Granted = Extract<GatewayMessage, { type: 'granted' }>;
type MessageType = GatewayMessage['type'];

/** A session of the access protocol: the sign-in's socket stays open as its control channel. */
export class CampusSession implements Session {
  readonly id: string;
  readonly user: string;
  readonly grant: Grant;
  readonly extendable: boolean;
  readonly events = new Queue<SessionEvent>();
  private readonly waiting = new Set<{ types: readonly MessageType[]; take(message: GatewayMessage | null): void }>();
  private closing = false;

  constructor(
    private readonly channel: Channel,
    target: GatewayTarget,
    granted: Granted,
  ) {
    this.id = granted.session;
    this.user = granted.user;
    this.extendable = granted.extendable;
    this.grant = {
      endpoint: target,
      judge: target.judge,
      relayPath: granted.relay,
      ticket: granted.ticket,
      targets: granted.grants,
      idleSeconds: granted.idleSeconds,
      expiresAt: granted.expiresAt,
    };
    void this.read();
  }

  async extend(signal: AbortSignal): Promise<number> {
    const reply = await this.request({ type: 'extend' }, ['extended', 'extend-refused'], signal);
    if (reply.type !== 'extended') throw fail('cannot-extend');
    return reply.expiresAt;
  }

  async portalSignIn(signal: AbortSignal): Promise<PortalSignIn> {
    const reply = await this.request({ type: 'portal-sign-in' }, ['portal-sign-in'], signal);
    if (reply.type !== 'portal-sign-in') throw fail('portal-sign-in');
    return { action: reply.action, token: reply.token, expiresAt: reply.expiresAt };
  }

  close(): Promise<void> {
    this.channel.send({ type: 'bye' });
    return this.detach();
  }

  detach(): Promise<void> {
    this.closing = true;
    return this.channel.close();
  }

  /** Never rejects: what ends the channel is an event. */
  private async read(): Promise<void> {
    for await (const message of this.channel.messages) {
      for (const waiter of this.waiting) if (waiter.types.includes(message.type)) waiter.take(message);
      if (message.type === 'expiring') this.events.push({ type: 'expiring', at: message.at });
      if (message.type === 'extended') this.events.push({ type: 'extended', expiresAt: message.expiresAt });
      if (message.type === 'ended') {
        this.events.push({ type: 'ended', reason: message.reason });
        this.closing = true;
      }
    }
    for (const waiter of this.waiting) waiter.take(null);
    if (!this.closing) this.events.push({ type: 'lost', cause: this.channel.failure });
    this.events.end();
    // The far end may have closed only its half
    await this.channel.close();
  }

  private request(
    message: { type: 'extend' | 'portal-sign-in' },
    types: readonly MessageType[],
    signal: AbortSignal,
  ): Promise<GatewayMessage> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: GatewayMessage | Error): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(waiter);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      const waiter = {
        types,
        take: (reply: GatewayMessage | null) => settle(reply ?? this.channel.failure ?? new CausewayError({ code: 'gateway-closed' })),
      };
      const timer = setTimeout(() => settle(fail('gateway-silent', { host: this.grant.endpoint.host })), answerWithinMs);
      const abort = (): void => settle(fail('cancelled'));
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.add(waiter);
      this.channel.send(message);
      if (signal.aborted) abort();
      else if (this.channel.failure) settle(this.channel.failure);
    });
  }
}
