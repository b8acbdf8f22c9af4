import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';

const portal = '2fa.campus.test';

/** The door that a load goes through: the app's loopback proxy, or something in front of it. */
export interface Door {
  port: number;
  username: string;
  secret: string;
}

/** One connection to the portal as the view makes it: CONNECT at the loopback proxy, TLS through it, then pages. */
export class PortalLoad {
  private constructor(private readonly socket: TLSSocket) {}

  /** As far as TLS with the portal itself. Rejects where the door does not open or the way breaks. */
  static async open(door: Door, authorityPem: string): Promise<PortalLoad> {
    const way = net.connect({ port: door.port, host: '127.0.0.1' });
    const credentials = Buffer.from(`${door.username}:${door.secret}`).toString('base64');
    way.write(`CONNECT ${portal}:443 HTTP/1.1\r\nHost: ${portal}:443\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
    const reply = String(await once(way, 'data'));
    if (!reply.startsWith('HTTP/1.1 200')) {
      way.destroy();
      throw new Error(reply.slice(0, 50));
    }
    const socket = tls.connect({ socket: way, servername: portal, ca: authorityPem });
    // What breaks later is told by whoever loads a page then
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    return new PortalLoad(socket);
  }

  /** The portal's first page, whole. Rejects when the way breaks before its end. */
  page(): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = http.get({ createConnection: () => this.socket, host: portal, path: '/sign-in' }, (response) => {
        let html = '';
        response.setEncoding('utf8').on('data', (text: string) => (html += text));
        response.once('end', () => {
          if (response.statusCode === 200 && /<\/html>\s*$/.test(html)) resolve(html);
          else reject(new Error(`HTTP ${response.statusCode ?? 0}, ${html.length} characters`));
        });
        response.once('error', reject);
      });
      request.once('error', reject);
      request.once('close', () => reject(new Error('the way to the portal is closed')));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The portal's first page through this door, on a connection of its own. */
export async function loadPortal(door: Door, authorityPem: string): Promise<string> {
  const load = await PortalLoad.open(door, authorityPem);
  try {
    return await load.page();
  } finally {
    load.close();
  }
}
