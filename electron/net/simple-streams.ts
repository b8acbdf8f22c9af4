import net from 'node:net';
import type { Duplex } from 'node:stream';

/** Stands in for `net/stream-channel` until that is there. */
export async function serveStreams({
  path,
  dial,
  log,
}: {
  path: string;
  dial: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
  log: (line: string) => void;
}): Promise<{ expect(token: string, host: string, port: number): void; close(): void }> {
  const expected = new Map<string, { host: string; port: number }>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    let head = '';
    const gone = new AbortController();
    socket.on('error', () => socket.destroy()).on('close', () => gone.abort());
    const onData = (bytes: Buffer): void => {
      head += bytes.toString('latin1');
      if (head.length < 43) return;
      socket.off('data', onData).pause();
      const token = head.slice(0, 43);
      if (head.length > 43) socket.unshift(Buffer.from(head.slice(43), 'latin1'));
      const wanted = expected.get(token);
      expected.delete(token);
      if (!wanted) {
        log('a stream with an unknown token was refused');
        socket.destroy();
        return;
      }
      dial(wanted.host, wanted.port, gone.signal).then(
        (stream) => {
          socket.write('ok\n');
          stream.on('error', () => socket.destroy());
          stream.on('close', () => {
            if (!stream.readableEnded) socket.destroy();
          });
          socket.on('close', () => stream.destroy());
          socket.pipe(stream);
          stream.pipe(socket);
        },
        (error: unknown) => {
          const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
          socket.end(`${code} ${error instanceof Error ? error.message : ''}\n`);
        },
      );
    };
    socket.on('data', onData);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { expect: (token, host, port) => void expected.set(token, { host, port }), close: () => server.close() };
}

export function dialStream(path: string, token: string, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = net.connect({ path, allowHalfOpen: true });
    const stop = (): void => {
      socket.destroy();
      reject(new Error('aborted'));
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.on('error', (error) => reject(error));
    socket.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.write(token);
    let head = Buffer.alloc(0);
    const onReadable = (): void => {
      for (let bytes: unknown = socket.read(); Buffer.isBuffer(bytes); bytes = socket.read()) head = Buffer.concat([head, bytes]);
      const end = head.indexOf(10);
      if (end < 0) return;
      socket.off('readable', onReadable);
      signal.removeEventListener('abort', stop);
      if (head.length > end + 1) socket.unshift(head.subarray(end + 1));
      const [code = '', ...words] = head.toString('utf8', 0, end).split(' ');
      if (code === 'ok') resolve(socket);
      else {
        socket.destroy();
        reject(Object.assign(new Error(words.join(' ')), { code }));
      }
    };
    socket.on('readable', onReadable);
  });
}
