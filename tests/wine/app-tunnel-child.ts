import { createHash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import net from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import type { Ask, Grant } from '../../electron/gateways/gateway.ts';
import { openconnectDriver } from '../../electron/gateways/openconnect/driver.ts';
import { endpointOf } from '../../electron/net/endpoint.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { appTunnel } from '../../electron/tunnels/openconnect/app.ts';
import type { Tunnel } from '../../electron/tunnels/tunnel.ts';
import { forkWorker } from '../../electron/worker/fork-worker.ts';
import type { WorkerProcess } from '../../electron/worker/worker.ts';
import { failureOf } from '../../shared/failure.ts';
import { profileSchema, splitHost } from '../../shared/profile.ts';

/**
 * The app's side of an app tunnel on Windows: the driver, the engine and the worker that an installer brings along. Orders
 * come over a connection to the test: JSON, one a line.
 */
const where = z.object({ host: z.string(), port: z.number() });
const orderSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('sign-in'), profile: profileSchema, credentials: z.record(z.string(), z.string()), code: z.string() }),
  z.object({ type: z.literal('open') }),
  /** Gives up after so many milliseconds. */
  z.object({ type: z.literal('cancel-open'), afterMs: z.number() }),
  z.object({ type: z.literal('page'), at: where }),
  /** SHA-256 and length of what a page has. */
  z.object({ type: z.literal('download'), at: where, path: z.string() }),
  /** Sends so many bytes to an echo, ends its half, and compares what comes back. */
  z.object({ type: z.literal('echo'), at: where, bytes: z.number() }),
  /** Opens a stream to an echo that stays open; `say` sends a line by it. */
  z.object({ type: z.literal('hold'), at: where }),
  z.object({ type: z.literal('say'), line: z.string() }),
  z.object({ type: z.literal('recover') }),
  z.object({ type: z.literal('traffic') }),
  /** Ends the process that carries the tunnel, as a crash would. */
  z.object({ type: z.literal('kill-worker') }),
  z.object({ type: z.literal('workers') }),
  z.object({ type: z.literal('close'), signOut: z.boolean() }),
]);

const log: string[] = [];
const workers: WorkerProcess[] = [];
const fork = forkWorker('C:\\app\\openconnect-worker.mjs');
const startWorker = () => {
  const worker = fork();
  workers.push(worker);
  return worker;
};
const library = { path: 'C:\\Program Files\\Causeway\\resources\\native\\libopenconnect-5.dll' };
const note = (line: string): void => void log.push(line);
const driver = openconnectDriver({ startWorker, library, log: note });
const engine = appTunnel({ workers: driver.workers, log: note, now: Date.now });
const never = new AbortController().signal;

let grant: Grant | null = null;
let tunnel: Tunnel | null = null;
let held: Duplex | null = null;

function open(): Tunnel {
  if (!tunnel) throw new Error('no tunnel');
  return tunnel;
}

async function obey(order: z.infer<typeof orderSchema>): Promise<unknown> {
  switch (order.type) {
    case 'sign-in': {
      const { profile } = order;
      const ask: Ask = async ({ kind }) => {
        if (kind === 'credentials') return { kind, values: order.credentials };
        if (kind === 'passcode') return { kind, passcode: order.code };
        throw new Error(`not expected: ${kind}`);
      };
      const target = {
        ...endpointOf(splitHost(profile.gateways[0] ?? ''), profile.connectTo),
        profile,
        verifier: createVerifier({ trust: profile.trust, accepted: () => null, now: Date.now }),
        now: Date.now,
        client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      };
      const session = await driver.signIn(target, ask, never);
      grant = session.grant;
      return session.user;
    }
    case 'open':
      if (!grant) throw new Error('no grant');
      tunnel = await engine.open(grant, never);
      return { limits: tunnel.limits, answers: await tunnel.answers(5_000) };
    case 'cancel-open': {
      if (!grant) throw new Error('no grant');
      const stop = new AbortController();
      const opening = engine.open(grant, stop.signal);
      opening.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, order.afterMs));
      const from = performance.now();
      stop.abort();
      return opening.then(
        (opened) => opened.close().then(() => 'opened'),
        (error: unknown) => ({ code: failureOf(error).code, withinASecond: performance.now() - from < 1_000 }),
      );
    }
    case 'page': {
      const stream = await open().dial(order.at.host, order.at.port, never);
      stream.write('GET / HTTP/1.0\r\n\r\n');
      return text(stream);
    }
    case 'download': {
      const stream = await open().dial(order.at.host, order.at.port, never);
      // Not end(): Node's server takes the end of one half for both
      stream.write(`GET ${order.path} HTTP/1.0\r\n\r\n`);
      const all = await buffer(stream);
      const body = all.subarray(all.indexOf('\r\n\r\n') + 4);
      return { length: body.length, sha256: createHash('sha256').update(body).digest('hex') };
    }
    case 'echo': {
      const stream = await open().dial(order.at.host, order.at.port, never);
      const sent = Buffer.from(Array.from({ length: order.bytes / 4 }, (_, each) => each % 251));
      stream.end(sent);
      return (await buffer(stream)).equals(sent);
    }
    case 'hold':
      held = await open().dial(order.at.host, order.at.port, never);
      held.on('error', () => undefined);
      return null;
    case 'say': {
      const stream = held;
      if (!stream) throw new Error('nothing is held');
      const reply = new Promise<string>((resolve, reject) => {
        stream.once('data', (bytes: Buffer) => resolve(bytes.toString()));
        stream.once('close', () => reject(new Error('the stream is gone')));
      });
      stream.write(order.line);
      return reply;
    }
    case 'recover':
      open().recover?.();
      return null;
    case 'traffic':
      return open().traffic();
    case 'kill-worker': {
      const { pid } = workers.at(-1) ?? {};
      if (pid === undefined) throw new Error('no worker');
      process.kill(pid, 'SIGKILL');
      return workers.length;
    }
    case 'workers':
      return workers.length;
    case 'close':
      await tunnel?.close({ signOut: order.signOut });
      return tunnel?.ended;
  }
}

const server = net.connect(Number(process.argv[2]), '127.0.0.1');
server.on('close', () => process.exit());
createInterface({ input: server }).on('line', (line) => {
  const send = (reply: unknown): void => void server.write(`${JSON.stringify(reply)}\n`);
  obey(orderSchema.parse(JSON.parse(line))).then(
    (value) => send({ value: value ?? null }),
    (error: unknown) => send({ failure: failureOf(error), stack: error instanceof Error ? error.stack : '', log: log.splice(0) }),
  );
});
