import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeAll, expect, it, vi } from 'vitest';
import { createVerifier, type CertificateVerifier, type Presented } from '../../../electron/trust/verifier.ts';
import type { Endpoint } from '../../../electron/net/endpoint.ts';
import { CertificateQuestion, connectTls, type TlsOptions } from '../../../electron/net/tls.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { deadPort, listen, tcp } from '../../support/servers.ts';

const host = 'vpn.campus.test';
let systemRoot: Issued;
let middle: Issued;
let vouched: Issued;
let self: Issued;

beforeAll(async () => {
  systemRoot = await issue(null, { name: 'CN=A root of the system', authority: {} });
  middle = await issue(systemRoot, { name: 'CN=Middle', authority: {} });
  vouched = await issue(middle, { dns: [host], ip: ['127.0.0.1'] });
  self = await issue(null, { name: 'CN=vpn,O=Campus', dns: [host] });
  // Read when the first connection of this process is made, like the system's own roots
  const file = join(await mkdtemp(join(tmpdir(), 'causeway-roots-')), 'extra.pem');
  await writeFile(file, systemRoot.pem);
  vi.stubEnv('NODE_EXTRA_CA_CERTS', file);
});

const acceptAll: CertificateVerifier = () => ({ kind: 'accept' });
const connect = (
  loopbackPort: number,
  verifier: CertificateVerifier = acceptAll,
  options: Partial<TlsOptions> = {},
  to: Partial<Endpoint> = {},
) =>
  connectTls({ host, port: 443, loopbackPort, ...to }, verifier, { signal: new AbortController().signal, timeoutMs: 10_000, ...options });
const secured = (issued: Issued, others: Issued[] = [], options: tls.TlsOptions = {}) =>
  tls.createServer({ key: issued.keyPem, cert: [issued, ...others].map(({ pem }) => pem).join(''), ...options });
const failing = (code: string) => ({ failure: { code } });
/** The end of a server's connection, whether in order or by a reset. */
const closing = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));

it('a TLS connection shows the verifier the server’s own certificate alone first, with the system’s own verdict', async () => {
  const port = await listen(secured(vouched, [middle]));
  const seen: Presented[] = [];
  const verifier: CertificateVerifier = (presented) => {
    seen.push(presented);
    return { kind: 'accept' };
  };
  (await connect(port, verifier)).destroy();
  (await connect(port, verifier, {}, { host: 'other.test' })).destroy();
  (await connect(port, verifier, {}, { host: '127.0.0.1' })).destroy();
  (await connect(port, verifier, {}, { host: '127.0.0.2' })).destroy(); // where we connect to is not whom we asked for
  expect(seen.map((presented) => presented.systemTrusts)).toEqual([true, false, true, false]);
  expect(seen.map(({ chain }) => chain.map(({ subject }) => subject))).toEqual(Array.from({ length: 4 }, () => [`CN=${host}`]));
  expect(seen[0]?.host).toBe(host);
});

it('a TLS connection shows the verifier the presented chain, leaf first, if the server’s own certificate is not enough', async () => {
  const port = await listen(secured(vouched, [middle]));
  const seen: string[][] = [];
  const verifier: CertificateVerifier = ({ chain }) => {
    seen.push(chain.map(({ subject }) => subject));
    return chain.length > 1
      ? { kind: 'accept' }
      : { kind: 'refuse', failure: { code: 'certificate-untrusted', params: { host, sha256: '' } } };
  };
  (await connect(port, verifier)).destroy();
  expect(seen).toEqual([[`CN=${host}`], [`CN=${host}`, 'CN=Middle']]);
});

it('an accepted TLS connection carries bytes both ways, over TLS 1.2 or newer, with the requested name and protocols', async () => {
  const server = secured(vouched, [middle], { ALPNProtocols: ['http/1.1'] });
  const names: unknown[] = [];
  server.on('secureConnection', (socket) => {
    names.push(socket.servername);
    socket.pipe(socket);
  });
  const socket = await connect(await listen(server), acceptAll, { alpn: ['http/1.1'] });
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  expect(socket.alpnProtocol).toBe('http/1.1');
  expect(socket.getProtocol()).toMatch(/^TLSv1\.[23]$/);
  expect(names).toEqual([host]);
  socket.destroy();
});

