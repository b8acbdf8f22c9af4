import { constants } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import fc from 'fast-check';
import { findOldTls } from '../../../electron/net/old-tls.ts';
import { clientHello, readAnswer } from '../../../electron/net/tls-hello.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { deadPort, listen, tcp } from '../../support/servers.ts';

const host = 'vpn.campus.test';
let ours: Issued;
beforeAll(async () => {
  ours = await issue(null, { name: 'CN=vpn', dns: [host] });
});

const look = (loopbackPort: number) => findOldTls({ host, port: 443, loopbackPort }, new AbortController().signal);
const served = (options: tls.TlsOptions) => listen(tls.createServer({ key: ours.keyPem, cert: ours.pem, ...options }));
const weak = 'DEFAULT:@SECLEVEL=0';

it.each<[string, tls.TlsOptions, string]>([
  ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: weak }, 'TLS 1.0'],
  ['TLS 1.1 at most', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: weak }, 'TLS 1.1'],
])('a server that speaks %s is called old', async (_what, options, found) => {
  expect(await look(await served(options))).toEqual({ code: 'old-tls', params: { host, found } });
});

it.each<[string, tls.TlsOptions]>([
  ['TLS 1.3 alone', { minVersion: 'TLSv1.3' }],
  ['TLS 1.2 alone', { maxVersion: 'TLSv1.2' }],
  ['everything from TLS 1.0 on', { minVersion: 'TLSv1', ciphers: weak }],
  ['TLS 1.2 with CBC alone', { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }],
  ['TLS 1.3 with a curve that we do not begin with', { minVersion: 'TLSv1.3', ecdhCurve: 'P-521' }],
  ['TLS to those with a certificate of their own', { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' }],
  ['TLS to those who know its protocols', { ALPNProtocols: ['h2'] }],
])('a server that speaks %s is not called old', async (_what, options) => {
  expect(await look(await served(options))).toBeNull();
});

/** A server that answers a hello with these bytes. */
const answering = (...answers: Buffer[]): Promise<number> =>
  tcp((socket) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    socket.once('data', () => socket.write(answer ?? ''));
    socket.on('end', () => socket.end());
  });
const record = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, 3, 3, content.length >> 8, content.length & 255]), content]);
const hello = (suite: number, extensions: Buffer = Buffer.alloc(0)): Buffer => {
  const end =
    extensions.length === 0 ? extensions : Buffer.concat([Buffer.from([extensions.length >> 8, extensions.length & 255]), extensions]);
  const body = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(33), Buffer.from([suite >> 8, suite & 255, 0]), end]);
  return record(22, Buffer.concat([Buffer.from([2, 0, 0, body.length]), body]));
};
const safe = Buffer.from([0xff, 1, 0, 1, 0]);
const alert = (what: number): Buffer => record(21, Buffer.from([2, what]));

it('safe and unsafe renegotiation are distinguished, with and without other extensions', async () => {
  const unsafe = { code: 'old-tls', params: { host, found: 'TLS 1.2 without safe renegotiation' } };
  expect(await look(await answering(hello(0x002f)))).toEqual(unsafe);
  expect(await look(await answering(hello(0x002f, Buffer.from([0, 0x23, 0, 0]))))).toEqual(unsafe);
  expect(await look(await answering(hello(0x002f, safe)))).toBeNull();
  expect(await look(await answering(hello(0x002f, Buffer.concat([Buffer.from([0, 0x23, 0, 0]), safe]))))).toBeNull();
});

it('a server that shares nothing with current clients is asked again with obsolete ciphers', async () => {
  expect(await look(await answering(alert(40), hello(0x000a, safe)))).toEqual({ code: 'old-tls', params: { host, found: '3DES or RC4' } });
  expect(await look(await answering(alert(40), alert(40)))).toBeNull();
  // Not about what was offered
  expect(await look(await answering(alert(112), hello(0x000a, safe)))).toBeNull();
});

it('a server’s answer is read byte by byte, and past a warning', async () => {
  const warning = record(21, Buffer.from([1, 112]));
  const bytes = Buffer.concat([warning, hello(0x002f)]);
  const port = await tcp((socket) => {
    socket.once(
      'data',
      () =>
        void (async () => {
          for (const byte of bytes) {
            socket.write(Buffer.from([byte]));
            await new Promise((resolve) => setImmediate(resolve));
          }
        })(),
    );
  });
  expect(await look(port)).toMatchObject({ code: 'old-tls' });
});

it.each<[string, (socket: net.Socket) => void]>([
  ['hangs up', (socket) => socket.end()],
  ['speaks plain HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['greets first, as SSH does', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
])('a server that %s is not judged, and the real connection reports it', async (_what, serve) => {
  expect(await look(await tcp(serve))).toBeNull();
});

it('an unreachable server is not judged, and the check can be cancelled', async () => {
  expect(await look(await deadPort())).toBeNull();
  const cancel = new AbortController();
  const port = await tcp(() => cancel.abort());
  await expect(findOldTls({ host, port: 443, loopbackPort: port }, cancel.signal)).rejects.toMatchObject({
    failure: { code: 'cancelled' },
  });
});

it('any bytes from a server are read without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readAnswer(Buffer.from(bytes));
      readAnswer(Buffer.concat([Buffer.from([22, 3, 3, 0, bytes.length & 255, 2, 0, 0]), bytes]));
    }),
  );
  const whole = hello(0x002f, safe);
  for (let length = 0; length < whole.length; length++) expect(readAnswer(whole.subarray(0, length))).toBe('more');
});

it('OpenSSL accepts the hello that the check sends', async () => {
  expect(constants.SSL_OP_LEGACY_SERVER_CONNECT).toBeGreaterThan(0);
  const port = await listen(tls.createServer({ key: ours.keyPem, cert: ours.pem }));
  const socket = net.connect(port, '127.0.0.1');
  socket.write(clientHello(host, true));
  const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(readAnswer(first)).toMatchObject({ kind: 'hello', version: 0x0304 });
});
