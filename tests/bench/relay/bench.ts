import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { profileSchema } from '../../../shared/profile.ts';
import { startFaultProxy, type FaultProxy } from '../../support/faults/fault-proxy.ts';
import { Child } from '../child.ts';
import { atLeast, atMost, sampleOf, type Part, type Row, type Sample } from '../report.ts';
import { download, echo, holdIdle, opening, stall, upload } from './measure.ts';
import { startPeers } from './peers.ts';
import { causewayRoute, plainRoute, socksRoute, type Route, type RouteName } from './routes.ts';

const mebibyte = 1024 * 1024;
const clientReady = z.object({ port: z.number(), authorization: z.string() });
type ClientReady = z.infer<typeof clientReady>;
const here = (name: string): string => join(import.meta.dirname, name);

export interface RelayBenchOptions {
  /** How often each figure is measured, over each route in turn. */
  rounds: number;
  /** The bytes of one download or upload. */
  bytes: number;
}

/** Measures the relay end to end (loopback proxy → WSS → gateway → target), each part in its own process, against what people use instead. */
export async function relayBench({ rounds, bytes }: RelayBenchOptions): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
  const target = await Child.start(here('target.ts'), z.object({ port: z.number() }));
  const port = target.ready.port;
  const gateway = await Child.start(here('gateway.ts'), z.object({ profile: profileSchema }), [String(port)]);
  const client = await startClient(gateway);
  const peers = await startPeers(folder, port);
  const causeway = causewayRoute(client.ready, port);
  const tlsServer = await Child.start(here('node-tls.ts'), z.object({ port: z.number() }), ['server', String(port), peers.keyFile]);
  const tlsPort = String(tlsServer.ready.port);
  const tlsClient = await Child.start(here('node-tls.ts'), z.object({ port: z.number() }), ['client', tlsPort, peers.certificateFile]);
  const routes = [
    plainRoute('direct TCP', port),
    causeway,
    socksRoute(peers.socksPort, port),
    plainRoute('stunnel', peers.stunnelPort),
    plainRoute('Node’s TLS alone', tlsClient.ready.port),
  ];
  const over = (measure: (route: Route) => Promise<number>) => compare(routes, rounds, measure);
  try {
    const down = await over((route) => download(route, 1, bytes));
    const up = await over((route) => upload(route, 1, bytes));
    const down32 = await over((route) => download(route, 32, bytes));
    const up32 = await over((route) => upload(route, 32, bytes));
    const echoes = await over((route) => echo(route, 1_000));
    const openings = await over((route) => opening(route, 100));
    const stalled = await stalledRow(causeway, rounds, bytes);
    // These use new clients: each takes over the session of the one before
    const trips = await openingRoundTrips(gateway, port);
    const idle = await idleRow(gateway, port);
    const added = (name: RouteName): number => echoes[name].median - echoes['direct TCP'].median;
    const unit = 'MiB/s';
    const rows: Row[] = [
      {
        what: 'Download, 1 stream',
        unit,
        samples: down,
        verdicts: [
          atLeast(1, '≥ 1.0 × OpenSSH', ratio(down, 'Causeway', 'OpenSSH -D')),
          atLeast(0.9, '≥ 0.9 × stunnel', ratio(down, 'Causeway', 'stunnel')),
        ],
      },
      { what: 'Upload, 1 stream', unit, samples: up, verdicts: [atLeast(0.8, '≥ 0.8 × OpenSSH', ratio(up, 'Causeway', 'OpenSSH -D'))] },
      {
        what: 'Download, 32 streams in all',
        unit,
        samples: down32,
        verdicts: [atLeast(0.9, '≥ 0.9 × our single stream', down32.Causeway.median / down.Causeway.median)],
      },
      {
        what: 'Upload, 32 streams in all',
        unit,
        samples: up32,
        verdicts: [atLeast(0.9, '≥ 0.9 × our single stream', up32.Causeway.median / up.Causeway.median)],
      },
      {
        what: 'One byte there and back',
        unit: 'µs',
        samples: echoes,
        verdicts: [atMost(2, 'added latency ≤ 2 × OpenSSH’s', added('Causeway') / added('OpenSSH -D'))],
      },
      { what: 'Opening a stream, to its first byte', unit: 'µs', samples: openings, verdicts: [trips] },
      stalled,
      idle,
    ];
    return { name: 'Relay', rows };
  } finally {
    peers.stop();
    for (const child of [client, gateway, tlsClient, tlsServer, target]) await child.stop();
    rmSync(folder, { recursive: true });
  }
}

type Gateway = Child<{ profile: z.infer<typeof profileSchema> }>;

