import v8 from 'node:v8';
import vm from 'node:vm';

let collect: (() => void) | null = null;

/** Bytes that this process holds on to, once what it does not is thrown away: when that happens by itself is chance. */
export function heldMemory(): number {
  if (collect === null) {
    v8.setFlagsFromString('--expose-gc');
    const gc: unknown = vm.runInNewContext('gc');
    if (typeof gc !== 'function') throw new Error('nothing here collects garbage');
    collect = () => void Reflect.apply(gc, undefined, []);
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
