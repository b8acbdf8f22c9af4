import { createInterface } from 'node:readline';
import path from 'node:path';
import { delay } from '../../../shared/abort.ts';
import type { Ocserv } from '../../peers/gateways/ocserv.ts';
import { atMost, sampleOf, type Row } from '../report.ts';
import { Core } from './core.ts';
import { startPlain } from './plain.ts';
import type { WatchedRoute } from './watched.ts';

/** The watchers start so long before the cable is plugged in again. They say when they have begun. */
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
      await watch(lab, { ocproxy: plain.port }).flows;
      await watch(lab, { causeway: core.proxy }).flows;
      await lab.cable('down');
      const downAt = performance.now();
      await delay(seconds * 1000 - watchersBeginMs);
      const watchers = [{ causeway: core.proxy }, { ocproxy: plain.port }, { network: lab.address }].map((via) => watch(lab, via));
      await Promise.all(watchers.map(({ begun }) => begun));
      await delay(downAt + seconds * 1000 - performance.now());
      await lab.cable('up');
      const upAt = performance.now();
      const [mine = NaN, other = NaN, bare = NaN] = await Promise.all(watchers.map(({ flows }) => flows));
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

/**
 * Tries a route again and again from within the client's namespace. `begun` resolves when it does, `flows` with the time at
 * which the first byte came back.
 */
function watch(lab: Ocserv, route: WatchedRoute): { begun: Promise<void>; flows: Promise<number> } {
  if (!lab.client) throw new Error('no client namespace');
  const child = lab.client.spawn(process.execPath, ['--import', 'tsx', watcher], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin?.end(JSON.stringify(route));
  const { stdout } = child;
  if (!stdout) throw new Error('no output');
  const lines = createInterface({ input: stdout });
  const line = (wanted: string): Promise<number> =>
    new Promise((resolve, reject) => {
      lines.on('line', (said) => {
        if (said === wanted) resolve(performance.now());
      });
      lines.once('close', () => reject(new Error('no traffic')));
    });
  return { begun: line('begun').then(() => undefined), flows: line('flows') };
}
