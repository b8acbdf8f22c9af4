import { createInterface } from 'node:readline';
import path from 'node:path';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';
import { atMost, sampleOf, type Row } from '../report.ts';
import { Core } from './core.ts';
import { startPlain } from './plain.ts';
import type { WatchedRoute } from './watched.ts';

/** The watchers take a moment to start. */
const watchersBeginMs = 3_000;
const watcher = path.join(import.meta.dirname, 'watcher.ts');

/**
 * How long it takes until traffic flows after a cable is plugged in again: ours and openconnect's side by side in one
 * namespace, and a plain connection to the gateway's port, which no tunnel can beat.
 */
export async function restoredRow(
  lab: Ocserv,
  next: () => string,
  outage: { seconds: number; rounds: number; what: string },
): Promise<Row> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const network: number[] = [];
  for (let round = 0; round < outage.rounds; round++) {
    // Vary the length: a program that retries at fixed times could happen to retry at just the right moment
    const seconds = outage.seconds + (round - (outage.rounds - 1) / 2);
    const core = await Core.start(lab, next(), 'client');
    const plain = await startPlain(lab, next(), 'client');
    try {
      await flows(lab, { ocproxy: plain.port });
      await flows(lab, { causeway: core.proxy });
      await lab.cable('down');
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000 - watchersBeginMs));
      const waits = [{ causeway: core.proxy }, { ocproxy: plain.port }, { network: lab.address }].map((via) => flows(lab, via));
      await new Promise((resolve) => setTimeout(resolve, watchersBeginMs));
      await lab.cable('up');
      const upAt = performance.now();
      const [mine = NaN, other = NaN, bare = NaN] = await Promise.all(waits);
      ours.push((mine - upAt) / 1000);
      theirs.push((other - upAt) / 1000);
      network.push((bare - upAt) / 1000);
    } finally {
      await core.stop();
      await plain.stop();
    }
  }
  const samples = { 'Causeway': sampleOf(ours), 'plain ocproxy': sampleOf(theirs), 'a connection without a tunnel': sampleOf(network) };
  return {
    what: `Link restored after about ${outage.seconds} s, ${outage.what} → traffic flows again`,
    unit: 's',
    samples,
    verdicts: [atMost(0.5, '≤ 0.5 × plain openconnect', samples.Causeway.median / samples['plain ocproxy'].median)],
  };
}

/** When the first byte came back over the route, tried again and again from within the client's namespace. */
async function flows(lab: Ocserv, route: WatchedRoute): Promise<number> {
  if (!lab.client) throw new Error('no client namespace');
  const child = lab.client.spawn(process.execPath, ['--import', 'tsx', watcher], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin?.end(JSON.stringify(route));
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) if (line === 'flows') return performance.now();
  throw new Error('no traffic');
}
