import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import net, { type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { helperProtocol, helperRequestSchema, Lines, type HelperMessage } from '../tunnels/openconnect/helper-protocol.ts';
import type { LocalUser } from './config.ts';
import type { Client, Helper } from './helper.ts';
import { scriptReportSchema } from './script.ts';

/** Of one user at once: an app, the command line, and a little more. */
const maxConnections = 16;
/** Who does not read what is sent is let go of. */
const maxUnreadBytes = 256 * 1024;

/**
 * Opens the sockets: one for each allowed user, theirs and for nobody else (0600), and the script's, root's. The mode of
 * the file is the gate; nothing that a connection says decides whose it is.
 */
export async function listen(directory: string, users: readonly LocalUser[], helper: Helper): Promise<Server[]> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  // Others may pass, and see nothing
  await chmod(directory, 0o711);
  const script = await open(scriptSocketIn(directory), { uid: 0, gid: 0 }, (socket) => hearScript(socket, helper));
  const servers = [script];
  // One by one: the mode that a socket is made with is this whole process's
  for (const user of users)
    servers.push(await open(join(directory, `${user.name}.sock`), user, (socket) => serve(socket, user.name, helper)));
  return servers;
}

export const scriptSocketIn = (directory: string): string => join(directory, '.script');

async function open(path: string, { uid, gid }: { uid: number; gid: number }, take: (socket: Socket) => void): Promise<Server> {
  await rm(path, { force: true });
  const server = net.createServer(take);
  server.maxConnections = maxConnections;
  // Made for nobody, and given to its user then
  const former = process.umask(0o777);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(former);
  }
  await chown(path, uid, gid);
  await chmod(path, 0o600);
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
