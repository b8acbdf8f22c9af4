import koffi, { type TypeObject } from 'koffi';

/** A pointer. koffi has numbers for them, null for the null pointer. */
export type Pointer = bigint | null;

/** koffi gives `any`: the layouts above answer for what is in it. */
export function decode<T>(pointer: Pointer, type: TypeObject, index = 0): T {
  return koffi.decode(pointer, index * type.size, type) as T;
}

/**
 * A copy of so many bytes. Not by a view of koffi's: Electron's V8 allows no memory from outside its cage, so that one
 * throws there (https://www.electronjs.org/blog/v8-memory-cage).
 */
export function copyBytes(pointer: Pointer, length: number): Buffer {
  const bytes: unknown = koffi.decode(pointer, koffi.array('uint8_t', length));
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) throw new TypeError('no bytes');
  return Buffer.from(bytes);
}

/** A string of C's, which ends with a zero. */
export function readString(pointer: Pointer): string | null {
  if (pointer === null) return null;
  const text: unknown = koffi.decode.string(pointer);
  if (typeof text !== 'string') throw new TypeError('no string');
  return text;
}
