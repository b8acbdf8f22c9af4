import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fail } from '../../../shared/failure.ts';
import { startLoopbackProxy, type LoopbackProxy } from '../../../electron/tunnels/loopback-proxy.ts';
import type { Dial } from '../../../electron/tunnels/tunnel.ts';

let proxy: LoopbackProxy;
const far = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
let farPort = 0;

const dial: Dial = async (host, port) => {
  if (host !== 'portal.test') throw fail('host-not-allowed', { host, port });
  const socket = net.connect({ port: farPort, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
};

beforeAll(async () => {
  far.listen(0, '127.0.0.1');
  await once(far, 'listening');
  const address = far.address();
  farPort = address !== null && typeof address === 'object' ? address.port : 0;
  proxy = await startLoopbackProxy();
});
afterAll(async () => {
  await proxy.close();
  far.close();
});

const authorization = (secret: string): string => `Basic ${Buffer.from(`causeway:${secret}`).toString('base64')}`;

/** One CONNECT; resolves with the status and, where it is 200, the tunnel. */
function connect(target: string, secret?: string): Promise<{ status: number; socket: net.Socket; challenge: string }> {
  return new Promise((resolve, reject) => {
    const headers = secret === undefined ? {} : { 'proxy-authorization': authorization(secret) };
    const request = http.request({ port: proxy.port, host: '127.0.0.1', method: 'CONNECT', path: target, headers });
    request.once('connect', (response, socket: net.Socket) => {
      resolve({ status: response.statusCode ?? 0, socket, challenge: response.headers['proxy-authenticate'] ?? '' });
    });
    request.once('error', reject).end();
  });
}

test('the loopback proxy carries bytes both ways, with half-close', async () => {
  proxy.setDial(dial);
  const { status, socket } = await connect('portal.test:443', proxy.secret);
  expect(status).toBe(200);
  socket.end('hello');
  expect(await text(socket)).toBe('hello');
});

test('the loopback proxy asks for the secret, and accepts no other', async () => {
  proxy.setDial(dial);
  for (const secret of [undefined, '', 'wrong', `${proxy.secret}x`, proxy.secret.slice(1)]) {
    const { status, challenge, socket } = await connect('portal.test:443', secret);
    expect(status).toBe(407);
    expect(challenge).toContain('Basic');
    socket.destroy();
  }
});

test('another process that knows the port and not the secret gets nothing through', async () => {
  proxy.setDial(dial);
  const attacker = `
    const net = require('node:net');
    const tries = ['CONNECT portal.test:443 HTTP/1.1\\r\\n\\r\\n', 'CONNECT portal.test:443 HTTP/1.1\\r\\nProxy-Authorization: Basic Y2F1c2V3YXk6\\r\\n\\r\\n',
      'GET http://portal.test/ HTTP/1.1\\r\\nHost: portal.test\\r\\n\\r\\n', 'GET / HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n', '\\x05\\x01\\x00'];
    (async () => { for (const text of tries) { const s = net.connect(${proxy.port}, '127.0.0.1'); s.write(text, 'latin1');
      let got = ''; s.on('data', (d) => got += d); await new Promise((ok) => s.on('close', ok).on('end', () => s.end())); console.log(got.split('\\r\\n')[0]); } })();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', attacker], { timeout: 20_000 });
  expect(stdout.trim().split('\n')).toEqual([
    'HTTP/1.1 407 Proxy Authentication Required',
    'HTTP/1.1 407 Proxy Authentication Required',
    'HTTP/1.1 405 Method Not Allowed',
    'HTTP/1.1 405 Method Not Allowed',
    'HTTP/1.1 400 Bad Request',
  ]);
});

test('the loopback proxy’s status says why: no tunnel, not allowed, malformed', async () => {
  proxy.setDial(null);
  expect((await connect('portal.test:443', proxy.secret)).status).toBe(503);
  expect(proxy.failureFor('portal.test')?.code).toBe('tunnel-down');
  proxy.setDial(dial);
  expect((await connect('other.test:443', proxy.secret)).status).toBe(403);
  expect(proxy.failureFor('other.test')?.code).toBe('host-not-allowed');
  for (const target of ['portal.test:0', 'portal.test:99999', 'a_b:443', '::1:443'])
    expect((await connect(target, proxy.secret)).status).toBe(400);
  expect((await connect('portal.test:443', proxy.secret)).status).toBe(200);
  expect(proxy.failureFor('portal.test')).toBeNull();
});

test('the loopback proxy cuts open connections when the tunnel ends', async () => {
  proxy.setDial(dial);
  const { socket } = await connect('portal.test:443', proxy.secret);
  const closed = once(socket, 'close');
  proxy.setDial(null);
  await closed;
});
