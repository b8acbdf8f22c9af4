import { once } from 'node:events';
import http from 'node:http';
import net, { type Server, type Socket } from 'node:net';
import type { Profile } from '../../../shared/profile.ts';

/** A network that holds people up until they have signed in to it, as hotels do: plain HTTP is sent to its page, TLS gets nonsense. */
export interface Hotel {
  /** The same campus, reached through this network. */
  behind(profile: Profile): Profile;
  /** The guest has signed in: from now on everything goes through. */
  letOut(): void;
  /** Back to the sign-in page; what goes through breaks. */
  holdUp(): void;
  close(): Promise<void>;
}

export async function startHotel(page: string, campusPort: number): Promise<Hotel> {
  let isFree = false;
  const sockets = new Set<Socket>();
  const web = http.createServer((_request, response) => {
    response.writeHead(302, { location: isFree ? 'https://vpn.campus.test/' : page });
    response.end();
  });
  const door = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (!isFree) {
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${page}\r\n\r\n`);
      return;
    }
    const onwards = net.connect(campusPort, '127.0.0.1');
    onwards.on('error', () => socket.destroy());
    onwards.on('close', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
    socket.pipe(onwards).pipe(socket);
  });
  const ports = await Promise.all([listen(web), listen(door)]);
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    behind(profile) {
      const [host = '', port = '443'] = (profile.gateways[0] ?? '').split(':');
      const others = (profile.connectTo ?? []).filter((entry) => entry.host !== host);
      return {
        ...profile,
        connectTo: [{ host, port: 80, loopbackPort: ports[0] }, { host, port: Number(port), loopbackPort: ports[1] }, ...others],
      };
    },
    letOut: () => {
      isFree = true;
    },
    holdUp: () => {
      isFree = false;
      breakAll();
    },
    async close() {
      breakAll();
      web.closeAllConnections();
      await Promise.all([web, door].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not a TCP server');
  return address.port;
}
