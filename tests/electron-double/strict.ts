import { inspect } from 'node:util';
import type { Rectangle } from 'electron';
import { stage } from './registry.ts';

/** What Electron says when it is used where it may not be. */

/**
 * Makes members of a class throw once their object is destroyed, as every native function of Electron does
 * (`shell/common/gin_helper/function_template.h`: "Object has been destroyed"). All others still work: `isDestroyed`, and all
 * of `EventEmitter`.
 *
 * @param members names of methods and accessors on the class's own prototype
 */
export function throwOnceDestroyed<T extends object>(
  type: { prototype: T },
  isDestroyed: (object: T) => boolean,
  members: readonly string[],
  error: () => Error = () => new TypeError('Object has been destroyed'),
): void {
  for (const name of members) {
    const found = Object.getOwnPropertyDescriptor(type.prototype, name);
    if (!found) throw new Error(`double: ${name} is not on the prototype`);
    const guarded = (part: 'get' | 'set' | 'value'): object => {
      const original: unknown = Reflect.get(found, part);
      if (typeof original !== 'function') return {};
      return {
        [part](this: T, ...args: unknown[]): unknown {
          if (isDestroyed(this)) throw error();
          const answer: unknown = Reflect.apply(original, this, args);
          return answer;
        },
      };
    };
    Object.defineProperty(type.prototype, name, { ...found, ...guarded('get'), ...guarded('set'), ...guarded('value') });
  }
}

/** Throws `error` before Electron is ready. */
export function onlyOnceReady(error: Error): void {
  if (!stage.isReady) throw error;
}

/** What a native function says of an argument that does not fit it (`shell/common/gin_helper/function_template.cc`). */
const conversionFailed = (index: number, given: unknown): TypeError =>
  new TypeError(`Error processing argument at index ${index}, conversion failure from ${inspect(given, { depth: 0 })}`);

/** A rectangle as native functions read it: all four numbers have to be there, and are rounded (`shell/common/gin_converters/gfx_converter.cc`). */
export function rectangle(given: Partial<Rectangle>, index = 0): Rectangle {
  const { x, y, width, height } = given;
  if (![x, y, width, height].every((each) => typeof each === 'number')) throw conversionFailed(index, given);
  const [left, top] = [Math.round(Number(x)), Math.round(Number(y))];
  return { x: left, y: top, width: Math.max(0, Math.round(Number(width))), height: Math.max(0, Math.round(Number(height))) };
}
