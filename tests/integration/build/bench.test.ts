import { expect, test } from 'vitest';
import { startUpBench } from '../../bench/start-up/bench.ts';

test('the start-up bench reaches the window, so its stand-in has every part of Electron that the app uses', async () => {
  const { rows } = await startUpBench(1);
  // A process that never asks for its window says no time at all: how long it took is the bench's to judge
  for (const variant of ['Causeway', 'Node alone']) expect(rows[0]?.samples[variant]?.median).toBeGreaterThan(0);
});
