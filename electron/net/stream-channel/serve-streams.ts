import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import * as posixSocket from '../private-socket-posix.ts';
import * as windowsPipe from '../private-socket-windows.ts';
import { streamError } from '../stream-error.ts';
import { failureLine } from './frames.ts';
import { Relay } from './relay.ts';
import { isToken, tokenBytes } from './token.ts';

export interface StreamServerOptions {
  /** From `newStreamPath`. */
  path: string;
  /** Opens a stream to a host of the campus. Fails with a code as Node's own sockets do, or with the signal's reason. */
  dial: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
  log: (line: string) => void;
  /** Other times, for tests. */
  times?: Partial<Times>;
}

interface Times {
  /** How long a connection has to send its token. */
  tokenTimeoutMs: number;
  /** How long a connection may wait for {@link StreamServer.expect}, because that message takes another channel. */
  expectTimeoutMs: number;
  /** How long a token is good. */
  tokenGoodMs: number;
  /** How long a stream that was broken off may pass on what came before. */
  dropAfterMs: number;
}

const defaultTimes: Times = { tokenTimeoutMs: 5_000, expectTimeoutMs: 2_000, tokenGoodMs: 10_000, dropAfterMs: 1_000 };
/** Connections that have not sent an expected token yet. With one more, the oldest is dropped. */
const maxPending = 512;
/** Tokens that no connection has used yet. With one more, the oldest is forgotten. The stack has 1,024 streams. */
const maxExpected = 2_048;

export interface StreamServer {
  /** The next connection that sends this token gets a stream to this host. */
  expect(token: string, host: string, port: number): void;
  /** The app has broken off the stream of this token. A socket does not show that while the far end takes no bytes. */
  drop(token: string): void;
  /** Ends every stream with an error. Calling it twice is harmless. */
  close(): void;
}

/** Listens for streams of the app. Fails with `not-now` if the folder or the pipe's name belongs to another user. */
export async function serveStreams(options: StreamServerOptions): Promise<StreamServer> {
  const streams = new Streams(options);
  let isOurs = false;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    // On Windows another user may connect before the pipe's rights are set
    if (isOurs) streams.accept(socket);
    else socket.destroy();
  });
  await (process.platform === 'win32' ? windowsPipe : posixSocket).listenPrivately(server, options.path);
  server.on('error', (error) => options.log(`streams: ${error.message}`));
  isOurs = true;
  return {
    expect: (token, host, port) => streams.expect(token, host, port),
    drop: (token) => streams.drop(token),
    close: () => {
      isOurs = false;
      server.close();
      streams.close();
    },
  };
}

interface Expected {
  host: string;
  port: number;
  forget: NodeJS.Timeout;
}

class Streams {
  readonly #times: Times;
  readonly #expected = new Map<string, Expected>();
  /** Connections without an expected token, oldest first, and the time that each has left. */
  readonly #pending = new Map<Socket, NodeJS.Timeout>();
  /** Those of them that have sent a token which is not expected yet. */
  readonly #early = new Map<string, Socket>();
  readonly #dialling = new Set<Socket>();
  /** By token. */
  readonly #relays = new Map<string, Relay>();
  readonly #counts = new Map<string, number>();
  #closed = false;

