import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fail } from '../../../shared/failure.ts';
import { stackSha256 } from './stack-sha256.ts';

const component = 'stack.wasm';

/**
 * Reads the compiled network stack. It is code, so it counts only as the build made it. Fails with `component-missing`, or
 * with `component-altered` for any other bytes: a damaged disk, half an update, or somebody who changed it.
 */
export function readStack(path: string): Uint8Array<ArrayBuffer> {
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw fail('component-missing', { component }, { detail: cause instanceof Error ? cause.message : 'unreadable', cause });
  }
  const sum = createHash('sha256').update(file).digest('hex');
  if (sum !== stackSha256) throw fail('component-altered', { component }, { detail: `SHA-256 ${sum}, ${file.length} bytes` });
  return file;
}
