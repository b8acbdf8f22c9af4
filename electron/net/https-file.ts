import http from 'node:http';
import type { TLSSocket } from 'node:tls';
import { onAbort } from '../../shared/abort.ts';
import { CausewayError, fail } from '../../shared/failure.ts';
import { hostOf } from '../trust/host.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import { endpointOf, shownAs } from './endpoint.ts';
import type { RouteThroughProxy } from './https.ts';
import { connectTls } from './tls.ts';

export interface HttpsFileOptions {
  signal: AbortSignal;
  /** The longest time without a byte: to connect, to answer, and between two parts. */
  stallMs: number;
  /** For all of it. */
  timeoutMs: number;
  /** How many bytes it has, neither more nor fewer. */
  size: number;
  routeThroughProxy?: RouteThroughProxy | undefined;
  /** Takes each part, in order. The next one comes when it has resolved. What it throws ends the download, unchanged. */
  take: (part: Buffer) => Promise<void>;
}

/**
 * Fetches a file of a known size by HTTPS, part by part. Follows no redirect.
 *
 * Rejects as `httpsJson` does: `gateway-silent` when nothing comes any more, `gateway-closed` when it breaks off, which
 * includes a file that is too short, and `gateway-protocol` for any status but 200 and a file that is too long.
 *
 * @param address an `https:` URL
 */
export async function httpsFile(address: string, verifier: CertificateVerifier, options: HttpsFileOptions): Promise<void> {
  const { signal, stallMs, routeThroughProxy } = options;
  const url = new URL(address);
  const plain = endpointOf({ host: hostOf(url), port: url.port === '' ? 443 : Number(url.port) }, undefined);
  const endpoint = routeThroughProxy ? await routeThroughProxy(plain, signal) : plain;
  const socket = await connectTls(endpoint, verifier, { signal, timeoutMs: stallMs });
  try {
    await receive(socket, url, shownAs(endpoint), options);
  } finally {
    socket.destroy();
  }
}

function receive(socket: TLSSocket, url: URL, host: string, options: HttpsFileOptions): Promise<void> {
  const { signal, stallMs, timeoutMs, size, take } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => socket,
      path: url.pathname + url.search,
      headers: { 'host': url.host, 'accept': '*/*', 'accept-encoding': 'identity' },
    });
    const settle = (error?: unknown): void => {
      clearTimeout(stall);
      clearTimeout(end);
      off();
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : fail('internal'));
      request.destroy();
    };
    const failed = (code: 'gateway-silent' | 'gateway-closed' | 'gateway-protocol', detail?: string): void =>
      settle(fail(code, { host }, detail === undefined ? undefined : { detail }));
    const silent = (): void => failed('gateway-silent');
    const end = setTimeout(silent, timeoutMs);
    let stall = setTimeout(silent, stallMs);
    const alive = (): void => {
      clearTimeout(stall);
      stall = setTimeout(silent, stallMs);
    };
    const off = onAbort(signal, () => settle(fail('cancelled')));
    let refused: unknown;
    const takeAll = async (response: http.IncomingMessage): Promise<void> => {
      let received = 0;
      for await (const part of response) {
        if (!Buffer.isBuffer(part)) continue;
        received += part.length;
        if (received > size) throw fail('gateway-protocol', { host }, { detail: `more than ${size} bytes` });
        await take(part).catch((error: unknown) => {
          refused = error;
          throw error;
        });
        alive();
      }
      if (received < size) throw fail('gateway-closed', { host }, { detail: `${received} of ${size} bytes` });
    };

    request.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      failed(code.startsWith('HPE_') ? 'gateway-protocol' : 'gateway-closed', error.message);
    });
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const length = headers['content-length'];
      if (status !== 200) failed('gateway-protocol', `HTTP ${status}`);
      else if (length !== undefined && Number(length) > size) failed('gateway-protocol', `${length} bytes instead of ${size}`);
      else
        takeAll(response).then(
          () => settle(),
          (error: unknown) => {
            if (error === refused || error instanceof CausewayError) settle(error);
            else failed('gateway-closed', error instanceof Error ? error.message : undefined);
          },
        );
    });
    request.end();
  });
}
