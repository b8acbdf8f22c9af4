import { sampleOf } from '../report.ts';
import type { Line } from './line.ts';
import type { Way } from './ways.ts';

const mebibyte = 1024 * 1024;
const filler = Buffer.alloc(256 * 1024, 0x5a);

/** MiB a second, first byte asked for to last byte had, over `streams` streams at once that share `bytes`. */
export async function download(way: Way, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const lines = await Promise.all(Array.from({ length: streams }, () => way.open()));
  const from = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      line.write(`down ${each}\n`);
      const got = await line.countToEnd();
      line.destroy();
      if (got !== each) throw new Error(`${way.name}: ${got} of ${each} bytes`);
    }),
  );
  return (each * streams) / mebibyte / ((performance.now() - from) / 1000);
}

/** MiB a second until the target says that it has had everything. */
export async function upload(way: Way, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const lines = await Promise.all(Array.from({ length: streams }, () => way.open()));
  const from = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      line.write(`up ${each}\n`);
      for (let left = each; left > 0;) {
        const piece = filler.subarray(0, Math.min(left, filler.length));
        left -= piece.length;
        if (!line.write(piece)) await line.drained();
      }
      await line.read(1);
      line.destroy();
    }),
  );
  return (each * streams) / mebibyte / ((performance.now() - from) / 1000);
}

/** Median time of a byte there and back, in microseconds. */
export async function echo(way: Way, times: number): Promise<number> {
  const line = await way.open();
  line.write('echo\n');
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    line.write('x');
    await line.read(1);
    taken.push((performance.now() - from) * 1000);
  }
  line.destroy();
  return sampleOf(taken).median;
}

/** Median time to open a stream and have its first byte from the target, in microseconds. */
export async function opening(way: Way, times: number): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    const line = await way.open();
    line.write('hold\n');
    await line.read(1);
    taken.push((performance.now() - from) * 1000);
    line.destroy();
  }
  return sampleOf(taken).median;
}

/** Streams that are open and silent; returns how to close them. */
export async function holdIdle(way: Way, count: number): Promise<() => void> {
  const lines: Line[] = [];
  for (let index = 0; index < count; index++) {
    const line = await way.open();
    line.write('hold\n');
    await line.read(1);
    lines.push(line);
  }
  return () => lines.forEach((line) => line.destroy());
}

/** A download that nobody reads; returns how to end it. */
export async function stall(way: Way): Promise<() => void> {
  const line = await way.open();
  line.pause();
  line.write(`down ${1024 * mebibyte}\n`);
  return () => line.destroy();
}
