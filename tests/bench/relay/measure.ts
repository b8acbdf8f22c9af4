import { sampleOf } from '../report.ts';
import type { Line } from './line.ts';
import type { Route } from './routes.ts';

const mebibyte = 1024 * 1024;
const filler = Buffer.alloc(256 * 1024, 0x5a);

/** MiB a second, from the request to the last byte, over `streams` parallel streams that share `bytes`. */
export async function download(route: Route, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const lines = await Promise.all(Array.from({ length: streams }, () => route.open()));
  const from = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      line.write(`down ${each}\n`);
      const got = await line.countToEnd();
      line.destroy();
      if (got !== each) throw new Error(`${route.name}: ${got} of ${each} bytes`);
    }),
  );
  return (each * streams) / mebibyte / ((performance.now() - from) / 1000);
}

/** MiB a second, until the target confirms that it has everything. */
export async function upload(route: Route, streams: number, bytes: number): Promise<number> {
  const each = Math.floor(bytes / streams);
  const lines = await Promise.all(Array.from({ length: streams }, () => route.open()));
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

/** Median time for a byte there and back, in microseconds. */
export async function echo(route: Route, times: number): Promise<number> {
  const line = await route.open();
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

/** Median time to open a stream and get its first byte from the target, in microseconds. */
export async function opening(route: Route, times: number): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    const line = await route.open();
    line.write('hold\n');
    await line.read(1);
    taken.push((performance.now() - from) * 1000);
    line.destroy();
  }
  return sampleOf(taken).median;
}

/** Opens streams and keeps them idle. Returns a function that closes them. */
export async function holdIdle(route: Route, count: number): Promise<() => void> {
  const lines: Line[] = [];
  for (let index = 0; index < count; index++) {
    const line = await route.open();
    line.write('hold\n');
    await line.read(1);
    lines.push(line);
  }
  return () => lines.forEach((line) => line.destroy());
}

/** Starts a download that nobody reads. Returns a function that ends it. */
export async function stall(route: Route): Promise<() => void> {
  const line = await route.open();
  line.pause();
  line.write(`down ${1024 * mebibyte}\n`);
  return () => line.destroy();
}
