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
/** What a client may say once it is signed in. */
export type ControlMessage = Extract<ClientMessage, { type: 'extend' | 'time' | 'portal-sign-in' | 'bye' }>;

/** The question was settled without an answer. */
export interface Withdrawn {
  kind: 'withdrawn';
  reason: Withdrawal;
}

/** One client's WebSocket as a conversation: who may say what, and when. */
export interface Channel {
  /** Aborted when the connection is gone, or closing, for whatever reason. */
  readonly closed: AbortSignal;
  /** Rejects with `sign-in-timed-out` when nothing came in time. */
  hello(): Promise<Hello>;
  /**
   * Puts a question that takes these kinds of answers. Rejects with `cancelled` when the client leaves or
   * breaks the protocol, `request-invalid` when the answer fits another question, `sign-in-timed-out`.
   */
  ask<K extends Answer['kind']>(prompt: Prompt, kinds: readonly K[]): Promise<AnswerOf<K>>;
  /** The same for a question that something else may settle first: it is then withdrawn, with that reason. */
  askUnless<K extends Answer['kind']>(prompt: Prompt, kinds: readonly K[], settled: Promise<Withdrawal>): Promise<AnswerOf<K> | Withdrawn>;
  send(message: GatewayMessage): void;
  /** The sign-in is over: hands every control message on. */
  serve(onMessage: (message: ControlMessage) => void): void;
  /** Says why not, and closes. */
  refuse(failure: Failure): void;
  close(code: number): void;
}

/** WebSocket close codes (RFC 6455, 7.4.1, and one of the range for private use). */
export const closeCode = { normal: 1000, goingAway: 1001, policy: 1008, internal: 1011, takenOver: 4001 } as const;

/** A peer that does not close its side after ours is cut off. */
const closeTimeoutMs = 2000;

/** What may come next. */
type Phase =
  /** Nothing, except an answer that crossed with what settled its question. */
  | { kind: 'silent' }
  | { kind: 'hello'; take: (hello: Hello) => void }
  | { kind: 'question'; take: (answer: Answer) => void }
  | { kind: 'served'; take: (message: ControlMessage) => void };

/** Takes over a WebSocket that has just been opened. Every message says what time it is here. */
export function openChannel(socket: WebSocket, now: Now): Channel {
  const gone = new AbortController();
  let phase: Phase = { kind: 'silent' };
  let seq = 0;

  const send = (message: GatewayMessage): void => {
    if (!gone.signal.aborted) socket.send(JSON.stringify({ ...message, now: now() }));
  };
  const close = (code: number): void => {
    gone.abort();
    socket.close(code);
    const timer = setTimeout(() => socket.terminate(), closeTimeoutMs);
    socket.once('close', () => clearTimeout(timer));
  };
  const refuse = ({ code, params }: Failure): void => {
    send({ type: 'refused', code, ...(params === undefined ? {} : { params }) });
    close(code === 'request-invalid' ? closeCode.policy : closeCode.normal);
  };

  /** False where the message does not belong here. */
  const accept = (message: ClientMessage): boolean => {
    switch (message.type) {
      case 'hello':
        if (phase.kind !== 'hello') return false;
        phase.take(message);
        return true;
      case 'answer':
        if (phase.kind === 'question' && message.seq === seq) phase.take(message.answer);
        else return message.seq <= seq; // crossed with what settled its question, or was said twice
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
    if (gone.signal.aborted) return;
    const message = isBinary || !Buffer.isBuffer(data) ? null : parse(data);
    if (!message || !accept(message)) refuse({ code: 'request-invalid' });
  });
  // What breaks shows as 'close' right after; an oversize message has been answered with 1009 by then
  socket.on('error', () => gone.abort());
  socket.once('close', () => gone.abort());
  keepAlive(socket, accessProtocol);

  /** Enters a phase of the conversation and waits, for so long and while the client is there. */
  const waitIn = <T>(withinMs: number, enter: (resolve: (value: T) => void, reject: (why: CausewayError) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const leave = (): void => finish(() => reject(fail('cancelled')));
      const timer = setTimeout(() => finish(() => reject(fail('sign-in-timed-out'))), withinMs);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        off();
        phase = { kind: 'silent' };
        settle();
      };
      const off = onAbort(gone.signal, leave);
      if (!gone.signal.aborted)
        enter(
          (value) => finish(() => resolve(value)),
          (why) => finish(() => reject(why)),
        );
    });

  const put = <K extends Answer['kind'], R>(
    prompt: Prompt,
    kinds: readonly K[],
    settle?: (resolve: (value: R) => void, stands: () => boolean) => void,
  ): Promise<AnswerOf<K> | R> =>
    waitIn(accessProtocol.answerWithinMs, (resolve, reject) => {
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
    closed: gone.signal,
    hello: () =>
      waitIn<Hello>(accessProtocol.helloWithinMs, (take) => {
        phase = { kind: 'hello', take };
      }),
    ask: (prompt, kinds) => put<(typeof kinds)[number], never>(prompt, kinds),
    askUnless: (prompt, kinds, settled) =>
      put<(typeof kinds)[number], Withdrawn>(prompt, kinds, (resolve, stands) => {
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

/** A message, or null where it is none. */
function parse(data: Buffer): ClientMessage | null {
  try {
    return clientMessageSchema.parse(JSON.parse(data.toString('utf8')));
  } catch {
    return null; // not JSON and not a message are the same to the peer
  }
}
