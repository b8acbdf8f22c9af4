import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stackSha256 } from '../../../electron/net/ip-stack/stack-sha256.ts';
import { buildStack, missingTools, readPins, sha256Of, stackFile } from '../../../build/ip-stack.ts';

const missing = missingTools();
if (missing.length > 0) console.warn(`SKIPPED, the network stack is not compiled anew without ${missing.join(', ')}`);

test('the committed stack.wasm is the one that its pins name', () => {
  expect(sha256Of(readFileSync(stackFile))).toBe(readPins().result);
  expect(stackSha256).toBe(readPins().result);
});

test.skipIf(missing.length > 0)(
  'the pinned sources and compiler make the committed stack.wasm, byte for byte',
  { timeout: 120_000 },
  async () => {
    const { module, licence } = await buildStack(null);
    expect(sha256Of(module)).toBe(readPins().result);
    expect(licence.equals(readFileSync('build/lwip/COPYING'))).toBe(true);
  },
);
