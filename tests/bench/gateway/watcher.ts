import net from 'node:net';
import { text } from 'node:stream/consumers';
import { carries, causewayWay, ocproxyWay } from './ways.ts';
import { watchedWaySchema } from './watched.ts';

/** Run inside a namespace: says `flows` as soon as a byte comes back through the way that it reads from its input. */
const way = watchedWaySchema.parse(JSON.parse(await text(process.stdin)));
// Short tries: one that began before the link was back hides by so much when it was
const tryMs = 200;
const until = Date.now() + 240_000;
while (Date.now() < until) {
  if (await works()) {
    console.log('flows');
    process.exit(0);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.exit(1);

function works(): Promise<boolean> {
  if ('causeway' in way) return carries(causewayWay(way.causeway), tryMs);
  return 'ocproxy' in way ? carries(ocproxyWay(way.ocproxy), tryMs) : takesCalls(way.network);
}

/** Whether the gateway's port takes a call within that time. */
function takesCalls(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: 443 });
    const settle = (there: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(there);
    };
    const late = setTimeout(() => settle(false), tryMs);
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
