import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClient } from '../e2e/support/client.ts';
import { lastingPort } from '../support/ports.ts';
import { readSoakFlags } from './flags.ts';
import { curvesOf, growthOf, tableOf, type Look } from './growth.ts';
import { held } from './measure.ts';
import { Person } from './person.ts';
import { codePeriodMs, cycles, idle, inputs, newCampus, restarts, type World } from './phases.ts';

/**
 * `npm run soak`: a day of use in the real app on the double, against a real campus, and what the app holds meanwhile. Writes the
 * table and the curves to `out/soak/`. Fails if something grew.
 */
const flags = readSoakFlags(process.argv.slice(2));
const folder = 'out/soak';
/** How many measurements a phase has, at most. */
const mostLooks = 100;

await mkdir(folder, { recursive: true });
const dataDirectory = await mkdtemp(join(tmpdir(), 'causeway-soak-'));
const clock = { offset: 0 };
const options = { dataDirectory, port: await lastingPort(), now: () => Date.now() + clock.offset };
const looks: Look[] = [];
const startedAt = performance.now();

const first = await newCampus(options);
const client = await startClient({ profiles: [first.profile] });
const world: World = {
  campus: first,
  person: new Person(client, () => world.campus),
  passTime: (ms) => (clock.offset += ms),
  async restartCampus() {
    await world.campus.stop();
    world.campus = await newCampus(options);
  },
};
try {
  const phases = [
    [cycles(flags.cycles), flags.cycles],
    [inputs(flags.inputs), flags.inputs / 500],
    [restarts(flags.minutes), flags.minutes],
    [idle(flags.hours), flags.hours * 60],
  ] as const;
  for (const [phase, rounds] of phases) {
    if (rounds === 0) continue;
    const every = Math.max(1, Math.floor(rounds / mostLooks));
    await phase.run(world, async (round) => {
      if (round % every !== 0) return;
      looks.push({ phase: phase.name, round, at: (performance.now() - startedAt) / 1000, held: await held(client) });
      await writeFile(join(folder, 'looks.json'), JSON.stringify(looks));
    });
    // A one-time code is good once
    world.passTime(codePeriodMs);
    console.log(`${phase.name}: ${rounds} rounds, ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes so far`);
  }
} finally {
  await client.close();
  await world.campus.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}
// A phase of few rounds settles in its first fifth
const growth = [...new Set(looks.map(({ phase }) => phase))].flatMap((phase) => {
  const own = looks.filter((look) => look.phase === phase);
  return growthOf(own, Math.min(flags.from, (own.at(-1)?.round ?? 0) / 5));
});
const table = tableOf(growth);
await writeFile(join(folder, 'growth.md'), table);
await writeFile(join(folder, 'curves.svg'), curvesOf(looks));
console.log(`\n${table}`);
process.exitCode = growth.some(({ isTooMuch }) => isTooMuch) ? 1 : 0;
