import { once } from 'node:events';
import net from 'node:net';

/** One for all: what arrives is counted or copied before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(1024 * 1024);

/** A TCP connection of the one that measures. It reads into memory that is there already, to take as little of the machine as it can. */
export class Line {
  private kept = Buffer.alloc(0);
  private counted: number | null = null;
  private waiting: { count: number; resolve: (bytes: Buffer) => void } | null = null;

  private constructor(private readonly socket: net.Socket) {}

  static async connect(port: number): Promise<Line> {
    const take = (bytes: number): boolean => {
      line.take(readBuffer.subarray(0, bytes));
      return true;
    };
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: readBuffer, callback: take } });
    const line = new Line(socket);
    await once(socket, 'connect');
    // Waiting reads and writes get the error themselves. A connection that is no longer used may break
    socket.on('error', () => socket.destroy());
    return line;
  }

  /** True: more may follow at once. */
  write(bytes: Uint8Array | string): boolean {
    return this.socket.write(bytes);
  }

  async drained(): Promise<void> {
    await once(this.socket, 'drain');
  }

  /** The next `count` bytes. */
  read(count: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('ended early'));
      this.socket.once('close', ended);
      this.waiting = {
        count,
        resolve: (bytes) => {
          this.socket.off('close', ended);
          resolve(bytes);
        },
      };
      this.look();
    });
  }

  /** How many bytes come until the far end has ended. */
  async countToEnd(): Promise<number> {
    this.counted = this.kept.length;
    await once(this.socket, 'end');
    return this.counted;
  }

  /** Reads no more. */
  pause(): void {
    this.socket.pause();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    if (this.counted !== null) this.counted += bytes.length;
    else {
      this.kept = Buffer.concat([this.kept, bytes]);
      this.look();
    }
  }

  private look(): void {
    const { waiting } = this;
    if (!waiting || this.kept.length < waiting.count) return;
    this.waiting = null;
    const bytes = this.kept.subarray(0, waiting.count);
    this.kept = this.kept.subarray(waiting.count);
    waiting.resolve(bytes);
  }
}
