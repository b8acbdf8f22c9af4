import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCampus, type Campus } from '../../../campus/campus.ts';

/** What a campus's front does with connections that leave HTTP, asked by hand. */
describe('the front', () => {
  let campus: Campus;
  beforeAll(async () => {
    campus = await startCampus();
  });
  afterAll(() => campus.stop());

  async function connect(): Promise<TLSSocket> {
    const socket = tls.connect({ host: '127.0.0.1', port: campus.port, servername: 'vpn.campus.test', ca: [campus.authority.pem] });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    socket.on('error', () => undefined);
    return socket;
  }
  const tunnel = (more = 'Cookie: DSID=unknown\r\n', search = '?prot=1&svc=4'): string =>
    `POST /dana/js${search} HTTP/1.1\r\nHost: vpn.campus.test:443\r\n${more}Content-Length: 256\r\n\r\n`;
  const ticketOf = async (): Promise<string> => {
    const { sessions } = campus.services;
    return (await sessions.start({ userId: 'mei.chan', installation: 'front', client: 'front' })).ticket;
  };

  it('a tunnel is refused for a cookie that is not a session, for other parameters, and at another name', async () => {
    const answerTo = async (request: string): Promise<string> => {
      const socket = await connect();
      socket.write(request);
      return (await text(socket)).split('\r\n')[0] ?? '';
    };
    const ticket = await ticketOf();
    expect(await answerTo(tunnel())).toBe('HTTP/1.1 302 Found');
    expect(await answerTo(tunnel(''))).toBe('HTTP/1.1 302 Found');
    expect(await answerTo(tunnel(`Cookie: DSID=${ticket}\r\n`, '?prot=2&svc=4'))).toBe('HTTP/1.1 302 Found');
    expect(await answerTo(tunnel(`Cookie: DSID=${ticket}\r\n`).replace('vpn.campus.test', 'recovery.campus.test'))).toBe(
      'HTTP/1.1 404 Not Found',
    );
  });

  it('a tunnel’s request is recognised in any pieces, and its connection is no longer HTTP', async () => {
    const ticket = await ticketOf();
    const socket = await connect();
    const request = tunnel(`Cookie: a=b; DSID=${ticket}; c=d\r\n`);
    for (const piece of request.match(/[\s\S]{1,7}/g) ?? []) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(first.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    // A hello of OpenConnect's, and what answers it
    socket.write(Buffer.from([15, 0, 0, 4, 0, 0, 0, 2, 0, 0x61, 0x62, 0xbb, 1, 0, 0, 0, 0]));
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect([...answer.subarray(0, 3)]).toEqual([1, 0, 0]);
    socket.destroy();
  });

  it('pages of the gateway close their connection, so that a tunnel’s request is the first on its own', async () => {
    const socket = await connect();
    socket.write('GET / HTTP/1.1\r\nHost: vpn.campus.test\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n/i);
    const other = await connect();
    other.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const reply = await new Promise<Buffer>((resolve) => other.once('data', resolve));
    expect(reply.toString()).toMatch(/Connection: keep-alive/i);
    other.destroy();
  });

  it('an endless header ends its own connection only', async () => {
    const socket = await connect();
    socket.write(`POST /dana/js?${'x'.repeat(9_000)}`);
    await text(socket).catch(() => undefined);
    const page = await connect();
    page.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await text(page)).toContain('200 OK');
  });

  it('a campus stops at once although connections have said nothing yet', async () => {
    const other = await startCampus();
    const silent = net.connect(other.port, '127.0.0.1').on('error', () => undefined);
    const secure = tls.connect({ host: '127.0.0.1', port: other.port, servername: 'vpn.campus.test', ca: [other.authority.pem] });
    secure.on('error', () => undefined);
    await new Promise((resolve) => secure.once('secureConnect', resolve));
    const closed = new Promise((resolve) => secure.once('close', resolve));
    await other.stop();
    await closed;
    silent.destroy();
  });
});
