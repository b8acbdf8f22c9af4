import { Duplex } from 'node:stream';
import { onAbort } from '../../../shared/abort.ts';
import { abortReason, streamError } from '../stream-error.ts';
import type { StackModule } from './stack-module.ts';

/** What happened to a stream, as bits: the `enum` in `build/lwip/stack.c`. */
const happenings = { connected: 1, readable: 2, ended: 4, writable: 8, failed: 16 } as const;

/** lwIP's `ERR_ABRT`: it gave up after sending a segment again and again. */
const gaveUp = -13;

const bufferBytes = 256 * 1024;

interface StreamOwner {
  /** Something waits to be sent. */
  changed(): void;
  gone(): void;
}

/** One TCP connection through an {@link IpStack}, with half-close and back-pressure in both directions. */
export class StackStream extends Duplex {
  readonly #id: number;
  readonly #module: StackModule;
  readonly #owner: StreamOwner;
  #open = true;
  #wanted = true;
  /** The far end has sent its last byte. */
  #farEnded = false;
  #readAll = false;
  #waiting: { chunk: Buffer; done: (error?: Error | null) => void } | null = null;
  #finishing: (() => void) | null = null;
  #settleConnected: ((error: Error | null) => void) | null = null;

  constructor(id: number, module: StackModule, owner: StreamOwner) {
    super({ allowHalfOpen: true, readableHighWaterMark: bufferBytes, writableHighWaterMark: bufferBytes });
    this.#id = id;
    this.#module = module;
    this.#owner = owner;
  }

  /** Resolves when the far end has accepted. An abort destroys the stream. */
  connected(signal: AbortSignal): Promise<this> {
    return new Promise((resolve, reject) => {
      const off = onAbort(signal, () => this.#settleConnected?.(abortReason(signal)));
      this.#settleConnected = (error) => {
        this.#settleConnected = null;
        off();
        if (!error) {
          resolve(this);
          return;
        }
        reject(error);
        this.destroy();
      };
    });
  }

  /** Called with everything that happened since the last call. */
  happened(flags: number): void {
    if (flags & happenings.connected) this.#settleConnected?.(null);
    if (flags & happenings.readable) this.#pull();
    if (flags & happenings.ended) {
      this.#farEnded = true;
      this.#pull();
    }
    if (flags & happenings.writable) this.#feed();
    if (flags & happenings.failed) this.#failed(this.#module.calls.error_of(this.#id));
  }

  /** Ends with an error, because the tunnel has ended. */
  breakOff(error: Error): void {
    if (this.#settleConnected) this.#settleConnected(error);
    else this.destroy(error);
  }

  override _read(): void {
    this.#wanted = true;
    this.#pull();
    this.#owner.changed();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#waiting = { chunk, done };
    this.#feed();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finishing = done;
    this.#finish();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#open) {
      this.#open = false;
      const inOrder = error === null && this.#readAll && this.writableFinished;
      this.#module.calls.drop(this.#id, inOrder ? 1 : 0);
      this.#owner.gone();
      this.#owner.changed();
    }
    done(error);
  }

  /** Takes received data as long as the reader wants more. Data that is not taken keeps the far end's window closed. */
  #pull(): void {
    while (this.#open && this.#wanted && !this.#readAll) {
      const length = this.#module.calls.take(this.#id);
      if (length > 0) {
        this.#wanted = this.push(Buffer.from(this.#module.scratch.subarray(0, length)));
        continue;
      }
      if (!this.#farEnded) return;
      this.#readAll = true;
      this.push(null);
    }
  }

  #feed(): void {
    const waiting = this.#waiting;
    if (!waiting || !this.#open) {
      this.#finish();
      return;
    }
    const { calls, scratchSize } = this.#module;
    while (waiting.chunk.length > 0) {
      const length = Math.min(waiting.chunk.length, calls.room(this.#id), scratchSize);
      if (length === 0) break;
      this.#module.scratch.set(waiting.chunk.subarray(0, length));
      const taken = calls.give(this.#id, length);
      if (taken <= 0) break;
      waiting.chunk = waiting.chunk.subarray(taken);
    }
    this.#owner.changed();
    if (waiting.chunk.length > 0) return;
    this.#waiting = null;
    waiting.done();
  }

  /** Sends FIN after the last byte. If there is no memory for it now, the next change tries again. */
  #finish(): void {
    const done = this.#finishing;
    if (!done || (this.#open && this.#module.calls.half_close(this.#id) !== 0)) return;
    this.#finishing = null;
    this.#owner.changed();
    done();
  }

  #failed(error: number): void {
    // The reader still gets what came before the failure
    this.#pull();
    if (this.#settleConnected) {
      const refused = error !== gaveUp;
      this.#settleConnected(
        refused
          ? streamError('ECONNREFUSED', 'the far end refused the connection')
          : streamError('ETIMEDOUT', 'the far end does not answer'),
      );
      return;
    }
    this.destroy(
      error === gaveUp
        ? streamError('ETIMEDOUT', 'the far end no longer answers')
        : streamError('ECONNRESET', 'the far end broke the connection'),
    );
  }
}
