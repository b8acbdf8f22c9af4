import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';

const portal = '2fa.campus.test';

/** The proxy that a load goes through: the app's loopback proxy, or a test's proxy in front of it. */
export interface ProxyAccess {
  port: number;
  username: string;
  secret: string;
}

/** One connection to the portal, made as the portal view makes it: CONNECT to the loopback proxy, TLS through it, then pages. */
export class PortalLoad {
  private constructor(private readonly socket: TLSSocket) {}

  /** Connects up to the TLS handshake with the portal. Rejects if the proxy refuses or the connection breaks. */
  static async open(proxy: ProxyAccess, authorityPem: string): Promise<PortalLoad> {
    const tunnel = net.connect({ port: proxy.port, host: '127.0.0.1' });
    const credentials = Buffer.from(`${proxy.username}:${proxy.secret}`).toString('base64');
    tunnel.write(`CONNECT ${portal}:443 HTTP/1.1\r\nHost: ${portal}:443\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
    const reply = String(await once(tunnel, 'data'));
    if (!reply.startsWith('HTTP/1.1 200')) {
      tunnel.destroy();
      throw new Error(reply.slice(0, 50));
    }
    const socket = tls.connect({ socket: tunnel, servername: portal, ca: authorityPem });
    // A later break makes `page` reject
    socket.on('error', () => socket.destroy());
    await once(socket, 'secureConnect');
    return new PortalLoad(socket);
  }

  /** Loads the portal's whole first page. Rejects if the connection breaks before its end. */
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
      request.once('close', () => reject(new Error('the connection to the portal is closed')));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Loads the portal's first page through this proxy, on a new connection. */
export async function loadPortal(proxy: ProxyAccess, authorityPem: string): Promise<string> {
  const load = await PortalLoad.open(proxy, authorityPem);
  try {
    return await load.page();
  } finally {
    load.close();
  }
}
