import { STATUS_CODES } from 'node:http';
import { WireFault, type ByteReader } from './byte-reader.ts';
import type { Reply, Served } from './other-families.ts';

const endOfHead = '\r\n\r\n';
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
  const head = readHead((await reader.through(endOfHead, maxHeadBytes)).toString('latin1'));
  return withBody(head, await reader.exactly(head.bodyBytes));
}

/** The first whole request in these bytes, and what follows it. Null: it is not whole yet. Throws {@link WireFault} as {@link readRequest}. */
export function firstRequest(bytes: Buffer): { request: HttpRequest; rest: Buffer } | null {
  const at = bytes.indexOf(endOfHead);
  const start = at + endOfHead.length;
  if ((at < 0 ? bytes.length : start) > maxHeadBytes) throw new WireFault(`no whole head within ${maxHeadBytes} bytes`);
  if (at < 0) return null;
  const head = readHead(bytes.toString('latin1', 0, start));
  const end = start + head.bodyBytes;
  return bytes.length < end ? null : { request: withBody(head, bytes.subarray(start, end)), rest: bytes.subarray(end) };
}

/** What a request says before its body. */
interface Head extends Pick<HttpRequest, 'method' | 'path' | 'headers'> {
  bodyBytes: number;
}

function readHead(text: string): Head {
  const [first = '', ...lines] = text.trimEnd().split('\r\n');
  const [, method = '', path = ''] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(first) ?? [];
  if (method === '') throw new WireFault(`no request: ${first}`);
  const headers = new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([\w-]+): *(.*?) *$/.exec(line) ?? [];
      if (name === '') throw new WireFault(`no header: ${line}`);
      return [name.toLowerCase(), value] as const;
    }),
  );
  const bodyBytes = Number(headers.get('content-length') ?? 0);
  if (!(bodyBytes <= maxBodyBytes)) throw new WireFault(`a body of ${bodyBytes} bytes`);
  return { method, path, headers, bodyBytes };
}

function withBody({ method, path, headers }: Head, body: Buffer): HttpRequest {
  return { method, path, headers, form: new URLSearchParams(body.toString()), cookie: headers.get('cookie') ?? '' };
}

/** The bytes of a reply, after which the connection stays open. */
export function replyBytes({ status = 200, headers = {}, body = '' }: Reply): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`));
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, `content-length: ${Buffer.byteLength(body)}`, ...lines];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
