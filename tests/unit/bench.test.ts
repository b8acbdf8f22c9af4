import { expect, test } from 'vitest';
import { startUpBench } from '../bench/start-up/bench.ts';

test('the start-up bench gets as far as the window: its stand-in has every part of Electron that the app takes', async () => {
  const { rows } = await startUpBench(1);
  expect(rows[0]?.ways['Causeway']?.median).toBeGreaterThan(rows[0]?.ways['Node alone']?.median ?? Infinity);
});
