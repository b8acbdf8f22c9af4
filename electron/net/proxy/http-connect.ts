import http from 'node:http';
import type { Socket } from 'node:net';
import { inAddress } from '../../trust/host.ts';

/**
 * A proxy's reply.
 * - `sign-in`: it wants a user name and password, or different ones.
 * - `signsInBy`: it wants an authentication scheme that we do not speak.
 * - `noProxy`: the server is not a proxy.
 * - `refused`: it could not or would not connect to the target (`code`: SOCKS5's number).
 */
export type ProxyReply = 'done' | 'sign-in' | { signsInBy: string } | { noProxy: string } | { refused: string; code?: number };

export interface SignIn {
  user: string;
  password: string;
}

/** Asks an HTTP proxy for a connection (RFC 9110, 9.3.6). Authenticates only with Basic (RFC 7617). Rejects if the proxy hangs up or does not speak HTTP. */
export function askHttp(connection: Socket, target: { host: string; port: number }, signIn: SignIn | null): Promise<ProxyReply> {
  const authority = `${inAddress(target.host)}:${target.port}`;
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => connection,
      method: 'CONNECT',
      path: authority,
      maxHeaderSize: 16_384,
      headers: {
        host: authority,
        ...(signIn && { 'proxy-authorization': `Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}` }),
      },
    });
    request.on('error', reject);
    // Node emits this for every status, not only 2xx
    request.on('connect', ({ statusCode = 0, headersDistinct }, _socket, head) => {
      if (statusCode === 407) resolve(wanted(headersDistinct['proxy-authenticate'] ?? []));
      else if (statusCode >= 200 && statusCode < 300 && head.length === 0) resolve('done');
      else resolve({ refused: `the proxy answered ${statusCode}` });
    });
    // A server that answers CONNECT with a page is not a proxy
    request.on('response', (response) => {
      response.destroy();
      const { statusCode = 0, headersDistinct } = response;
      resolve(statusCode === 407 ? wanted(headersDistinct['proxy-authenticate'] ?? []) : { noProxy: `HTTP ${statusCode}` });
    });
    request.end();
  });
}

/** The authentication that a 407 asks for. If it does not say, assume Basic. */
function wanted(challenges: readonly string[]): ProxyReply {
  const schemes = challenges.flatMap(schemesOf);
  if (schemes.length === 0 || schemes.some((scheme) => /^basic$/i.test(scheme))) return 'sign-in';
  return { signsInBy: [...new Set(schemes)].join(', ').slice(0, 100) };
}

/** The scheme names in one header. It may hold several schemes, each with commas of its own (RFC 9110, 11.6.1). */
function schemesOf(header: string): string[] {
  return header
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .flatMap((part) => /^([A-Za-z][A-Za-z0-9-]*)(?=\s|$)(?!\s*=)/.exec(part.trim())?.[1] ?? []);
}
