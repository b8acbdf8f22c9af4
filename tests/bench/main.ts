import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { flowBench } from './flow/bench.ts';
import { gatewayBench } from './gateway/bench.ts';
import { fullRelayBench, relayBench } from './relay/bench.ts';
import { tableOf, writeJson, type Part } from './report.ts';
import { sizeBench } from './size/bench.ts';
import { startUpBench } from './start-up/bench.ts';

/** `npm run bench`: prints each part's table and writes `out/bench.json`. `--only relay,flow,gateway,start-up,size` runs only the named parts. */
const parts: Readonly<Record<string, () => Promise<Part>>> = {
  'relay': () => relayBench(fullRelayBench),
  'flow': flowBench,
  'gateway': gatewayBench,
  'start-up': () => startUpBench(),
  'size': sizeBench,
};

const { values } = parseArgs({ options: { only: { type: 'string', default: Object.keys(parts).join(',') } } });
const startedAt = new Date();
mkdirSync('out', { recursive: true });
const done: Part[] = [];
for (const name of values.only.split(',')) {
  const run = parts[name];
  if (!run) throw new Error(`No such part: ${name}. There are ${Object.keys(parts).join(', ')}.`);
  const part = await run();
  done.push(part);
  console.log(`\n${tableOf(part)}`);
  // Write after each part, so that a later failure does not lose the results
  writeJson('out/bench.json', done, startedAt);
}
const verdicts = done.flatMap((part) => part.rows.flatMap((row) => row.verdicts));
console.log(`\n${verdicts.filter((verdict) => verdict.met).length} of ${verdicts.length} targets met. Everything is in out/bench.json.`);
