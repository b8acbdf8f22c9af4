import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { streamError } from '../stream-error.ts';
import { closeSocket, FrameReader, writeEnd, writeFrame } from './frames.ts';

/**
 * Joins the app's socket with a stream through the tunnel. When one of them ends in order, so does the other, and when one fails, the other fails.
 * It reads and writes the socket itself: one more stream in between costs a tenth of the tunnel's processor time.
 */
export class Relay {
  readonly #socket: Socket;
  readonly #far: Duplex;
  readonly #reader: FrameReader;

  /** @param socket connected, with `allowHalfOpen` */
  constructor(socket: Socket, far: Duplex) {
    this.#socket = socket;
    this.#far = far;
    let room = true;
    this.#reader = new FrameReader(
      (part) => (room = far.write(part)),
      () => {
        far.end();
        this.#finish();
      },
    );
    socket.on('data', (chunk: Buffer) => {
      if (!this.#reader.take(chunk)) this.fail(streamError('EPROTO', 'the app sent what is no stream'));
      else if (!room) socket.pause();
    });
    far.on('drain', () => {
      room = true;
      socket.resume();
    });
    far.on('data', (chunk: Buffer) => {
      // Go on if the system took all of it at once
      if (!writeFrame(socket, chunk) && socket.writableLength > 0) far.pause();
    });
    socket.on('drain', () => far.resume());
    far.once('end', () => writeEnd(socket, () => this.#finish()));
    far.on('error', (error) => this.fail(error));
    far.once('close', () => {
      if (!far.readableEnded || !far.writableFinished) this.fail(streamError('ECONNRESET', 'the far end broke the connection'));
    });
    socket.once('end', () => this.#closed());
    socket.once('close', () => this.#closed());
    socket.resume();
  }

  /** Ends both sides with an error. */
  fail(error: Error): void {
    closeSocket(this.#socket, error);
    this.#far.destroy();
  }

  /** Closes the socket if both directions have ended. The far side sends the rest of its data by itself. */
  #finish(): void {
    if (this.#reader.ended && this.#far.readableEnded) closeSocket(this.#socket, null);
  }

  /** The app has closed its side, or is gone. */
  #closed(): void {
    const { ended } = this.#reader;
    if (ended && (!this.#socket.destroyed || this.#far.readableEnded)) return;
    this.#socket.destroy();
    this.#far.destroy();
  }
}
