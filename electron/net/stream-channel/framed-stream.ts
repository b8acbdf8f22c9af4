import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { plainLine } from '../../../shared/plain-text.ts';
import { streamError } from '../stream-error.ts';

/**
 * Before bytes go their number, four bytes, big-endian. The two others end a direction: in order, or with an error, of which a
 * code and a sentence follow. A socket that closes without either has lost its process. Without these a stream that broke off
 * would look complete, because a Unix socket has no reset.
 */
const header = { bytes: 4, end: 0, failed: 0xffff_ffff } as const;
const largestFrame = 64 * 1024 * 1024;
const longestFailure = 1_024;
const bufferBytes = 256 * 1024;
/** How long a stream that has failed tries to say so to a peer that does not read. */
const farewellMs = 1_000;

const headerOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(header.bytes);
  bytes.writeUInt32BE(length);
  return bytes;
};

/**
 * A stream over a socket between two processes of ours, with half-close and back-pressure in both directions. Unlike the
 * socket, it tells its end from its failure: destroying one side with an error destroys the other with the same code.
 */
export class FramedStream extends Duplex {
  /** Bytes that came from the other side, and that went to it. */
  bytesRead = 0;
  bytesWritten = 0;
  readonly #socket: Socket;
  /** Bytes of the current frame that are still to come. */
  #left = 0;
  #partialHeader: Buffer = Buffer.alloc(0);
  #farEnded = false;
  #failure: string | null = null;

  /** @param socket connected, with `allowHalfOpen`. Like a socket, this reads ahead, so that it sees a failure before anybody reads */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true, readableHighWaterMark: bufferBytes, writableHighWaterMark: bufferBytes });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('end', () => this.#closed());
    socket.on('error', () => undefined);
    socket.once('close', () => this.#closed());
    socket.resume();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], chunk.length, done);
  }

  override _writev(parts: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const chunks = parts.map(({ chunk }) => chunk);
    this.#send(
      chunks,
      chunks.reduce((sum, { length }) => sum + length, 0),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.write(headerOf(header.end), () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const socket = this.#socket;
    const inOrder = this.#farEnded && this.writableFinished;
    if (socket.destroyed || (!inOrder && !error)) socket.destroy();
    else {
      if (!inOrder && error) socket.write(Buffer.concat([headerOf(header.failed), Buffer.from(failureLine(error))]));
      const timer = setTimeout(() => socket.destroy(), farewellMs);
      socket.once('close', () => clearTimeout(timer));
      socket.destroySoon();
    }
    done(error);
  }

  #send(chunks: readonly Buffer[], length: number, done: (error?: Error | null) => void): void {
    // An empty frame would be the end
    if (length === 0) {
      done();
      return;
    }
    const last = chunks.length - 1;
    this.bytesWritten += length;
    this.#socket.cork();
    this.#socket.write(headerOf(length));
    // If it fails, the socket closes, which ends this stream
    chunks.forEach((chunk, index) => this.#socket.write(chunk, index === last ? () => done() : undefined));
    this.#socket.uncork();
  }

  #take(chunk: Buffer): void {
    let wanted = true;
    for (let at = 0; at < chunk.length && !this.destroyed;) {
      if (this.#failure !== null) {
        this.#failure = (this.#failure + chunk.toString('utf8', at)).slice(0, longestFailure);
        return;
      }
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        this.bytesRead += part.length;
        wanted = this.push(part);
        continue;
      }
      const needed = header.bytes - this.#partialHeader.length;
      const head = Buffer.concat([this.#partialHeader, chunk.subarray(at, at + needed)]);
      at += needed;
      this.#partialHeader = head;
      if (head.length < header.bytes) break;
      this.#partialHeader = Buffer.alloc(0);
      this.#startFrame(head.readUInt32BE());
    }
    if (!wanted) this.#socket.pause();
  }

  #startFrame(length: number): void {
    if (this.#farEnded || (length > largestFrame && length !== header.failed)) {
      this.destroy(streamError('EPROTO', 'the other process sent what is no stream'));
      return;
    }
    if (length === header.failed) this.#failure = '';
    else if (length > 0) this.#left = length;
    else {
      this.#farEnded = true;
      this.push(null);
    }
  }

  /** The other process has closed its side, or is gone. */
  #closed(): void {
    if (this.#farEnded && !this.#socket.destroyed) return;
    if (this.destroyed || (this.#farEnded && this.writableFinished)) return;
    const failure = /^([A-Z][A-Z0-9_]{1,40}) (.+)$/s.exec(this.#failure ?? '');
    this.destroy(streamError(failure?.[1] ?? 'ECONNRESET', failure?.[2] ?? 'the process that carries the tunnel has ended'));
  }
}

/** An error's code, or EIO, and what it says, in one line. */
export function failureLine(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'EIO';
  return `${name} ${plainLine(error instanceof Error ? error.message : 'failed').slice(0, 300)}`;
}
