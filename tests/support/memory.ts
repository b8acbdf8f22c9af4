import v8 from 'node:v8';
import vm from 'node:vm';

let collect: (() => void) | null = null;

/** The bytes that this process holds after a garbage collection, which otherwise runs at unpredictable times. */
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
