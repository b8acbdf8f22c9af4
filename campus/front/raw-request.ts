import type { Duplex } from 'node:stream';

/** A request after which its connection is no longer HTTP. */
export interface RawRequest {
  /** The name in the Host header, in lower case and without its port. */
  host: string;
  path: string;
  search: URLSearchParams;
  cookies: ReadonlyMap<string, string>;
}

/**
 * Takes over the connection of a raw request, which has not been answered. `head`: the bytes that came after the request's own
 * header. The connection is paused, and has an error listener.
 */
export type RawHandler = (request: RawRequest, socket: Duplex, head: Buffer) => void;

const maxHeaderBytes = 8 * 1024;
/** A connection that has sent nothing by then is closed. It is the same time that Node gives a request's header. */
const firstBytesTimeoutMs = 60_000;

/** What the beginning of a connection turned out to be. `http`: everything else, with all bytes still to be read. */
type Beginning = { kind: 'raw'; request: RawRequest; head: Buffer } | { kind: 'http' };

/**
 * Reads the beginning of a connection, until it is clear whether its first request is a `POST` to one of `paths`. Resolves with
 * null when the connection closes first, or is closed because it is too slow or its header too long.
 */
export function readBeginning(socket: Duplex, paths: () => readonly string[]): Promise<Beginning | null> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), firstBytesTimeoutMs);
    const settle = (beginning: Beginning | null): void => {
      clearTimeout(timer);
      socket.removeListener('data', onData);
      socket.removeListener('close', onClose);
      resolve(beginning);
    };
    const onClose = (): void => settle(null);
    const onData = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const text = bytes.toString('latin1', 0, maxHeaderBytes);
      if (!mayBeRaw(text, paths())) {
        socket.pause();
        socket.unshift(bytes);
        settle({ kind: 'http' });
        return;
      }
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 && bytes.length >= maxHeaderBytes) socket.destroy();
      if (end < 0) return;
      socket.pause();
      settle({ kind: 'raw', request: parse(text.slice(0, end)), head: bytes.subarray(end + 4) });
    };
    socket.on('data', onData);
    socket.once('close', onClose);
  });
}

/** Whether a header that begins with `text` may be that of a raw request. */
function mayBeRaw(text: string, paths: readonly string[]): boolean {
  return paths.some((path) =>
    ['?', ' '].some((after) => {
      const start = `POST ${path}${after}`;
      return text.startsWith(start) || start.startsWith(text);
    }),
  );
}

function parse(header: string): RawRequest {
  const [first = '', ...lines] = header.split('\r\n');
  const [path = '', search = ''] = (first.split(' ')[1] ?? '').split('?', 2);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const cookies = (headers.get('cookie') ?? '').split(';').map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const;
  });
  return { host: nameIn(headers.get('host')), path, search: new URLSearchParams(search), cookies: new Map(cookies) };
}

/** The name in a Host header, without its port. */
export function nameIn(host: string | undefined): string {
  return (host ?? '').replace(/:\d*$/, '').toLowerCase();
}
