import { once } from 'node:events';
import type { Socket } from 'node:net';
import { sampleOf } from '../report.ts';
import { exactly, type Way } from './ways.ts';

const mebibyte = 1024 * 1024;
const filler = Buffer.alloc(256 * 1024, 0x5a);

/** MiB a second, first byte asked for to last byte had, over `streams` streams at once that share `bytes`. */
export async function download(way: Way, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const sockets = await Promise.all(Array.from({ length: streams }, () => way.open()));
  const from = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      let got = 0;
      socket.on('data', (chunk) => (got += chunk.length));
      socket.write(`down ${each}\n`);
      await once(socket, 'end');
      socket.destroy();
      if (got !== each) throw new Error(`${way.name}: ${got} of ${each} bytes`);
    }),
  );
  return (each * streams) / mebibyte / ((performance.now() - from) / 1000);
}

/** MiB a second until the target says that it has had everything. */
export async function upload(way: Way, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const sockets = await Promise.all(Array.from({ length: streams }, () => way.open()));
  const from = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      socket.write(`up ${each}\n`);
      for (let left = each; left > 0;) {
        const piece = filler.subarray(0, Math.min(left, filler.length));
        left -= piece.length;
        if (!socket.write(piece)) await once(socket, 'drain');
      }
      await exactly(socket, 1);
      socket.destroy();
    }),
  );
  return (each * streams) / mebibyte / ((performance.now() - from) / 1000);
}

/** Median time of a byte there and back, in microseconds. */
export async function echo(way: Way, times: number): Promise<number> {
  const socket = await way.open();
  socket.write('echo\n');
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    socket.write('x');
    await exactly(socket, 1);
    taken.push((performance.now() - from) * 1000);
  }
  socket.destroy();
  return sampleOf(taken).median;
}

/** Median time to open a stream and have its first byte from the target, in microseconds. */
export async function opening(way: Way, times: number): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    const socket = await way.open();
    socket.write('hold\n');
    await exactly(socket, 1);
    taken.push((performance.now() - from) * 1000);
    socket.destroy();
  }
  return sampleOf(taken).median;
}

/** Streams that are open and silent; returns how to close them. */
export async function holdIdle(way: Way, count: number): Promise<() => void> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = await way.open();
    socket.write('hold\n');
    await exactly(socket, 1);
    sockets.push(socket);
  }
  return () => sockets.forEach((socket) => socket.destroy());
}

/** A download that nobody reads; returns how to end it. */
export async function stall(way: Way): Promise<() => void> {
  const socket = await way.open();
  socket.pause();
  socket.write(`down ${1024 * mebibyte}\n`);
  return () => socket.destroy();
}
