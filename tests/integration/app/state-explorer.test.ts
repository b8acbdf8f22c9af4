import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { gestures } from '../../support/explorer/explorer-gestures.ts';
import { Run, World } from '../../support/explorer/explorer.ts';

/** What `CAUSEWAY_EXPLORE` replays: seed, path and replayPath as a failed run prints them, with a space between. */
const [seed, path, replayPath] = (process.env['CAUSEWAY_EXPLORE'] ?? '').split(' ');
/** `npm run test:long` explores for longer, and somewhere else each time; the short run goes the same ways again, so that a change is what breaks it. */
const isLong = process.env['CAUSEWAY_LONG'] !== undefined;
const numRuns = isLong ? 5_000 : 300;
const usualSeed = 20_261_124;
const maxCommands = 20;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

test(
  'any actions of people, gateway and network in any order lead to legal states and leave nothing behind',
  { timeout: numRuns * 2_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(gestures(maxCommands, replayPath), async (commands) => {
        const run = await Run.start(world);
        let done = false;
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: run }), commands);
          await run.finish();
          done = true;
        } finally {
          if (!done) await run.abandon();
        }
      }),
      { numRuns, ...(seed && path ? { seed: Number(seed), path } : isLong ? {} : { seed: usualSeed }) },
    );
  },
);
