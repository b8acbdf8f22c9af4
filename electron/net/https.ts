import http, { type IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { onAbort } from '../../shared/abort.ts';
import { fail } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { endpointOf, shownAs, type Endpoint } from './endpoint.ts';
import { hostOf } from '../trust/host.ts';
import { connectTls } from './tls.ts';

/** Adds the web proxy for an endpoint, if there is one. May ask the person for the proxy's password. */
export type RouteThroughProxy = (endpoint: Endpoint, signal: AbortSignal) => Promise<Endpoint>;

export interface HttpsJsonOptions {
  method?: 'GET' | 'POST';
  /** Sent as JSON. */
  body?: unknown;
  /** BCP 47 tag of the language of texts in the reply. */
  language?: string;
  signal: AbortSignal;
  /** For the whole exchange, not counting the proxy lookup. */
  timeoutMs: number;
  /** Largest reply body; a larger one is a failure. */
  maxBytes: number;
  /** The profile's hosts that are redirected to loopback. */
  connectTo?: Profile['connectTo'];
  /** Set if the request should use this computer's web proxies. */
  routeThroughProxy?: RouteThroughProxy | undefined;
}

export interface JsonReply {
  status: number;
  /** Unchecked; parse it with a schema. Undefined if the body is not JSON. */
  json: unknown;
}

/**
 * Sends one HTTPS request and reads a JSON reply, whatever its status. Follows no redirect, so an answer from a captive
 * portal is a failure.
 *
 * Rejects as {@link connectTls} and `routeThroughProxy` do; with `gateway-silent` if the reply is late, `gateway-closed` if
 * it broke off, and `gateway-protocol` for a redirect, a body that is too large, or no HTTP.
 *
 * @param address an `https:` URL
 */
export async function httpsJson(address: string, verifier: CertificateVerifier, options: HttpsJsonOptions): Promise<JsonReply> {
  const { signal, timeoutMs, connectTo, routeThroughProxy } = options;
  const url = new URL(address);
  const plain = endpointOf({ host: hostOf(url), port: url.port === '' ? 443 : Number(url.port) }, connectTo);
  const endpoint = routeThroughProxy ? await routeThroughProxy(plain, signal) : plain;
  const until = performance.now() + timeoutMs;
  const socket = await connectTls(endpoint, verifier, { signal, timeoutMs });
  try {
    return await exchange(socket, url, shownAs(endpoint), { ...options, timeoutMs: until - performance.now() });
  } finally {
    socket.destroy();
  }
}

function exchange(socket: TLSSocket, url: URL, host: string, options: HttpsJsonOptions): Promise<JsonReply> {
  const { method = 'GET', signal, timeoutMs, maxBytes } = options;
  return new Promise((resolve, reject) => {
    const body = options.body === undefined ? null : Buffer.from(JSON.stringify(options.body));
    const request = http.request({
      createConnection: () => socket,
      method,
      path: url.pathname + url.search,
      headers: {
        'host': url.host,
        'accept': 'application/json',
        'accept-encoding': 'identity',
        ...(options.language === undefined ? {} : { 'accept-language': options.language }),
        ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
      },
    });
    const settle = (outcome: JsonReply | Error) => {
      clearTimeout(timer);
      off();
      if (outcome instanceof Error) {
        reject(outcome);
        request.destroy();
      } else resolve(outcome);
    };
    const failed = (code: 'gateway-silent' | 'gateway-closed' | 'gateway-protocol', detail?: string) =>
      settle(fail(code, { host }, detail === undefined ? undefined : { detail }));
    const timer = setTimeout(() => failed('gateway-silent'), timeoutMs);
    const off = onAbort(signal, () => settle(fail('cancelled')));

    request.on('error', (error) => {
      // Codes of the HTTP parser (HPE_…) mean that the server answered, but not in HTTP
      const code = 'code' in error ? String(error.code) : '';
      failed(code.startsWith('HPE_') ? 'gateway-protocol' : 'gateway-closed', error.message);
    });
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      if (status >= 300 && status < 400) {
        failed('gateway-protocol', `HTTP ${status} to ${response.headers.location?.slice(0, 500) ?? 'nowhere'}`);
        return;
      }
      collect(response, maxBytes).then(
        (bytes) => (bytes ? settle({ status, json: parse(bytes) }) : failed('gateway-protocol', `more than ${maxBytes} bytes`)),
        (error: unknown) => failed('gateway-closed', error instanceof Error ? error.message : undefined),
      );
    });
    request.end(body);
  });
}

/** The whole body, or null as soon as it is longer than `maxBytes`. */
async function collect(response: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
