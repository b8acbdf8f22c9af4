import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { openconnectDriver } from '../../../electron/gateways/openconnect/driver.ts';
import { appTunnel } from '../../../electron/tunnels/openconnect/app.ts';
import { forkWorker } from '../../../electron/worker/fork-worker.ts';

/** A tunnel to one gateway, by one way, in the client's namespace. */
export interface Contender {
  readonly name: string;
  /** The processes that carry it. Not those of the one that measures. */
  pids(): readonly number[];
  dial(port: number): Promise<Duplex>;
  stop(): Promise<void>;
}

export const contenderNames = { causeway: 'Causeway', ocproxy: 'openconnect, ocproxy', kernel: 'openconnect, the kernel’s tun' } as const;

const root = path.resolve(import.meta.dirname, '../../..');
const native = path.join(root, 'out/native-linux');
/** All three use the same version of OpenConnect. */
const program = existsSync(path.join(native, 'openconnect')) ? path.join(native, 'openconnect') : 'openconnect';
const campus = '10.60.0.80';
const limit = (): AbortSignal => AbortSignal.timeout(120_000);

/** Our tunnel, whose process runs and has loaded the library, as after a sign-in. Resolves once it is ready to open. */
export async function warmCauseway(): Promise<{ open(grant: OpenConnectGrant): Promise<Contender>; stop(): void }> {
  const pids: number[] = [];
  const fork = forkWorker(path.join(root, 'dist/openconnect-worker.mjs'));
  const driver = openconnectDriver({
    startWorker: () => {
      const worker = fork();
      if (worker.pid !== undefined) pids.push(worker.pid);
      return worker;
    },
    library: { path: null },
    folder: native,
    log: () => undefined,
  });
  await driver.workers.check(limit());
  const engine = appTunnel({ workers: driver.workers, log: () => undefined, now: Date.now });
  return {
    async open(grant) {
      const tunnel = await engine.open(grant, limit());
      return {
        name: contenderNames.causeway,
        pids: () => pids,
        dial: (port) => tunnel.dial(campus, port, limit()),
        stop: async () => {
          await tunnel.close();
          driver.stop();
        },
      };
    },
    stop: () => driver.stop(),
  };
}

/** Starts `openconnect` with a cookie. */
function openconnect(grant: OpenConnectGrant, more: readonly string[]): ReturnType<typeof spawn> {
  const { host, port } = grant.endpoint;
  const args = [
    '--protocol=anyconnect',
    '--cookie-on-stdin',
    '--non-inter',
    `--servercert=${grant.serverPin}`,
    `--resolve=${host}:${grant.address ?? ''}`,
    ...(grant.udp ? [] : ['--no-dtls']),
    ...more,
    port === 443 ? `https://${host}/` : `https://${host}:${port}/`,
  ];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(`${grant.cookie}\n`);
  return child;
}

async function stopped(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  await gone;
}

/** openconnect and ocproxy, as a person starts them by hand. */
export async function openOcproxy(grant: OpenConnectGrant): Promise<Contender> {
  const port = await freePort();
  const child = openconnect(grant, ['--script-tun', '--script', `ocproxy -D ${port} -k 30`]);
  const dial = (target: number): Promise<Duplex> => throughSocks(port, target);
  (await untilItWorks(() => dial(7))).destroy();
  return { name: contenderNames.ocproxy, pids: () => tree(child.pid ?? 0), dial, stop: () => stopped(child) };
}

/** openconnect with a tun device, as root: the kernel's own TCP/IP. */
export async function openKernel(grant: OpenConnectGrant): Promise<Contender> {
  const ip = '/usr/sbin/ip';
  const script = [
    'case $reason in connect)',
    `${ip} link set $TUNDEV up mtu $INTERNAL_IP4_MTU &&`,
    `${ip} address add $INTERNAL_IP4_ADDRESS/32 dev $TUNDEV &&`,
    `${ip} route add 10.60.0.0/24 dev $TUNDEV;; esac`,
  ].join(' ');
  const child = openconnect(grant, ['--script', script]);
  const dial = (port: number): Promise<Duplex> => connected(net.connect({ host: campus, port, noDelay: true, allowHalfOpen: true }));
  (await untilItWorks(() => dial(7), 500)).destroy();
  return { name: contenderNames.kernel, pids: () => tree(child.pid ?? 0), dial, stop: () => stopped(child) };
}

/** Tries again until it succeeds, for 20 s. */
async function untilItWorks(dial: () => Promise<Duplex>, tryMs = 2_000): Promise<Duplex> {
  for (const until = Date.now() + 20_000; ;) {
    const late = new Promise<null>((resolve) => setTimeout(resolve, tryMs, null).unref());
    const stream = await Promise.race([dial().catch(() => null), late]);
    if (stream) return stream;
    if (Date.now() > until) throw new Error('the tunnel does not come up');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** By SOCKS5 (RFC 1928), without a password. */
async function throughSocks(socks: number, port: number): Promise<Duplex> {
  const socket = await connected(net.connect({ host: '127.0.0.1', port: socks, noDelay: true, allowHalfOpen: true }));
  const read = async (count: number): Promise<Buffer> => {
    for (;;) {
      const bytes: unknown = socket.read(count);
      if (bytes instanceof Buffer) return bytes;
      if (socket.destroyed || socket.readableEnded) throw new Error('ocproxy closed the connection');
      await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
    }
  };
  socket.write(Buffer.from([5, 1, 0]));
  await read(2);
  socket.write(Buffer.from([5, 1, 0, 1, ...campus.split('.').map(Number), port >> 8, port & 0xff]));
  const answer = await read(10);
  if (answer[1] !== 0) throw new Error(`SOCKS refused: ${answer[1]}`);
  return socket;
}

async function connected(socket: Socket): Promise<Socket> {
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  return socket;
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** What `/proc` says of a process, after its name. Empty: it has ended. Field numbers: proc(5), less 3. */
function statOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return [];
  }
}

/** A process and its descendants. */
function tree(pid: number): number[] {
  const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(statOf(Number(entry))[1]) === pid);
  return [pid, ...children.flatMap((child) => tree(Number(child)))];
}

/** Milliseconds of processor time that these processes have used. The kernel counts hundredths of a second. */
export const processorMs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + 10 * (Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0)), 0);

/** Resident KiB of these processes. */
export const residentKiB = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + 4 * Number(statOf(pid)[21] ?? 0), 0);
