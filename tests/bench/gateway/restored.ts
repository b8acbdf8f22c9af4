import { createInterface } from 'node:readline';
import path from 'node:path';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';
import { atMost, sampleOf, type Row } from '../report.ts';
import { Core } from './core.ts';
import { startPlain } from './plain.ts';
import type { WatchedWay } from './watched.ts';

/** What watches for traffic takes a moment to start. */
const watchersBeginMs = 3_000;
const watcher = path.join(import.meta.dirname, 'watcher.ts');

/**
 * How long after a cable is plugged in again traffic flows, ours and openconnect's beside each other in one namespace; and
 * the gateway's own port, which no tunnel can come before.
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
    // Not always the same: who tries again by a clock of its own may just happen to be about to
    const seconds = outage.seconds + (round - (outage.rounds - 1) / 2);
    const core = await Core.start(lab, next(), 'client');
    const plain = await startPlain(lab, next(), 'client');
    try {
      await flows(lab, { ocproxy: plain.port });
      await flows(lab, { causeway: core.proxy });
      await lab.cable('down');
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000 - watchersBeginMs));
      const waits = [{ causeway: core.proxy }, { ocproxy: plain.port }, { network: lab.address }].map((way) => flows(lab, way));
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
  const ways = { 'Causeway': sampleOf(ours), 'plain ocproxy': sampleOf(theirs), 'a connection without a tunnel': sampleOf(network) };
  return {
    what: `Link restored after about ${outage.seconds} s, ${outage.what} → traffic flows again`,
    unit: 's',
    ways,
    verdicts: [atMost(0.5, '≤ 0.5 × plain openconnect', ways.Causeway.median / ways['plain ocproxy'].median)],
  };
}

/** When a byte came back through the way, tried again and again from within the client's namespace. */
async function flows(lab: Ocserv, way: WatchedWay): Promise<number> {
  if (!lab.client) throw new Error('no client namespace');
  const child = lab.client.spawn(process.execPath, ['--import', 'tsx', watcher], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin?.end(JSON.stringify(way));
  if (!child.stdout) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) if (line === 'flows') return performance.now();
  throw new Error('no traffic');
}
