import net from 'node:net';
import * as z from 'zod';
import { failureOf } from '../shared/failure.ts';
import { Lines } from '../shared/lines.ts';
import { listenLocally } from './local-socket.ts';

/**
 * What an operator can ask of a running campus: one JSON line in each direction over its local socket. The line end ends
 * the message, since a named pipe cannot be closed in one direction only.
 */
const requestSchema = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('sessions') }),
  z.strictObject({ verb: z.literal('end'), id: z.string().max(64) }),
  z.strictObject({ verb: z.literal('lock'), userId: z.string().max(200) }),
]);
export type ControlRequest = z.infer<typeof requestSchema>;

const sessionLineSchema = z.object({
  id: z.string(),
  userId: z.string(),
  client: z.string(),
  startedAt: z.number(),
  expiresAt: z.number(),
  activeAt: z.number(),
});
export type SessionLine = z.infer<typeof sessionLineSchema>;

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sessions'), sessions: z.array(sessionLineSchema) }),
  /** `found` false: no such session or person. */
  z.object({ kind: z.literal('done'), found: z.boolean() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type ControlReply = z.infer<typeof replySchema>;

/** The campus's implementation of the verbs. */
export interface ControlVerbs {
  sessions(): SessionLine[];
  /** False: no such session. */
  end(id: string): Promise<boolean>;
  /** Locks an account for the usual time. Its sessions continue. False: no such person. */
  lock(userId: string): Promise<boolean>;
}

const maxRequestBytes = 4096;
const maxReplyBytes = 4 * 1024 * 1024;
const timeoutMs = 10_000;

/** Listens for an operator at a local address. Resolves with a function that closes it. */
export async function serveControl(address: string, verbs: ControlVerbs): Promise<() => Promise<void>> {
  const server = net.createServer((socket) => {
    const reply = (message: ControlReply): void => {
      socket.end(lineOf(message));
    };
    readLine(socket, maxRequestBytes)
      .then((text) => carryOut(requestSchema.parse(JSON.parse(text)), verbs))
      .then(reply, (error: unknown) => reply({ kind: 'failed', message: failureOf(error).detail ?? failureOf(error).code }));
  });
  await listenLocally(server, address);
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function carryOut(request: ControlRequest, verbs: ControlVerbs): Promise<ControlReply> {
  switch (request.verb) {
    case 'sessions':
      return { kind: 'sessions', sessions: verbs.sessions() };
    case 'end':
      return { kind: 'done', found: await verbs.end(request.id) };
    case 'lock':
      return { kind: 'done', found: await verbs.lock(request.userId) };
  }
}

/** Asks a running campus. Rejects when none runs there, or when its answer cannot be read. */
export async function askControl(address: string, request: ControlRequest): Promise<ControlReply> {
  const socket = net.connect({ path: address });
  try {
    socket.write(lineOf(request));
    return replySchema.parse(JSON.parse(await readLine(socket, maxReplyBytes)));
  } finally {
    socket.destroy();
  }
}

const lineOf = (message: ControlRequest | ControlReply): string => `${JSON.stringify(message)}\n`;

/** Reads a peer's first line, within limits of size and time. JSON has no line end inside a message. */
function readLine(socket: net.Socket, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = new Lines(maxBytes);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the campus did not answer in time')));
    socket.on('data', (chunk: Buffer) => {
      const complete = lines.add(chunk);
      if (complete === null) socket.destroy(new Error('the message is too long'));
      else if (complete[0] !== undefined) resolve(complete[0]);
    });
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}
