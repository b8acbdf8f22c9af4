import net, { type Socket } from 'node:net';
import { CausewayError, fail } from '../../shared/failure.ts';
import { withDeadline } from '../net/deadline.ts';
import type { TunnelEnding } from '../tunnels/tunnel.ts';
import { belongsToHelper } from './address.ts';
import { Lines } from '../../shared/lines.ts';
import { helperMessageSchema, helperProtocol, type HelperMessage, type HelperRequest } from './protocol.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Reply = Exclude<HelperMessage, { event: string } | { failure: unknown }>;
const connectTimeoutMs = 3_000;

/** One connection to the helper. Every message is parsed by its schema. */
export class HelperConnection {
  /** Settles when the helper reports the tunnel's end. */
  readonly ended: Promise<TunnelEnding>;
  /** Settles when the connection is closed, by either side. */
  readonly gone: Promise<void>;
  private asked = 0;
  private readonly waiting = new Map<number, (message: HelperMessage) => void>();
  private readonly lines = new Lines(helperProtocol.maxReplyBytes);
  /** Called when the tunnel has lost its connection. */
  onSilent: () => void = () => undefined;
  private resolveEnded: (ending: TunnelEnding) => void = () => undefined;
  /** Whether the two ends do not understand each other, after which the connection is closed. */
  private isForeign = false;

  private constructor(private readonly socket: Socket) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes) => this.read(bytes));
  }

  /** Connects. Fails with `helper-missing`, `helper-denied` or `cancelled`. */
  static open(path: string, host: string, signal: AbortSignal): Promise<HelperConnection> {
    if (signal.aborted) return Promise.reject(fail('cancelled'));
    const socket = net.connect(path);
    const bound = { signal, ms: connectTimeoutMs, late: () => fail('helper-missing'), release: () => socket.destroy() };
    return withDeadline<HelperConnection>(bound, (done, failed) => {
      socket.on('error', (cause: NodeJS.ErrnoException) =>
        failed(
          cause.code === 'EACCES' || cause.code === 'EPERM'
            ? fail('helper-denied', { host }, { cause })
            : fail('helper-missing', undefined, { cause }),
        ),
      );
      socket.once('connect', () => {
        // Check before sending anything
        void belongsToHelper(path)
          .catch(() => false)
          .then((isIt) => {
            if (isIt) done(new HelperConnection(socket));
            else failed(fail('helper-missing', undefined, { detail: "another program answers at the helper's address" }));
          });
      });
    });
  }

  /**
   * Sends a request. Fails with the helper's failure, with `helper-missing` if it is gone or silent, with `versions-differ` if
   * either end cannot read the other's message, or with `cancelled`.
   */
  async ask(request: WithoutId<HelperRequest>, timeoutMs: number, signal: AbortSignal): Promise<Reply> {
    this.asked += 1;
    const id = this.asked;
    const bound = {
      signal,
      ms: timeoutMs,
      late: () => fail('helper-missing', undefined, { detail: 'the helper does not answer' }),
      release: () => this.waiting.delete(id),
    };
    const message = await withDeadline<HelperMessage>(bound, (done, failed) => {
      this.waiting.set(id, done);
      void this.gone.then(() =>
        failed(
          this.isForeign
            ? fail('versions-differ', { component: 'causeway-helper' })
            : fail('helper-missing', undefined, { detail: 'the helper closed the connection' }),
        ),
      );
      this.socket.write(`${JSON.stringify({ ...request, id })}\n`);
    });
    this.waiting.delete(id);
    if ('failure' in message) throw new CausewayError(message.failure);
    if ('event' in message) throw fail('internal');
    return message;
  }

  close(): void {
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    for (const line of this.lines.add(bytes) ?? []) {
      const parsed = helperMessageSchema.safeParse(parse(line));
      if (!parsed.success) {
        this.isForeign = true;
        this.socket.destroy();
        return;
      }
      const message = parsed.data;
      if ('event' in message) {
        if (message.event === 'ended') this.resolveEnded(message.ending);
        if (message.event === 'silent') this.onSilent();
      } else if (message.id !== null) this.waiting.get(message.id)?.(message);
      // The helper could not read a request, and closes the connection
      else this.isForeign = true;
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
