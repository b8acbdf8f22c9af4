import { delay, whenAborted } from '../../../shared/abort.ts';
import type { Failure } from '../../../shared/failure.ts';
import { connectPlain, connectTimeoutMs } from '../../net/tcp.ts';
import type { Session, SessionEvent } from '../../gateways/gateway.ts';
import type { Tunnel } from '../../tunnels/tunnel.ts';

/** What happens to a link that is up: news of the session, silence, or the end of the session or the tunnel. */
export type LinkNews = Exclude<SessionEvent, { type: 'lost' }> | { type: 'broken' | 'rejected' | 'silent'; failure: Failure };

const answerTimeoutMs = 1_500;

/** A session and the tunnel that carries its traffic. They go up and down together. */
export class Link {
  private readonly events: AsyncIterator<SessionEvent>;
  /** The event that was requested last. The next listener must not miss it. */
  private nextEvent: Promise<IteratorResult<SessionEvent>> | null = null;
  private suspected: (() => void) | null = null;
  private gatewayAddress: string | null = null;

  constructor(
    readonly session: Session,
    readonly tunnel: Tunnel,
  ) {
    this.events = session.events[Symbol.asyncIterator]();
    tunnel.onSilent?.(() => this.reportUnresponsive());
  }

  /**
   * News until the link breaks or falls silent or the session ends. The last one is `broken`, `rejected`, `silent` or
   * `ended`. After `silent`, call it again to go on. Stops when `signal` aborts.
   */
  async *news(signal: AbortSignal): AsyncGenerator<LinkNews> {
    const aborted = whenAborted(signal).then(() => 'aborted' as const);
    const suspected = new Promise<'silent'>((resolve) => (this.suspected = () => resolve('silent')));
    for (;;) {
      const nextEvent = (this.nextEvent ??= this.events.next());
      const first = await Promise.race([nextEvent, this.tunnel.ended, suspected, aborted]);
      if (first === 'aborted') return;
      if (first === 'silent') {
        yield { type: 'silent', failure: { code: 'gateway-silent', params: { host: this.session.grant.endpoint.host } } };
        return;
      }
      if ('kind' in first) {
        // The relay ends together with its session, and the session's reason matters more
        const last = await Promise.race([nextEvent, delay(reasonTimeoutMs).then(() => null)]);
        const event = last && !last.done ? last.value : null;
        if (event?.type === 'ended') yield event;
        else if (first.kind === 'ended') yield { type: 'ended', reason: first.reason };
        else if (first.kind === 'rejected') yield { type: 'rejected', failure: first.failure };
        else yield this.broken(first.kind === 'closed' ? null : first.failure);
        return;
      }
      if (first.done) {
        yield this.broken(null);
        return;
      }
      this.nextEvent = null;
      const event: SessionEvent = first.value;
      if (event.type === 'lost') {
        yield this.broken(null);
        return;
      }
      yield event;
      if (event.type === 'ended') return;
    }
  }

  /** When the session ends, from the session or the tunnel, whichever knows. */
  get limits(): { expiresAt: number | null; idleSeconds: number | null } {
    return this.tunnel.limits ?? this.session.grant;
  }

  private broken(failure: Failure | null): LinkNews {
    const { host } = this.session.grant.endpoint;
    return { type: 'broken', failure: failure ?? { code: 'tunnel-dropped', params: { host } } };
  }

  /** Whether the gateway still answers. Asked after a wake or a network change. Takes 2 s at most. */
  answers(): Promise<boolean> {
    return this.tunnel.answers(answerTimeoutMs);
  }

  /**
   * How long the gateway, or the web proxy before it, takes to accept a TCP connection, in ms. It goes past the tunnel. Null if
   * none comes about.
   */
  async gatewayDelay(signal: AbortSignal): Promise<number | null> {
    const { host, port, via, loopbackPort } = this.session.grant.endpoint;
    const to = via ? { host: via.host, port: via.port } : { host, port, ...(loopbackPort !== undefined && { loopbackPort }) };
    try {
      const askedAt = performance.now();
      const socket = await connectPlain(to, { signal, timeoutMs: connectTimeoutMs, preferred: this.gatewayAddress });
      const ms = performance.now() - askedAt;
      // Where the system's names are the campus's now, looking the name up again would go through the tunnel
      this.gatewayAddress = socket.remoteAddress ?? null;
      socket.destroy();
      return ms;
    } catch {
      return null;
    }
  }

  /** Reports `silent` to the listener: the gateway does not answer. */
  reportUnresponsive(): void {
    this.suspected?.();
  }

  /** Closes session and tunnel. The ticket stays valid. */
  async detach(): Promise<void> {
    await Promise.all([this.session.detach(), this.tunnel.close()]);
  }
}

/** After the tunnel broke, how long to wait for the session's own reason. */
const reasonTimeoutMs = 300;
