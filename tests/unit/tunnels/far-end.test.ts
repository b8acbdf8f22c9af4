import { expect, test } from 'vitest';
import { FarEnd } from '../../../electron/tunnels/openconnect/far-end.ts';

test('a far end that never answered counts as alive; one that answered and stops does not', async () => {
  let answers = false;
  const farEnd = new FarEnd(() => Promise.resolve(answers));
  expect(await farEnd.responds(1)).toBe(true);
  answers = true;
  expect(await farEnd.responds(1)).toBe(true);
  answers = false;
  expect(await farEnd.responds(1)).toBe(false);
  answers = true;
  expect(await farEnd.responds(1)).toBe(true);
});
