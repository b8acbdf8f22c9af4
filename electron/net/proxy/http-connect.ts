import http from 'node:http';
import type { Socket } from 'node:net';
import { inAddress } from '../../trust/host.ts';

/**
 * What a proxy said. `sign-in`: it wants a user name and a password, or other ones; `signsInBy`: it wants a sign-in by a way
 * that we do not speak; `noProxy`: what answers there is none; `refused`: it could not or would not connect on (`code` by
 * SOCKS5's own numbers).
 */
export type ProxyReply = 'done' | 'sign-in' | { signsInBy: string } | { noProxy: string } | { refused: string; code?: number };

export interface SignIn {
  user: string;
  password: string;
}

/** Asks an HTTP proxy for a connection (RFC 9110, 9.3.6); signs in by Basic (RFC 7617) alone. Rejects when it hangs up or speaks no HTTP. */
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
    // Anything but a 2xx comes here too, with the connection in hand
    request.on('connect', ({ statusCode = 0, headersDistinct }, _socket, head) => {
      if (statusCode === 407) resolve(wanted(headersDistinct['proxy-authenticate'] ?? []));
      else if (statusCode >= 200 && statusCode < 300 && head.length === 0) resolve('done');
      else resolve({ refused: `the proxy answered ${statusCode}` });
    });
    // A proxy that answers a CONNECT with a page is none
    request.on('response', (response) => {
      response.destroy();
      const { statusCode = 0, headersDistinct } = response;
      resolve(statusCode === 407 ? wanted(headersDistinct['proxy-authenticate'] ?? []) : { noProxy: `HTTP ${statusCode}` });
    });
    request.end();
  });
}

/** Which sign-in a 407 wants; one that does not say takes what everybody takes. */
function wanted(challenges: readonly string[]): ProxyReply {
  const schemes = challenges.flatMap(schemesOf);
  if (schemes.length === 0 || schemes.some((scheme) => /^basic$/i.test(scheme))) return 'sign-in';
  return { signsInBy: [...new Set(schemes)].join(', ').slice(0, 100) };
}

/** The names of the ways in one header, which may hold several with commas inside of each (RFC 9110, 11.6.1). */
function schemesOf(header: string): string[] {
  return header
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .flatMap((part) => /^([A-Za-z][A-Za-z0-9-]*)(?=\s|$)(?!\s*=)/.exec(part.trim())?.[1] ?? []);
}
