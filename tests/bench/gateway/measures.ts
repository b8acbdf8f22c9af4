import type { Duplex } from 'node:stream';
import type { Contender } from './contenders.ts';

export const mebibyte = 1024 * 1024;
const block = Buffer.alloc(64 * 1024, 'x');

/** MiB a second by `count` streams together, from the requests to the last byte. */
export async function download(via: Contender, count: number, bytes: number): Promise<number> {
  const streams = await openAll(via, 80, count);
  const from = performance.now();
  await Promise.all(streams.map((stream) => fetchBytes(stream, bytes)));
  return rate(count * bytes, from);
}

async function fetchBytes(stream: Duplex, bytes: number): Promise<void> {
  let got = 0;
  const ended = new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => (got += chunk.length));
    stream.once('end', resolve);
    stream.once('error', reject).once('close', resolve);
  });
  stream.write(`GET /bytes/${bytes} HTTP/1.1\r\nHost: campus\r\nConnection: close\r\n\r\n`);
  await ended;
  stream.destroy();
  if (got < bytes) throw new Error(`${got} of ${bytes} bytes came`);
}

/** MiB a second by `count` streams together, until the far end has said that it got the last byte. */
export async function upload(via: Contender, count: number, bytes: number): Promise<number> {
  const streams = await openAll(via, 9, count);
  const from = performance.now();
  await Promise.all(streams.map((stream) => sendBytes(stream, bytes)));
  return rate(count * bytes, from);
}

async function sendBytes(stream: Duplex, bytes: number): Promise<void> {
  const received = answer(stream);
  stream.write(`${bytes}\n`);
  for (let left = bytes; left > 0; left -= block.length)
    if (!stream.write(block.subarray(0, Math.min(left, block.length)))) await new Promise((resolve) => void stream.once('drain', resolve));
  await received;
  stream.destroy();
}

/** The median of the microseconds for a byte there and back. */
export async function echo(via: Contender, times: number): Promise<number> {
  const [stream] = await openAll(via, 7, 1);
  if (!stream) throw new Error('no stream');
  stream.resume();
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    const back = answer(stream);
    stream.write('x');
    await back;
    taken.push(1_000 * (performance.now() - from));
  }
  stream.destroy();
  return taken.sort((a, b) => a - b)[times >> 1] ?? NaN;
}

/** Opens streams that have carried a byte each way, and then carry nothing. */
export async function idleStreams(via: Contender, count: number): Promise<Duplex[]> {
  const streams = await openAll(via, 7, count);
  await Promise.all(
    streams.map((stream) => {
      const back = answer(stream);
      stream.write('x');
      return back;
    }),
  );
  return streams;
}

const openAll = (via: Contender, port: number, count: number): Promise<Duplex[]> =>
  Promise.all(Array.from({ length: count }, () => via.dial(port)));

const answer = (stream: Duplex): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (done: () => void) => (): void => {
      stream.off('data', onData).off('close', onClose);
      done();
    };
    const onData = settle(resolve);
    const onClose = settle(() => reject(new Error('the stream ended early')));
    stream.once('data', onData).once('close', onClose);
  });

const rate = (bytes: number, from: number): number => bytes / mebibyte / ((performance.now() - from) / 1_000);
