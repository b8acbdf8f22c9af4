import net, { type Server, type Socket } from 'node:net';
import { Lines } from '../net/lines.ts';
import { helperProtocol, helperRequestSchema, type HelperMessage } from '../helper-client/protocol.ts';
import type { Client, Helper } from './helper.ts';
import { platform } from './platform/current.ts';
import type { ListeningSocket } from './platform/platform.ts';
import { scriptReportSchema } from './script.ts';
import { networkRequestSchema } from './network-request.ts';

/** Of one user at once: an app, the command line, and a little more. */
const maxConnections = 16;
/** Who does not read what is sent is let go of. */
const maxUnreadBytes = 256 * 1024;
const scriptTimeoutMs = 5_000;

/** What listens, and for whom. */
export interface Listening {
  servers: readonly Server[];
  names: readonly string[];
}

/**
 * Opens the doors: one for each allowed user, theirs and for nobody else, and the script's, the system's own. Rights are
 * the gate (a file's mode, a pipe's list); nothing that a connection says decides whose it is.
 *
 * A user's door that cannot be opened (on Windows anybody may take a pipe's name first) is logged and left out: the others
 * keep theirs. Throws where the script's cannot be opened, without which there is no tunnel for anybody.
 */
export async function listen(
  listeningSockets: readonly ListeningSocket[],
  scriptSocket: ListeningSocket,
  helper: Helper,
  log: (line: string) => void,
): Promise<Listening> {
  const servers = [await open(scriptSocket, (socket) => serveScript(socket, helper))];
  const names: string[] = [];
  // One by one: the mode that a socket is made with is this whole process's
  for (const listening of listeningSockets) {
    try {
      servers.push(await open(listening, (socket) => serve(socket, listening.name, helper)));
      names.push(listening.name);
    } catch (error) {
      log(`no way in for ${listening.name}: ${error instanceof Error ? error.message : 'failed'}`);
    }
  }
  return { servers, names };
}

async function open(listening: ListeningSocket, take: (socket: Socket) => void): Promise<Server> {
  let isTheirs = false;
  // Who was quicker than the rights
  const server = net.createServer((socket) => (isTheirs ? take(socket) : socket.destroy()));
  server.maxConnections = maxConnections;
  try {
    await listening.open(server);
  } catch (error) {
    // One that listens already, without the rights that it was to have
    server.close();
    throw error;
  }
  isTheirs = true;
  return server;
}

function serve(socket: Socket, user: string, helper: Helper): void {
  const lines = new Lines(helperProtocol.maxLineBytes);
  const client: Client = {
    user,
    send: (message: HelperMessage) => {
      if (socket.writableLength > maxUnreadBytes) socket.destroy();
      else if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    },
  };
  helper.join(client);
  socket.on('error', () => undefined);
  socket.on('close', () => helper.leave(client));
  // What does not fit ends the connection: nobody of ours sends such a thing
  const refuse = (): void => {
    client.send({ id: null, failure: { code: 'request-invalid' } });
    socket.end();
    socket.removeAllListeners('data').resume();
    setTimeout(() => socket.destroy(), 200).unref();
  };
  socket.on('data', (bytes) => {
    const whole = lines.add(bytes);
    for (const line of whole ?? []) {
      const request = helperRequestSchema.safeParse(parse(line));
      if (!request.success) {
        refuse();
        return;
      }
      void helper.handle(client, request.data);
    }
    if (whole === null) refuse();
  });
}

/** One thing from openconnect's script: what it did or, where the helper does it, what is wanted, which is answered. */
function serveScript(socket: Socket, helper: Helper): void {
  const lines = new Lines(helperProtocol.maxReplyBytes);
  socket.on('error', () => undefined);
  socket.setTimeout(scriptTimeoutMs, () => socket.destroy());
  socket.on('data', (bytes) => {
    const [line] = lines.add(bytes) ?? [''];
    if (line === undefined) return;
    socket.removeAllListeners('data').resume();
    socket.setTimeout(0);
    const said = parse(line);
    if (platform.networkControl) {
      const wanted = networkRequestSchema.safeParse(said);
      const answer = wanted.success ? helper.applyNetwork(wanted.data) : Promise.resolve(1);
      void answer.then((code) => socket.end(`${JSON.stringify({ code })}\n`));
      return;
    }
    const report = scriptReportSchema.safeParse(said);
    if (report.success) helper.takeReport(report.data);
    socket.end();
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
