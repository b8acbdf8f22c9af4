import { WireFault, type ByteReader } from './byte-reader.ts';
import type { Reply, Served } from './other-families.ts';

const maxHeadBytes = 8 * 1024;
const maxBodyBytes = 64 * 1024;

/** A request, without what a page has no use for. `headers` have lower-case names. */
export interface HttpRequest extends Served {
  headers: ReadonlyMap<string, string>;
}

/**
 * Reads an HTTP/1.1 request (RFC 9112) from a connection on which something else than HTTP may follow. Throws {@link WireFault}
 * for what is none.
 */
export async function readRequest(reader: ByteReader): Promise<HttpRequest> {
  const [first = '', ...lines] = (await reader.through('\r\n\r\n', maxHeadBytes)).toString('latin1').trimEnd().split('\r\n');
  const [, method = '', path = ''] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(first) ?? [];
  if (method === '') throw new WireFault(`no request: ${first}`);
  const headers = new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([\w-]+): *(.*?) *$/.exec(line) ?? [];
      if (name === '') throw new WireFault(`no header: ${line}`);
      return [name.toLowerCase(), value] as const;
    }),
  );
  const length = Number(headers.get('content-length') ?? 0);
  if (!(length <= maxBodyBytes)) throw new WireFault(`a body of ${length} bytes`);
  const body = (await reader.exactly(length)).toString();
  return { method, path, headers, form: new URLSearchParams(body), cookie: headers.get('cookie') ?? '' };
}

/** The bytes of a reply, after which the connection stays open. */
export function replyBytes({ status = 200, headers = {}, body = '' }: Reply): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`));
  const head = [`HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Refused'}`, `content-length: ${Buffer.byteLength(body)}`, ...lines];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
