import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import * as z from 'zod';

/**
 * The DevTools protocol over Chromium's pipe (`--remote-debugging-pipe`): JSON messages, each ended by a zero
 * byte. When our end of the pipe closes, Chromium quits: a double that is killed leaves no browser behind.
 */

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

const messageSchema = z.object({
  id: z.optional(z.number()),
  sessionId: z.optional(z.string()),
  method: z.optional(z.string()),
  params: z.optional(z.unknown()),
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ message: z.string() })),
});

/** A command's target went away before it answered: a page that was closed, a Chromium that quit. */
export class TargetGone extends Error {
  override readonly name = 'TargetGone';
}

/** What Chromium answers when a page, a frame or a paused request no longer exists. */
const goneWords =
  /session with given id|no target with given id|cannot find context|target closed|invalid interceptionid|execution context was destroyed|uniqueContextId not found|no download item found/i;

/** Waits for a command. Ignores its failure, because its target may have gone in the meantime. */
export async function ifStillThere(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof TargetGone)) throw error;
  }
}

/** One target's commands and events; the root session is the browser itself. */
export class CdpSession extends EventEmitter<Events> {
  constructor(
    private readonly connection: CdpConnection,
    readonly sessionId: string | undefined,
  ) {
    super();
  }

  /** Rejects with {@link TargetGone}, or with Chromium's own words. */
  send<M extends keyof Commands>(method: M, ...params: Commands[M]['paramsType']): Promise<Commands[M]['returnType']> {
    // The protocol's own types say what each command answers; nothing at run time could add to that.
    return this.connection.request(method, params[0], this.sessionId) as Promise<Commands[M]['returnType']>;
  }
}

interface Pending {
  method: string;
  sessionId: string | undefined;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** All sessions of one Chromium. */
export class CdpConnection {
  readonly root = new CdpSession(this, undefined);
  private readonly sessions = new Map<string, CdpSession>();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private rest: Buffer[] = [];
  private closed = false;

  constructor(
    private readonly toChromium: Writable,
    fromChromium: Readable,
  ) {
    fromChromium.on('data', (chunk: Buffer) => this.read(chunk));
    fromChromium.on('close', () => this.close());
    // A pipe that breaks is followed by `close` above
    toChromium.on('error', () => this.close());
  }

  /** The session of an attached target, made when it is first asked for. */
  session(sessionId: string): CdpSession {
    const known = this.sessions.get(sessionId);
    if (known) return known;
    const session = new CdpSession(this, sessionId);
    this.sessions.set(sessionId, session);
    return session;
  }

  request(method: string, params: unknown, sessionId: string | undefined): Promise<unknown> {
    if (this.closed) return Promise.reject(new TargetGone(`${method}: Chromium is gone`));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { method, sessionId, resolve, reject });
      this.toChromium.write(`${JSON.stringify({ id, method, params: params ?? {}, sessionId })}\0`);
    });
  }

  private read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const text = Buffer.concat([...this.rest, chunk.subarray(start, end)]).toString('utf8');
      this.rest = [];
      start = end + 1;
      this.take(messageSchema.parse(JSON.parse(text)));
    }
    if (start < chunk.length) this.rest.push(chunk.subarray(start));
  }

  private take(message: z.infer<typeof messageSchema>): void {
    if (message.id !== undefined) {
      const pending = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (!message.error) pending?.resolve(message.result);
      else if (goneWords.test(message.error.message)) pending?.reject(new TargetGone(`${pending.method}: ${message.error.message}`));
      else pending?.reject(new Error(`${pending.method}: ${message.error.message}`));
      return;
    }
    if (message.method === undefined) return;
    const session = message.sessionId === undefined ? this.root : this.session(message.sessionId);
    // Same contract as in `send`: the method names the type of its parameters
    session.emit(message.method as 'Page.loadEventFired', message.params as Events['Page.loadEventFired'][0]);
    if (message.method === 'Target.detachedFromTarget') this.forget(z.object({ sessionId: z.string() }).parse(message.params).sessionId);
  }

  private forget(sessionId: string): void {
    this.sessions.delete(sessionId);
    this.reject((pending) => pending.sessionId === sessionId, 'the page was closed');
  }

  private close(): void {
    this.closed = true;
    this.reject(() => true, 'Chromium is gone');
  }

  private reject(which: (pending: Pending) => boolean, why: string): void {
    for (const [id, pending] of this.pending) {
      if (!which(pending)) continue;
      this.pending.delete(id);
      pending.reject(new TargetGone(`${pending.method}: ${why}`));
    }
  }
}
