import net, { type Server, type Socket } from 'node:net';
import { helperProtocol, helperRequestSchema, Lines, type HelperMessage } from '../tunnels/openconnect/helper-protocol.ts';
import type { Client, Helper } from './helper.ts';
import type { Door } from './platform/platform.ts';
import { scriptReportSchema } from './script.ts';

/** Of one user at once: an app, the command line, and a little more. */
const maxConnections = 16;
/** Who does not read what is sent is let go of. */
const maxUnreadBytes = 256 * 1024;

/**
 * Opens the doors: one for each allowed user, theirs and for nobody else, and the script's, the system's own. Rights are
 * the gate (a file's mode, a pipe's list); nothing that a connection says decides whose it is.
 */
export async function listen(doors: readonly Door[], scriptDoor: Door, helper: Helper): Promise<Server[]> {
  const servers = [await open(scriptDoor, (socket) => hearScript(socket, helper))];
  // One by one: the mode that a socket is made with is this whole process's
  for (const door of doors) servers.push(await open(door, (socket) => serve(socket, door.name, helper)));
  return servers;
}

async function open(door: Door, take: (socket: Socket) => void): Promise<Server> {
  let isTheirs = false;
  // Who was quicker than the rights
  const server = net.createServer((socket) => (isTheirs ? take(socket) : socket.destroy()));
  server.maxConnections = maxConnections;
  await door.open(server);
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
      void helper.obey(client, request.data);
    }
    if (whole === null) refuse();
  });
}

function hearScript(socket: Socket, helper: Helper): void {
  const lines = new Lines(helperProtocol.maxLineBytes);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    for (const line of lines.add(bytes) ?? []) {
      const report = scriptReportSchema.safeParse(parse(line));
      if (report.success) helper.hear(report.data);
    }
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
