import type { Line } from '../relay/line.ts';
import { throughProxy, throughSocks } from '../through.ts';

/** A route through a tunnel to a port of the campus behind the gateway. */
export interface Route {
  readonly name: string;
  open(port: number): Promise<Line>;
}

const campus = '10.60.0.80';

/** Through our loopback proxy, as `causeway connect --app-tunnel` offers it. */
export function causewayRoute({ port, user, secret }: { port: number; user: string; secret: string }): Route {
  const proxy = { port, authorization: Buffer.from(`${user}:${secret}`).toString('base64') };
  return { name: 'Causeway', open: (target) => throughProxy(proxy, campus, target) };
}

/** Through ocproxy's own SOCKS5 port, or one that forwards to it. */
export function ocproxyRoute(port: number, name = 'plain ocproxy'): Route {
  return { name, open: (target) => throughSocks(port, campus, target) };
}

const mebibyte = 1024 * 1024;

/** MiB a second, from the request to the last byte. */
export async function download(route: Route, bytes: number): Promise<number> {
  const line = await route.open(80);
  const from = performance.now();
  line.write(`GET /bytes/${bytes} HTTP/1.1\r\nHost: ${campus}\r\nConnection: close\r\n\r\n`);
  const got = await line.countToEnd();
  line.destroy();
  if (got < bytes) throw new Error(`${route.name}: ${got} of ${bytes} bytes`);
  return bytes / mebibyte / ((performance.now() - from) / 1000);
}

/** Milliseconds for a byte there and back, for each of `times`. */
export async function echo(route: Route, times: number): Promise<number[]> {
  const line = await route.open(7);
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const from = performance.now();
    line.write('x');
    await line.read(1);
    taken.push(performance.now() - from);
  }
  line.destroy();
  return taken;
}

/** Whether a byte comes back over the route within that time. */
export async function answersWithin(route: Route, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const once = echo(route, 1).then(
    () => true,
    () => false,
  );
  const done = await Promise.race([once, late]);
  clearTimeout(timer);
  return done;
}