it('a TLS connection sends nothing to a server that the verifier refuses, and leaves no connection', async () => {
  const server = secured(self);
  const closed = once(server, 'connection').then(([raw]: Socket[]) => raw && closing(raw));
  const received: Buffer[] = [];
  server.on('secureConnection', (socket) => socket.on('data', (data: Buffer) => received.push(data)));
  const refuse: CertificateVerifier = () => ({ kind: 'refuse', failure: { code: 'certificate-changed', params: { host } } });
  await expect(connect(await listen(server), refuse)).rejects.toMatchObject(failing('certificate-changed'));
  await closed;
  expect(received).toEqual([]);
});

it('a TLS connection turns the verdict ask into a question for the person', async () => {
  const verifier = createVerifier({ trust: { kind: 'system' }, now: Date.now });
  const asked = await connect(await listen(secured(self)), verifier).catch((error: unknown) => error);
  expect(asked).toBeInstanceOf(CertificateQuestion);
  expect(asked).toMatchObject({
    failure: { code: 'certificate-untrusted' },
    prompt: {
      kind: 'certificate',
      host,
      sha256: self.certificate.fingerprint256,
      subject: 'CN=vpn, O=Campus',
      issuer: 'CN=vpn, O=Campus',
      validUntil: Date.parse(self.certificate.validTo),
    },
  });
});

it.each([
  ['a name that no DNS knows', { host: 'nowhere.invalid' }, 'gateway-name-unknown'],
  ['a port that nobody listens on', {}, 'gateway-unreachable'],
])('a TLS connection to %s fails with its own code', async (_what, to, code) => {
  const port = await deadPort();
  const endpoint: Endpoint = 'host' in to ? { host: to.host, port } : { host, port: 443, loopbackPort: port };
  await expect(connectTls(endpoint, acceptAll, { signal: new AbortController().signal, timeoutMs: 10_000 })).rejects.toMatchObject(
    failing(code),
  );
});

it.each<[string, (socket: Socket) => void, string]>([
  ['says nothing', () => undefined, 'gateway-silent'],
  ['hangs up at once', (socket) => socket.end(), 'gateway-closed'],
  ['hangs up after the first bytes', (socket) => socket.once('data', () => socket.end()), 'gateway-closed'],
  ['resets the connection', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'gateway-closed'],
  ['speaks plain HTTP', (socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')), 'gateway-not-secure'],
  ['greets first, as SSH does', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'gateway-not-secure'],
])('a TLS connection to a server that %s fails with its own code, and leaves no connection', async (_what, serve, code) => {
  let closed: Promise<unknown> = Promise.resolve();
  const port = await tcp((socket) => {
    closed = closing(socket);
    socket.on('end', () => socket.end());
    serve(socket);
    socket.resume();
  });
  await expect(connect(port, acceptAll, { timeoutMs: code === 'gateway-silent' ? 300 : 10_000 })).rejects.toMatchObject(failing(code));
  await closed;
});

it('a TLS connection does not use TLS 1.1', async () => {
  const port = await listen(secured(vouched, [middle], { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
  await expect(connect(port)).rejects.toMatchObject(failing('gateway-not-secure'));
});

it('a TLS connection can be cancelled, before and while it waits', async () => {
  const cancel = new AbortController();
  let closed: Promise<unknown> = Promise.resolve();
  const port = await tcp((socket) => {
    closed = closing(socket.resume().on('end', () => socket.end()));
    cancel.abort();
  });
  const connecting = connect(port, acceptAll, { signal: cancel.signal });
  await expect(connecting).rejects.toMatchObject(failing('cancelled'));
  await closed;
  await expect(connect(port, acceptAll, { signal: cancel.signal })).rejects.toMatchObject(failing('cancelled'));
});
