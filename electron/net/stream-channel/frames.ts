import type { Socket } from 'node:net';
import { plainLine } from '../../../shared/plain-text.ts';
import { streamError } from '../stream-error.ts';

/**
 * Each frame is a length and that many bytes. The length has four bytes, big-endian. Two lengths have no bytes of the stream
 * after them and end a direction: `end` in order, `failed` with a code and a sentence. If a socket closes without either, its
 * process is gone. Without such ends, a stream that broke off would look complete, because a Unix socket has no reset.
 */
const header = { bytes: 4, end: 0, failed: 0xffff_ffff } as const;
const largestFrame = 64 * 1024 * 1024;
const longestFailure = 1_024;
/** Up to this length, copying costs less than a write in two parts. */
const smallFrame = 4 * 1024;
/** How long a closing socket waits for a peer that does not read. */
const closeTimeoutMs = 1_000;

/**
 * Writes one frame of at least one byte. `done` is called when the system has taken it. False: if something still waits in the
 * socket, write no more before its `drain`.
 */
export function writeFrame(socket: Socket, bytes: Uint8Array, done?: () => void): boolean {
  const head = Buffer.allocUnsafe(bytes.length <= smallFrame ? header.bytes + bytes.length : header.bytes);
  head.writeUInt32BE(bytes.length);
  if (bytes.length <= smallFrame) {
    head.set(bytes, header.bytes);
    return socket.write(head, done);
  }
  socket.cork();
  socket.write(head);
  const room = socket.write(bytes, done);
  socket.uncork();
  return room;
}

/** Ends this direction in order. */
export function writeEnd(socket: Socket, done?: () => void): void {
  socket.write(Buffer.alloc(header.bytes), done);
}

/** Closes the socket, after it has sent the error if there is one. Null: the stream has ended in both directions. */
export function closeSocket(socket: Socket, error: Error | null): void {
  if (socket.destroyed) return;
  if (error) {
    const head = Buffer.alloc(header.bytes);
    head.writeUInt32BE(header.failed);
    socket.write(Buffer.concat([head, Buffer.from(failureLine(error))]));
  }
  const timer = setTimeout(() => socket.destroy(), closeTimeoutMs);
  socket.once('close', () => clearTimeout(timer));
  socket.destroySoon();
}

/** An error's code, or EIO, and what it says, in one line. */
export function failureLine(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'EIO';
  return `${name} ${plainLine(error instanceof Error ? error.message : 'failed').slice(0, 300)}`;
}

/** The error in a line of {@link failureLine}. Null: it is not such a line. */
export function failureOfLine(line: string): Error | null {
  const [, code, sentence] = /^([A-Z][A-Z0-9_]{1,40}) (.+)$/s.exec(line) ?? [];
  return code !== undefined && sentence !== undefined ? streamError(code, sentence) : null;
}

/** Reads frames, in whatever pieces they arrive. */
export class FrameReader {
  /** Whether the other side has ended in order. */
  ended = false;
  #left = 0;
  #head: Buffer = Buffer.alloc(0);
  #failure: string | null = null;

  /** @param onBytes gets parts of what was read. @param onEnd is called once, after the last of them */
  constructor(
    private readonly onBytes: (part: Buffer) => void,
    private readonly onEnd: () => void,
  ) {}

  /** Takes bytes from the socket. False: these are no frames. */
  take(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#failure !== null) {
        this.#failure = (this.#failure + chunk.toString('utf8', at)).slice(0, longestFailure);
        return true;
      }
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        this.onBytes(part);
        continue;
      }
      const whole = this.#head.length === 0 && chunk.length - at >= header.bytes;
      const head = whole ? chunk : Buffer.concat([this.#head, chunk.subarray(at, at + header.bytes - this.#head.length)]);
      const length = head.length >= header.bytes ? head.readUInt32BE(whole ? at : 0) : null;
      at += whole ? header.bytes : header.bytes - this.#head.length;
      this.#head = length === null ? head : Buffer.alloc(0);
      if (length !== null && !this.#start(length)) return false;
    }
    return true;
  }

  /** Why the socket closed before the end. */
  get failure(): Error {
    return failureOfLine(this.#failure ?? '') ?? streamError('ECONNRESET', 'the process that carries the tunnel has ended');
  }

  #start(length: number): boolean {
    if (this.ended || (length > largestFrame && length !== header.failed)) return false;
    if (length === header.failed) this.#failure = '';
    else this.#left = length;
    if (length !== header.end) return true;
    this.ended = true;
    this.onEnd();
    return true;
  }
}
