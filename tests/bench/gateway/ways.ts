import { Line } from '../relay/line.ts';

/** A way through a tunnel to a port of the campus behind the gateway. */
export interface Way {
  readonly name: 'Causeway' | 'plain ocproxy';
  open(port: number): Promise<Line>;
}

const campus = '10.60.0.80';

/** Through our loopback proxy, as `causeway connect --app-tunnel` offers it. */
export function causewayWay(proxy: { port: number; user: string; secret: string }): Way {
  const authorization = Buffer.from(`${proxy.user}:${proxy.secret}`).toString('base64');
  return {
    name: 'Causeway',
    async open(port) {
      const line = await Line.connect(proxy.port);
      line.write(`CONNECT ${campus}:${port} HTTP/1.1\r\nHost: ${campus}:${port}\r\nProxy-Authorization: Basic ${authorization}\r\n\r\n`);
      const answer = (await line.read('HTTP/1.1 200 Connection established\r\n\r\n'.length)).toString('latin1');
      if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(answer);
      return line;
    },
  };
}

/** Through ocproxy's own SOCKS5 port (RFC 1928). */
export function ocproxyWay(port: number): Way {
  return {
    name: 'plain ocproxy',
    async open(target) {
      const line = await Line.connect(port);
      line.write(Buffer.from([5, 1, 0]));
      await line.read(2);
      line.write(Buffer.from([5, 1, 0, 1, ...campus.split('.').map(Number), target >> 8, target & 0xff]));
      const answer = await line.read(10);
      if (answer[1] !== 0) throw new Error(`SOCKS refused: ${answer[1]}`);
      return line;
    },
  };
}

const mebibyte = 1024 * 1024;

/** MiB a second, from the request to the last byte. */
export async function download(way: Way, bytes: number): Promise<number> {
  const line = await way.open(80);
  const from = performance.now();
  line.write(`GET /bytes/${bytes} HTTP/1.1\r\nHost: ${campus}\r\nConnection: close\r\n\r\n`);
  const got = await line.countToEnd();
  line.destroy();
  if (got < bytes) throw new Error(`${way.name}: ${got} of ${bytes} bytes`);
  return bytes / mebibyte / ((performance.now() - from) / 1000);
}

/** Milliseconds of a byte there and back. */
export async function echo(way: Way, times: number): Promise<number[]> {
  const line = await way.open(7);
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

/** Whether a byte comes back through the way within that time. */
export async function carries(way: Way, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), withinMs);
  });
  const once = echo(way, 1).then(
    () => true,
    () => false,
  );
  const done = await Promise.race([once, late]);
  clearTimeout(timer);
  return done;
}
