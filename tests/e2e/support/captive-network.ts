import { once } from 'node:events';
import http from 'node:http';
import net, { type Server, type Socket } from 'node:net';
import type { Profile } from '../../../shared/profile.ts';

/**
 * A network with a captive portal, as in a hotel: until the guest signs in, it redirects plain HTTP to its page and
 * answers TLS with plain HTTP.
 */
export interface CaptiveNetwork {
  /** The campus's profile, with the gateway reached through this network. */
  profileBehind(profile: Profile): Profile;
  /** The guest has signed in: from now on everything passes. */
  allowTraffic(): void;
  /** Goes back to the sign-in page and breaks every open connection. */
  blockTraffic(): void;
  close(): Promise<void>;
}

export async function startCaptiveNetwork(page: string, campusPort: number): Promise<CaptiveNetwork> {
  let isOpen = false;
  const sockets = new Set<Socket>();
  const web = http.createServer((_request, response) => {
    response.writeHead(302, { location: isOpen ? 'https://vpn.campus.test/' : page });
    response.end();
  });
  const gateway = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (!isOpen) {
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${page}\r\n\r\n`);
      return;
    }
    const onwards = net.connect(campusPort, '127.0.0.1');
    onwards.on('error', () => socket.destroy());
    onwards.on('close', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
    socket.pipe(onwards).pipe(socket);
  });
  const ports = await Promise.all([listen(web), listen(gateway)]);
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    profileBehind(profile) {
      const [host = '', port = '443'] = (profile.gateways[0] ?? '').split(':');
      const others = (profile.connectTo ?? []).filter((entry) => entry.host !== host);
      return {
        ...profile,
        connectTo: [{ host, port: 80, loopbackPort: ports[0] }, { host, port: Number(port), loopbackPort: ports[1] }, ...others],
      };
    },
    allowTraffic: () => {
      isOpen = true;
    },
    blockTraffic: () => {
      isOpen = false;
      breakAll();
    },
    async close() {
      breakAll();
      web.closeAllConnections();
      await Promise.all([web, gateway].map((server) => new Promise((resolve) => server.close(resolve))));
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
