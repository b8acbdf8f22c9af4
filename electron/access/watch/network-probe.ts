import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import http from 'node:http';
import { onAbort } from '../../../shared/abort.ts';
import { fail } from '../../../shared/failure.ts';
import { withDeadline } from '../../net/deadline.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { inAddress } from '../../trust/host.ts';

/** An address that no computer has: TEST-NET-1 (RFC 5737). A network that answers there answers for every address. */
export const nobodysAddress = '192.0.2.1';

const answerTimeoutMs = 2_000;
/** A network that answers for other hosts is one hop away, so it answers fast. */
const probeTimeoutMs = 1_500;
/** A page that redirects says so in its head. */
const maxBodyBytes = 16_384;

/** How a web server's front page begins. */
export interface FirstWords {
  status: number;
  location: string | undefined;
  type: string;
  /** The beginning of an HTML page. Empty for anything else. */
  body: string;
}

/** Sends one GET of `/` over plain HTTP. Fails with `gateway-silent`, `cancelled`, or an error of Node's sockets. */
export function firstWords(endpoint: Endpoint, signal: AbortSignal, withinMs = answerTimeoutMs): Promise<FirstWords> {
  const { host, port, loopbackPort } = endpoint;
  const request = http.request({
    ...(loopbackPort === undefined ? { host, port } : { host: '127.0.0.1', port: loopbackPort }),
    path: '/',
    agent: false,
    headers: { host: inAddress(host), accept: 'text/html', connection: 'close' },
  });
  const bound = { signal, ms: withinMs, late: () => fail('gateway-silent', { host }), release: () => request.destroy() };
  request.on('error', () => undefined);
  return withDeadline<FirstWords>(bound, (done, failed) => {
    request.on('error', failed);
    request.on('response', (response) => {
      const { location, 'content-type': type = '' } = response.headers;
      const status = response.statusCode ?? 0;
      const isPage = status >= 200 && status < 300 && /html/i.test(type);
      let body = '';
      const end = (): void => {
        done({ status, location, type, body });
        request.destroy();
      };
      if (!isPage) {
        end();
        return;
      }
      response.on('data', (bytes: Buffer) => {
        body += bytes.toString('latin1').slice(0, maxBodyBytes - body.length);
        if (body.length >= maxBodyBytes) end();
      });
      // The beginning of a slow or truncated page is enough
      response.on('close', end);
      setTimeout(end, withinMs / 2).unref();
    });
    request.end();
  });
}

/**
 * The answer to plain HTTP at an address that nobody has, or null, as it should be. Only a network that intercepts every
 * connection answers, so no third party learns of the probe.
 */
export async function answersForNobody(endpoint: Endpoint, signal: AbortSignal): Promise<FirstWords | null> {
  try {
    return await firstWords(endpoint, signal, probeTimeoutMs);
  } catch {
    return null;
  }
}

/**
 * Whether the network's name server gives a name that does not exist the same address as `host`. The name is a random one
 * below `.example`, which nobody can register (RFC 6761, 6.5). Providers that answer for mistyped names leave existing
 * names alone, so they do not match.
 */
export async function namesNobodyAs(host: string, signal: AbortSignal): Promise<boolean> {
  const resolver = new Resolver({ timeout: probeTimeoutMs, tries: 1 });
  const off = onAbort(signal, () => resolver.cancel());
  const addressesOf = (name: string): Promise<string[]> => resolver.resolve4(name).catch(() => []);
  try {
    const [nobodys, hosts] = await Promise.all([addressesOf(`${randomBytes(10).toString('hex')}.example.`), addressesOf(host)]);
    return nobodys.some((address) => hosts.includes(address));
  } finally {
    off();
  }
}
