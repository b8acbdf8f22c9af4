import { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { WorkerLink } from '../../../electron/gateways/openconnect/process/worker-link.ts';
import { toWorkerSchema, type FromWorker } from '../../../electron/gateways/openconnect/process/messages.ts';
import { serveStreams, type StreamServer } from '../../../electron/net/stream-channel/serve-streams.ts';
import { Carrier } from '../../../electron/tunnels/openconnect/carrier.ts';
import { agentFor } from '../../../shared/user-agent.ts';

const never = new AbortController().signal;
const options = {
  protocol: 'anyconnect',
  url: 'https://vpn.campus.test/',
  cookie: 'ticket',
  pins: [`pin-sha256:${'A'.repeat(43)}=`],
  agent: agentFor('linux'),
  address: '192.0.2.1',
  proxy: null,
  udp: false,
  pathMtu: null,
  reconnectSeconds: 60,
  deadPeerSeconds: 4,
  keepAliveSeconds: 20,
} as const;
const pushed = {
  addresses: ['10.9.0.1'],
  mtu: 1_400,
  nameServers: [],
  domains: [],
  splitNames: [],
  routes: [],
  excludedRoutes: [],
  options: '',
  idleSeconds: 0,
  expiresAt: 0,
};

/** A tunnel whose process is this one. Its hosts take no bytes. */
async function stalledTunnel(): Promise<{ carrier: Carrier; hosts: Duplex[] }> {
  const hosts: Duplex[] = [];
  const dial = (): Promise<Duplex> => {
    const host = new Duplex({ read: () => undefined, write: () => undefined });
    hosts.push(host);
    return Promise.resolve(host);
  };
  let tell: (message: FromWorker) => void = () => undefined;
  let server: StreamServer | null = null;
  const post = (raw: unknown): void => {
    const message = toWorkerSchema.parse(raw);
    if (message.type === 'tunnel')
      void serveStreams({ path: message.streams, dial, log: () => undefined }).then((serving) => {
        server = serving;
        tell({ type: 'up', attempt: 1, again: false, pushed });
      });
    if (message.type === 'expect') server?.expect(message.token, message.host, message.port);
    if (message.type === 'drop') server?.drop(message.token);
  };
  const start = () => ({
    pid: undefined,
    post,
    onMessage: (listener: (message: unknown) => void) => (tell = listener),
    exited: new Promise<null>(() => undefined),
    kill: () => server?.close(),
  });
  const nothing = (): void => undefined;
  const link = new WorkerLink(start, [], { everyMs: 60_000, mostUnanswered: 9 });
  const carrier = new Carrier(link, { up: nothing, connecting: nothing, note: nothing });
  onTestFinished(() => carrier.leave('detach', 1));
  await carrier.open({ ...options, pins: [...options.pins] }, never);
  return { carrier, hosts };
}

test('a stream that the app breaks off is broken off at a host that takes no more bytes', async () => {
  const { carrier, hosts } = await stalledTunnel();
  const [broken, kept] = [await carrier.dial('a', 1, never), await carrier.dial('b', 1, never)];
  for (const stream of [broken, kept]) stream.on('error', () => undefined).write(Buffer.alloc(4 * 1024 * 1024));
  // The process reads no more from either
  await expect.poll(() => hosts.map((host) => host.writableNeedDrain)).toEqual([true, true]);
  broken.destroy();
  await expect.poll(() => hosts.map((host) => host.destroyed), { timeout: 5_000 }).toEqual([true, false]);
});
