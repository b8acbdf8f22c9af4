import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import * as z from 'zod';
import { isAlive } from './chromium.ts';

/** What a second process sends to the first. */
const arrivalSchema = z.object({ argv: z.array(z.string()), cwd: z.string(), additionalData: z.optional(z.unknown()) });
export type Arrival = z.infer<typeof arrivalSchema>;

/** How long a second process tries to reach a first one that has just taken the lock. */
const deliverTimeoutMs = 5_000;

/**
 * One process a user-data folder: a lock file with the owner's process id, which a process that was killed
 * leaves to the next one, and a socket on which later processes say that they came.
 */
export class SingleInstance {
  private server: Server | null = null;
  private delivery: Promise<void> = Promise.resolve();

  /** True for the first process. Any other sends its arguments to the first; see {@link delivered}. */
  request(folder: string, arrival: Arrival, onArrival: (arrival: Arrival) => void): boolean {
    if (this.server) return true;
    // If the folder cannot be locked, Electron reports that another process has the lock (`App::RequestSingleInstanceLock`, LOCK_ERROR)
    if (!canLockIn(folder)) return false;
    const socket = path.join(folder, 'SingletonSocket');
    if (!takeLock(path.join(folder, 'SingletonLock'))) {
      this.delivery = deliver(socket, arrival);
      // {@link delivered} tells; the app may have ended by then
      this.delivery.catch(() => undefined);
      return false;
    }
    rmSync(socket, { force: true });
    this.server = createServer((connection) => {
      let text = '';
      // A process that is killed while it tells is one that did not come
      connection.on('error', () => connection.destroy());
      connection.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      connection.on('end', () => {
        connection.end();
        if (text !== '') onArrival(arrivalSchema.parse(JSON.parse(text)));
      });
    }).listen(socket);
    return true;
  }

  holds(): boolean {
    return this.server !== null;
  }

  /** Resolves when the first process has received this one's message. */
  async delivered(): Promise<void> {
    await this.delivery;
  }

  release(folder: string): void {
    if (!this.server) return;
    this.server.close();
    this.server = null;
    rmSync(path.join(folder, 'SingletonLock'), { force: true });
  }
}

function canLockIn(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function takeLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    // Another process has it, or had it when it was killed
    if (isAlive(Number(readFileSync(file, 'utf8')))) return false;
    writeFileSync(file, String(process.pid));
    return true;
  }
}

async function deliver(socket: string, arrival: Arrival): Promise<void> {
  const deadline = Date.now() + deliverTimeoutMs;
  for (;;) {
    try {
      await new Promise<void>((resolve, reject) => {
        const connection = connect(socket);
        connection.once('error', reject);
        connection.once('close', () => resolve());
        connection.resume().end(JSON.stringify(arrival));
      });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
