import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { fail } from '../../shared/failure.ts';
import { withDeadline } from './deadline.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { Endpoint } from './endpoint.ts';
import { inAddress } from '../trust/host.ts';
import { connectTls } from './tls.ts';

export interface WebSocketRequest {
  path: string;
  subprotocol: string;
  headers?: Record<string, string>;
  /** Largest accepted message in bytes. A larger one closes the socket with 1009. */
  maxPayload: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** An open WebSocket, and the connection below it. */
export interface OpenedWebSocket {
  readonly socket: WebSocket;
  readonly connection: TLSSocket;
}

/**
 * Opens a WebSocket. The verifier accepts the certificate before any byte is sent.
 *
 * Fails as {@link connectTls}; with `ticket-rejected` for HTTP 401; with `gateway-busy` for 429 and 5xx; with
 * `gateway-protocol` if the server is not such a gateway; with `gateway-silent` if it does not answer in time.
 */
export async function openWebSocket(
  endpoint: Endpoint,
  verifier: CertificateVerifier,
  request: WebSocketRequest,
): Promise<OpenedWebSocket> {
  const params = { host: endpoint.host };
  const connection = await connectTls(endpoint, verifier, { signal: request.signal, timeoutMs: request.timeoutMs });
  // The connection is already TLS, so use ws:// to keep the library from adding TLS again
  const socket = new WebSocket(`ws://${inAddress(endpoint.host)}:${endpoint.port}${request.path}`, request.subprotocol, {
    createConnection: () => connection,
    perMessageDeflate: false,
    maxPayload: request.maxPayload,
    headers: request.headers ?? {},
    followRedirects: false,
    // Masking protects plain-text proxies (RFC 6455, 10.3). Inside TLS there is none, so a zero mask saves the work
    generateMask: (mask) => mask.fill(0),
  });
  // A closed socket may still emit an error, and an unhandled error would end the process
  socket.on('error', () => connection.destroy());
  const bound = {
    signal: request.signal,
    ms: request.timeoutMs,
    late: () => fail('gateway-silent', params),
    release: () => {
      socket.terminate();
      connection.destroy();
    },
  };
  return withDeadline<OpenedWebSocket>(bound, (done, failed) => {
    socket.on('error', (cause) => {
      const closed = /socket hang up|ECONNRESET|EPIPE/.test(cause.message);
      failed(fail(closed ? 'gateway-closed' : 'gateway-protocol', params, { detail: cause.message, cause }));
    });
    socket.once('open', () => {
      // ws fails if the server names another subprotocol, but not if it names none
      if (socket.protocol === request.subprotocol) done({ socket, connection });
      else failed(fail('gateway-protocol', params, { detail: 'the server accepted no subprotocol' }));
    });
    socket.once('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      const detail = `HTTP ${status}`;
      if (status === 401) failed(fail('ticket-rejected', undefined, { detail }));
      else failed(fail(status === 429 || status >= 500 ? 'gateway-busy' : 'gateway-protocol', params, { detail }));
    });
  });
}
