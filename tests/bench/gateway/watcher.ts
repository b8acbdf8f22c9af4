import net from 'node:net';
import { text } from 'node:stream/consumers';
import { answersWithin, causewayRoute, ocproxyRoute } from './routes.ts';
import { watchedRouteSchema } from './watched.ts';

/** Runs inside a namespace. Reads a route from stdin, prints `begun`, and `flows` as soon as a byte comes back over it. */
const route = watchedRouteSchema.parse(JSON.parse(await text(process.stdin)));
// Short tries: one that started before the link was back delays the result by up to this time
const tryMs = 200;
const until = Date.now() + 240_000;
console.log('begun');
while (Date.now() < until) {
  if (await works()) {
    console.log('flows');
    process.exit(0);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.exit(1);

function works(): Promise<boolean> {
  if ('causeway' in route) return answersWithin(causewayRoute(route.causeway), tryMs);
  return 'ocproxy' in route ? answersWithin(ocproxyRoute(route.ocproxy), tryMs) : acceptsConnections(route.network);
}

/** Whether the gateway's port accepts a connection in time. */
function acceptsConnections(host: string): Promise<boolean> {
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
