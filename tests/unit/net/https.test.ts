import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import tls from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import { createVerifier, type CertificateVerifier } from '../../../electron/trust/verifier.ts';
import { httpsJson, type HttpsJsonOptions } from '../../../electron/net/https.ts';
import { issue, type Issued } from '../../support/issuer.ts';
import { deadPort, listen } from '../../support/servers.ts';

const host = 'recovery.campus.test';
let authority: Issued;
let server: Issued;
let verifier: CertificateVerifier;

beforeAll(async () => {
  authority = await issue(null, { authority: {} });
  server = await issue(authority, { dns: [host] });
  verifier = createVerifier({ trust: { kind: 'authority', pem: authority.pem }, now: Date.now });
});

type Serve = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const serve = (answer: Serve): Promise<number> =>
  listen(
    https.createServer({ key: server.keyPem, cert: server.pem }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()));
    }),
  );
const ask = (loopbackPort: number, options: Partial<HttpsJsonOptions> = {}, path = '/api?x=1') =>
  httpsJson(`https://${host}${path}`, verifier, {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    maxBytes: 1000,
    connectTo: [{ host, port: 443, loopbackPort }],
    ...options,
  });
const failing = (code: string) => ({ failure: { code, params: { host } } });

it('an HTTPS request posts JSON and reads the JSON that comes back', async () => {
  const port = await serve((request, response, body) => {
    response.end(
      JSON.stringify({ method: request.method, url: request.url, host: request.headers.host, type: request.headers['content-type'], body }),
    );
  });
  const reply = await ask(port, { method: 'POST', body: { role: 'é' } });
  expect(reply).toEqual({
    status: 200,
    json: { method: 'POST', url: '/api?x=1', host, type: 'application/json', body: '{"role":"é"}' },
  });
});

it('an HTTPS request returns any status, and undefined for a body that is not JSON', async () => {
  const port = await serve((_request, response) => response.writeHead(404).end('<h1>Not here</h1>'));
  expect(await ask(port)).toEqual({ status: 404, json: undefined });
});

it.each<[string, Serve, string]>([
  ['a redirect', (_request, response) => response.writeHead(302, { location: 'https://login.hotel.test/' }).end(), 'gateway-protocol'],
  ['a body that is too large', (_request, response) => response.end(JSON.stringify('x'.repeat(1000))), 'gateway-protocol'],
  ['a body without an end', (_request, response) => endless(response), 'gateway-protocol'],
  [
    'a reply that breaks off',
    (_request, response) => response.writeHead(200, { 'content-length': 50 }).write('{', () => response.destroy()),
    'gateway-closed',
  ],
  ['no reply but the end', (request) => request.socket.end(), 'gateway-closed'],
])('an HTTPS request fails at %s', async (_what, answer, code) => {
  await expect(ask(await serve(answer))).rejects.toMatchObject(failing(code));
});

function endless(response: ServerResponse): void {
  const more = (): void => {
    if (!response.destroyed) response.write('x'.repeat(500), () => setImmediate(more));
  };
  more();
}

it('an HTTPS request fails if a server speaks TLS but not HTTP', async () => {
  const port = await listen(tls.createServer({ key: server.keyPem, cert: server.pem }, (socket) => socket.end('SSH-2.0\r\n\r\n')));
  await expect(ask(port)).rejects.toMatchObject(failing('gateway-protocol'));
});

it.each<[string, Serve]>([
  ['says nothing', () => undefined],
  ['stops in the middle', (_request, response) => response.writeHead(200).write('{')],
])('an HTTPS request gives up on a server that %s', async (_what, answer) => {
  await expect(ask(await serve(answer), { timeoutMs: 500 })).rejects.toMatchObject(failing('gateway-silent'));
});

it('an HTTPS request can be cancelled while it waits', async () => {
  const cancel = new AbortController();
  const port = await serve(() => cancel.abort());
  await expect(ask(port, { signal: cancel.signal })).rejects.toMatchObject({ failure: { code: 'cancelled' } });
});

it('an HTTPS request sends nothing to a server that the verifier does not accept', async () => {
  let requests = 0;
  const port = await serve((_request, response) => {
    requests++;
    response.end('{}');
  });
  const elsewhere = httpsJson(`https://evil.test:${port}/`, verifier, {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    maxBytes: 1000,
    connectTo: [{ host: 'evil.test', port, loopbackPort: port }],
  });
  await expect(elsewhere).rejects.toMatchObject({ failure: { code: 'certificate-wrong-host', params: { host: 'evil.test' } } });
  expect(requests).toBe(0);
});

it('an HTTPS request fails as gateway-unreachable if nobody listens', async () => {
  await expect(ask(await deadPort())).rejects.toMatchObject(failing('gateway-unreachable'));
});
