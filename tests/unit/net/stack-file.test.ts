import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readStack } from '../../../electron/net/ip-stack/stack-file.ts';
import { failureOf } from '../../../shared/failure.ts';

const real = 'electron/net/ip-stack/stack.wasm';

test('the network stack is read only as the build made it; a missing or altered file fails with its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-stack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bytes = readFileSync(real);
  expect(readStack(real)).toEqual(new Uint8Array(bytes));
  const file = join(folder, 'stack.wasm');
  const failure = (): unknown => {
    try {
      return readStack(file);
    } catch (error) {
      const { code, params } = failureOf(error);
      return [code, params];
    }
  };
  expect(failure()).toEqual(['component-missing', { component: 'stack.wasm' }]);
  const oneBit = Buffer.from(bytes);
  oneBit[oneBit.length >> 1] = (oneBit[oneBit.length >> 1] ?? 0) ^ 1;
  for (const altered of [oneBit, bytes.subarray(0, -1), Buffer.alloc(0), Buffer.concat([bytes, Buffer.from('x')])]) {
    writeFileSync(file, altered);
    expect(failure()).toEqual(['component-altered', { component: 'stack.wasm' }]);
  }
});