/** Starts a connected client. It connects through `line`, if given, which counts its round trips. */
async function startClient(gateway: Gateway, line: FaultProxy | null = null, flags: readonly string[] = []): Promise<Child<ClientReady>> {
  const client = await Child.start(here('client.ts'), clientReady, [], flags);
  const { profile } = gateway.ready;
  const connectTo = line && profile.connectTo?.map((entry) => ({ ...entry, loopbackPort: line.port }));
  await client.call('begin', JSON.stringify({ ...profile, ...(connectTo ? { connectTo } : {}) }));
  await client.call('finish', await gateway.call('code'));
  return client;
}

/** Measures the same figure over each route in turn, round after round, so that other load on the machine affects all of them. */
async function compare(
  routes: readonly Route[],
  rounds: number,
  measure: (route: Route) => Promise<number>,
): Promise<Record<RouteName, Sample>> {
  const taken: Record<RouteName, number[]> = { 'direct TCP': [], 'Causeway': [], 'OpenSSH -D': [], 'stunnel': [], 'Node’s TLS alone': [] };
  for (let round = 0; round < rounds; round++) {
    // Rotate the order, so that none always goes first, or after the fastest
    const turn = [...routes.slice(round % routes.length), ...routes.slice(0, round % routes.length)];
    for (const route of turn) taken[route.name].push(await measure(route));
  }
  return {
    'Causeway': sampleOf(taken.Causeway),
    'OpenSSH -D': sampleOf(taken['OpenSSH -D']),
    'stunnel': sampleOf(taken.stunnel),
    'Node’s TLS alone': sampleOf(taken['Node’s TLS alone']),
    'direct TCP': sampleOf(taken['direct TCP']),
  };
}

const ratio = (by: Record<RouteName, Sample>, ours: RouteName, theirs: RouteName): number => by[ours].median / by[theirs].median;

/** How many round trips client and gateway need to open a stream. */
async function openingRoundTrips(gateway: Gateway, port: number) {
  const line = await startFaultProxy({ port: gateway.ready.profile.connectTo?.[0]?.loopbackPort ?? 0 });
  const client = await startClient(gateway, line);
  const before = line.roundTrips.total;
  const streams = 10;
  const sockets = [];
  // Close them afterwards: the messages of closing do not count
  for (let opened = 0; opened < streams; opened++) sockets.push(await causewayRoute(client.ready, port).open());
  const trips = (line.roundTrips.total - before) / streams;
  for (const socket of sockets) socket.destroy();
  await client.stop();
  await line.close();
  return atMost(1, '≤ 1 round trip', trips, 'round trips');
}

/** Eight downloads with and without a ninth that nobody reads, measured in pairs, since a machine's speed changes more between rounds than within a pair. */
async function stalledRow(route: Route, rounds: number, bytes: number): Promise<Row> {
  const free: number[] = [];
  const beside: number[] = [];
  const withStalled = async (): Promise<void> => {
    const end = await stall(route);
    beside.push(await download(route, 8, bytes));
    end();
  };
  const without = async (): Promise<void> => void free.push(await download(route, 8, bytes));
  for (let round = 0; round < rounds; round++)
    for (const take of round % 2 === 0 ? [without, withStalled] : [withStalled, without]) await take();
  const slower = 1 - sampleOf(beside.map((each, round) => each / (free[round] ?? NaN))).median;
  return {
    what: 'Eight downloads beside a stalled one',
    unit: 'MiB/s',
    samples: { 'Causeway': sampleOf(beside), 'without the stalled one': sampleOf(free) },
    verdicts: [atMost(10, 'slowed by less than 10 %', slower * 100, '%')],
  };
}

/**
 * Resident memory of the client for each idle stream, in a process that has done nothing else. The first hundred
 * streams pay for compiled code; what each costs is the slope after them. The young generation of the heap is kept
 * small, because its size follows what was ever allocated and not what is held.
 */
async function idleRow(gateway: Gateway, port: number): Promise<Row> {
  const client = await startClient(gateway, null, ['--expose-gc', '--max-semi-space-size=1']);
  const route = causewayRoute(client.ready, port);
  const first = 100;
  const all = 1_000;
  const closeFirst = await holdIdle(route, first);
  const before = Number(await client.call('memory'));
  const closeRest = await holdIdle(route, all - first);
  const each = (Number(await client.call('memory')) - before) / 1024 / (all - first);
  closeFirst();
  closeRest();
  await client.stop();
  return {
    what: `Each of ${all} idle streams, resident in the client`,
    unit: 'KiB',
    samples: { Causeway: sampleOf([each]) },
    verdicts: [atMost(20, '≤ 20 KiB', each, 'KiB')],
  };
}

export const fullRelayBench: RelayBenchOptions = { rounds: 15, bytes: 256 * mebibyte };
