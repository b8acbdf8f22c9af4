import type { WebSocket } from 'ws';
import { onAbort } from '../../shared/abort.ts';
import {
  accessProtocol,
  clientMessageSchema,
  type ClientMessage,
  type GatewayMessage,
  type Withdrawal,
} from '../../shared/access-protocol.ts';
import { fail, type CausewayError, type Failure } from '../../shared/failure.ts';
import { keepAlive } from '../../shared/keep-alive.ts';
import type { Answer, AnswerOf, Prompt } from '../../shared/prompt.ts';
import type { Now } from '../clock.ts';

export type Hello = Extract<ClientMessage, { type: 'hello' }>;
/** The messages that a client may send once it is signed in. */
export type ControlMessage = Extract<ClientMessage, { type: 'extend' | 'time' | 'portal-sign-in' | 'bye' }>;

/** The result of a question that was settled without an answer. */
export interface Withdrawn {
  kind: 'withdrawn';
  reason: Withdrawal;
}

/** The conversation with one client over its WebSocket. It defines which messages are allowed when. */
export interface Channel {
  /** Aborts when the connection is closed or closing, for any reason. */
  readonly closed: AbortSignal;
  /** Waits for the client's hello. Rejects with `sign-in-timed-out` if none comes in time. */
  hello(): Promise<Hello>;
  /**
   * Asks a question that accepts these kinds of answers. Rejects with `cancelled` when the client leaves or breaks the
   * protocol, with `request-invalid` when the answer fits another question, and with `sign-in-timed-out`.
   */
  ask<K extends Answer['kind']>(prompt: Prompt, kinds: readonly K[]): Promise<AnswerOf<K>>;
  /** Asks a question that something else may settle first. It is withdrawn then, with that reason. */
  askUnless<K extends Answer['kind']>(prompt: Prompt, kinds: readonly K[], settled: Promise<Withdrawal>): Promise<AnswerOf<K> | Withdrawn>;
  send(message: GatewayMessage): void;
  /** Ends the sign-in phase and passes on every control message from now on. */
  serve(onMessage: (message: ControlMessage) => void): void;
  /** Sends the failure and closes. */
  refuse(failure: Failure): void;
  close(code: number): void;
}

/** WebSocket close codes (RFC 6455, 7.4.1, and one of the range for private use). */
export const closeCode = { normal: 1000, goingAway: 1001, policy: 1008, internal: 1011, takenOver: 4001 } as const;

/** How long a peer may take to close its side before it is cut off. */
const closeTimeoutMs = 2000;

/** Which message may come next. */
type Phase =
  /** None, except a late answer to a question that has just been settled. */
  | { kind: 'silent' }
  | { kind: 'hello'; take: (hello: Hello) => void }
  | { kind: 'question'; take: (answer: Answer) => void }
  | { kind: 'served'; take: (message: ControlMessage) => void };

/** Opens the channel on a new WebSocket. Every message that it sends carries the campus's time. */
export function openChannel(socket: WebSocket, now: Now): Channel {
  const closed = new AbortController();
  let phase: Phase = { kind: 'silent' };
  let seq = 0;

  const send = (message: GatewayMessage): void => {
    if (!closed.signal.aborted) socket.send(JSON.stringify({ ...message, now: now() }));
  };
  const close = (code: number): void => {
    closed.abort();
    socket.close(code);
    const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
  };
  const refuse = ({ code, params }: Failure): void => {
    send({ type: 'refused', code, ...(params === undefined ? {} : { params }) });
    close(code === 'request-invalid' ? closeCode.policy : closeCode.normal);
  };

  /** False when the message is not allowed now. */
  const accept = (message: ClientMessage): boolean => {
    switch (message.type) {
      case 'hello':
        if (phase.kind !== 'hello') return false;
        phase.take(message);
        return true;
      case 'answer':
        if (phase.kind === 'question' && message.seq === seq) phase.take(message.answer);
        else return message.seq <= seq; // a late answer to a question that has just been settled, or a repeated one
        return true;
      case 'bye':
        if (phase.kind === 'served') phase.take(message);
        else close(closeCode.normal);
        return true;
      case 'extend':
      case 'time':
      case 'portal-sign-in':
        if (phase.kind !== 'served') return false;
        phase.take(message);
        return true;
    }
  };

  socket.on('message', (data, isBinary) => {
    if (closed.signal.aborted) return;
    const message = isBinary || !Buffer.isBuffer(data) ? null : parse(data);
    if (!message || !accept(message)) refuse({ code: 'request-invalid' });
  });
  // `close` follows at once after an error. `ws` has already answered an oversize message with 1009
  socket.on('error', () => closed.abort());
  socket.once('close', () => closed.abort());
  keepAlive(socket, accessProtocol);

  /** Enters a phase of the conversation and waits for its result, until the time is up or the client leaves. */
  const waitIn = <T>(timeoutMs: number, enter: (resolve: (value: T) => void, reject: (why: CausewayError) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const leave = (): void => finish(() => reject(fail('cancelled')));
      const timer = setTimeout(() => finish(() => reject(fail('sign-in-timed-out'))), timeoutMs);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        off();
        phase = { kind: 'silent' };
        settle();
      };
      const off = onAbort(closed.signal, leave);
      if (!closed.signal.aborted)
        enter(
          (value) => finish(() => resolve(value)),
          (why) => finish(() => reject(why)),
        );
    });

  const askUntil = <K extends Answer['kind'], R>(
    prompt: Prompt,
    kinds: readonly K[],
    settle?: (resolve: (value: R) => void, stands: () => boolean) => void,
  ): Promise<AnswerOf<K> | R> =>
    waitIn(accessProtocol.answerTimeoutMs, (resolve, reject) => {
      seq += 1;
      const asked = seq;
      phase = {
        kind: 'question',
        take: (answer) => {
          if (isOneOf(answer, kinds)) resolve(answer);
          else reject(fail('request-invalid', undefined, { detail: `${answer.kind} does not answer ${prompt.kind}` }));
        },
      };
      send({ type: 'prompt', seq: asked, prompt });
      settle?.(resolve, () => phase.kind === 'question' && seq === asked);
    });

  return {
    closed: closed.signal,
    hello: () =>
      waitIn<Hello>(accessProtocol.helloTimeoutMs, (take) => {
        phase = { kind: 'hello', take };
      }),
    ask: (prompt, kinds) => askUntil<(typeof kinds)[number], never>(prompt, kinds),
    askUnless: (prompt, kinds, settled) =>
      askUntil<(typeof kinds)[number], Withdrawn>(prompt, kinds, (resolve, stands) => {
        const asked = seq;
        void settled.then((reason) => {
          if (!stands()) return;
          send({ type: 'withdrawn', seq: asked, reason });
          resolve({ kind: 'withdrawn', reason });
        });
      }),
    send,
    serve(onMessage) {
      phase = { kind: 'served', take: onMessage };
    },
    refuse,
    close,
  };
}

function isOneOf<K extends Answer['kind']>(answer: Answer, kinds: readonly K[]): answer is AnswerOf<K> {
  return kinds.some((kind) => kind === answer.kind);
}

/** Parses a message. Null if it is not one. */
function parse(data: Buffer): ClientMessage | null {
  try {
    return clientMessageSchema.parse(JSON.parse(data.toString('utf8')));
  } catch {
    return null; // the peer gets the same answer for invalid JSON and for an unknown message
  }
}
