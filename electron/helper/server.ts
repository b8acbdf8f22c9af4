import net, { type Server, type Socket } from 'node:net';
import { Lines } from '../../shared/lines.ts';
import { helperProtocol, helperRequestSchema, type HelperMessage } from '../helper-client/protocol.ts';
import type { Client, Helper } from './helper.ts';
import { platform } from './platform/current.ts';
import type { ListeningSocket } from './platform/platform.ts';
import { scriptReportSchema } from './script.ts';
import { networkRequestSchema } from './network-request.ts';

/** Per user: an app, the command line, and some spare. */
const maxConnections = 16;
/** A client that does not read its messages is disconnected. */
const maxUnreadBytes = 256 * 1024;
const scriptTimeoutMs = 5_000;

/** The listening servers, and the users they are for. */
export interface Listening {
  servers: readonly Server[];
  names: readonly string[];
}

/**
 * Opens the sockets: one for each allowed user, which only that user can open, and one for the script. Access rights decide
 * who may connect (a file's mode, a pipe's access list). Nothing that a client sends decides which user it is.
 *
 * If a user's socket cannot be opened (on Windows anybody may take a pipe's name first), logs that and goes on with the
 * others. Throws if the script's socket cannot be opened, because no tunnel works without it.
 */
export async function listen(
  listeningSockets: readonly ListeningSocket[],
  scriptSocket: ListeningSocket,
  helper: Helper,
  log: (line: string) => void,
): Promise<Listening> {
  const servers = [await open(scriptSocket, (socket) => serveScript(socket, helper))];
  const names: string[] = [];
  // One at a time: umask applies to the whole process
  for (const listening of listeningSockets) {
    try {
      servers.push(await open(listening, (socket) => serve(socket, listening.name, helper)));
      names.push(listening.name);
    } catch (error) {
      log(`no socket for ${listening.name}: ${error instanceof Error ? error.message : 'failed'}`);
    }
  }
  return { servers, names };
}

async function open(listening: ListeningSocket, take: (socket: Socket) => void): Promise<Server> {
  let isTheirs = false;
  // Drop connections made before the access rights were set
  const server = net.createServer((socket) => (isTheirs ? take(socket) : socket.destroy()));
  server.maxConnections = maxConnections;
  try {
    await listening.open(server);
  } catch (error) {
    // It may already listen without the right access rights
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
  // An invalid message ends the connection: our clients never send one
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

/** Handles one message of openconnect's script: a report, or on systems where the helper changes the network, a request that is answered. */
function serveScript(socket: Socket, helper: Helper): void {
  const lines = new Lines(helperProtocol.maxReplyBytes);
  socket.on('error', () => undefined);
  socket.setTimeout(scriptTimeoutMs, () => socket.destroy());
  socket.on('data', (bytes) => {
    const [line] = lines.add(bytes) ?? [''];
    if (line === undefined) return;
    socket.removeAllListeners('data').resume();
    socket.setTimeout(0);
    const message = parse(line);
    if (platform.networkControl) {
      const wanted = networkRequestSchema.safeParse(message);
      const answer = wanted.success ? helper.applyNetwork(wanted.data) : Promise.resolve(1);
      void answer.then((code) => socket.end(`${JSON.stringify({ code })}\n`));
      return;
    }
    const report = scriptReportSchema.safeParse(message);
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
