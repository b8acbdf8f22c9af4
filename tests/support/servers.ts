import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { lastingPort } from './ports.ts';

/** Listens on loopback until the test ends and returns the port. Remaining connections are destroyed then. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // The tests' clients may leave at any time
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (!isInternet(address)) throw new Error('not a TCP server');
  return address.port;
}

/** A TCP server that does this with every connection. */
export const tcp = (serve: (socket: Socket) => void): Promise<number> => listen(net.createServer({ allowHalfOpen: true }, serve));

/** A port that nobody listens on. */
export const deadPort = lastingPort;

const isInternet = (address: AddressInfo | string | null): address is AddressInfo => typeof address === 'object' && address !== null;
