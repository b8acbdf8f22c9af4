import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { streamError } from '../stream-error.ts';
import { closeSocket, FrameReader, writeEnd, writeFrame } from './frames.ts';

const bufferBytes = 256 * 1024;

/**
 * The app's side of a stream over a socket to the other process, with half-close and back-pressure in both directions. Unlike
 * the socket, it tells its end from its failure, and has the other side's code.
 */
export class FramedStream extends Duplex {
  /** Bytes that came from the other side, and that went to it. */
  bytesRead = 0;
  bytesWritten = 0;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #wanted = true;

  /** @param socket connected, with `allowHalfOpen`. Like a socket, this reads ahead, so that it sees a failure before anybody reads */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true, readableHighWaterMark: bufferBytes, writableHighWaterMark: bufferBytes });
    this.#socket = socket;
    this.#reader = new FrameReader(
      (part) => {
        this.bytesRead += part.length;
        this.#wanted = this.push(part);
      },
      () => this.push(null),
    );
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('end', () => this.#closed());
    socket.on('error', () => undefined);
    socket.once('close', () => this.#closed());
    socket.resume();
  }

  override _read(): void {
    this.#wanted = true;
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // An empty frame would be the end. If a write fails, the socket closes, which ends this stream
    this.bytesWritten += chunk.length;
    if (chunk.length === 0) done();
    else writeFrame(this.#socket, chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    writeEnd(this.#socket, () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const inOrder = this.#reader.ended && this.writableFinished;
    if (error || inOrder) closeSocket(this.#socket, inOrder ? null : error);
    else this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return;
    if (!this.#reader.take(chunk)) this.destroy(streamError('EPROTO', 'the other process sent what is no stream'));
    else if (!this.#wanted) this.#socket.pause();
  }

  /** The other process has closed its side, or is gone. */
  #closed(): void {
    const { ended, failure } = this.#reader;
    if (this.destroyed || (ended && (!this.#socket.destroyed || this.writableFinished))) return;
    this.destroy(failure);
  }
}