  constructor(private readonly options: StreamServerOptions) {
    this.#times = { ...defaultTimes, ...options.times };
  }

  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('end', () => this.#drop(socket));
    socket.once('close', () => this.#drop(socket));
    this.#pending.set(
      socket,
      setTimeout(() => this.#refuse(socket, 'a connection without a token'), this.#times.tokenTimeoutMs),
    );
    if (this.#pending.size > maxPending) {
      const [oldest] = this.#pending.keys();
      if (oldest) this.#refuse(oldest, 'too many connections without a token');
    }
    const onReadable = (): void => {
      const bytes: unknown = socket.read(tokenBytes);
      if (!(bytes instanceof Buffer)) return;
      socket.off('readable', onReadable);
      this.#onToken(socket, bytes.toString('latin1'));
    };
    socket.on('readable', onReadable);
  }

  expect(token: string, host: string, port: number): void {
    if (this.#closed) return;
    if (!isToken(token) || this.#expected.has(token)) {
      this.#log('the app sent what is no new token');
      return;
    }
    const early = this.#early.get(token);
    if (early) {
      this.#settle(early);
      void this.#serve(early, { token, host, port });
      return;
    }
    const forget = setTimeout(() => this.#expected.delete(token), this.#times.tokenGoodMs);
    this.#expected.set(token, { host, port, forget });
    const [oldest] = this.#expected;
    if (this.#expected.size > maxExpected && oldest) {
      this.#log('too many tokens');
      this.#expected.delete(oldest[0]);
      clearTimeout(oldest[1].forget);
    }
  }

  drop(token: string): void {
    const relay = this.#relays.get(token);
    if (!relay) return;
    const reason = streamError('ECONNABORTED', 'nobody waits for it any more');
    setTimeout(() => this.#relays.get(token) === relay && relay.fail(reason), this.#times.dropAfterMs).unref();
  }

  close(): void {
    this.#closed = true;
    for (const { forget } of this.#expected.values()) clearTimeout(forget);
    this.#expected.clear();
    for (const socket of [...this.#pending.keys()]) this.#drop(socket);
    for (const socket of this.#dialling) socket.destroy();
    for (const relay of this.#relays.values()) relay.fail(streamError('ENETDOWN', 'the tunnel is closed'));
  }

  #onToken(socket: Socket, token: string): void {
    const expected = this.#expected.get(token);
    if (expected) {
      this.#expected.delete(token);
      clearTimeout(expected.forget);
      this.#settle(socket);
      void this.#serve(socket, { token, ...expected });
      return;
    }
    if (!isToken(token) || this.#early.has(token)) {
      this.#refuse(socket, 'a connection with a wrong token');
      return;
    }
    this.#settle(socket);
    this.#early.set(token, socket);
    this.#pending.set(
      socket,
      setTimeout(() => this.#refuse(socket, 'a connection with an unknown token'), this.#times.expectTimeoutMs),
    );
  }

  /** Never rejects. */
  async #serve(socket: Socket, { token, host, port }: { token: string; host: string; port: number }): Promise<void> {
    const gone = new AbortController();
    const onGone = (): void => gone.abort(streamError('ECONNABORTED', 'nobody waits for it any more'));
    // A socket notices that the other side has closed only while somebody reads
    const onReadable = (): void => {
      if (socket.read() !== null) socket.destroy();
    };
    this.#dialling.add(socket);
    socket.once('end', onGone).once('close', onGone).on('readable', onReadable);
    try {
      const far = await this.options.dial(host, port, gone.signal);
      socket.off('end', onGone).off('close', onGone).off('readable', onReadable);
      this.#dialling.delete(socket);
      if (gone.signal.aborted || socket.destroyed || this.#closed) {
        far.destroy();
        socket.destroy();
        return;
      }
      socket.write('ok\n');
      const relay = new Relay(socket, far);
      this.#relays.set(token, relay);
      socket.once('close', () => this.#relays.delete(token));
    } catch (error) {
      this.#dialling.delete(socket);
      socket.end(`${failureLine(error)}\n`, () => socket.destroy());
    }
  }

  #refuse(socket: Socket, why: string): void {
    this.#log(why);
    this.#settle(socket);
    socket.end('EACCES this stream was not asked for\n', () => socket.destroy());
  }

  #drop(socket: Socket): void {
    if (!this.#pending.has(socket)) return;
    this.#settle(socket);
    socket.destroy();
  }

  /** Removes a connection from those that are pending. */
  #settle(socket: Socket): void {
    clearTimeout(this.#pending.get(socket));
    this.#pending.delete(socket);
    for (const [token, each] of this.#early) if (each === socket) this.#early.delete(token);
  }

  /** Logs an event when it has happened 1, 2, 4, 8, … times, so that a flood does not fill the log. */
  #log(what: string): void {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    if ((count & (count - 1)) === 0) this.options.log(`streams: ${what}${count > 1 ? ` (${count} times)` : ''}`);
  }
}
