import koffi, { type TypeObject } from 'koffi';

/** A pointer as koffi has it: a number, or null for the null pointer. */
export type Pointer = bigint | null;

/** Decodes a struct. koffi returns `any`, so the caller's type must match the layout. */
export function decode<T>(pointer: Pointer, type: TypeObject, index = 0): T {
  return koffi.decode(pointer, index * type.size, type) as T;
}

/**
 * Copies bytes. koffi's view on memory does not work here: Electron's V8 allows no memory outside its cage, so making one
 * throws (https://www.electronjs.org/blog/v8-memory-cage).
 */
export function copyBytes(pointer: Pointer, length: number): Buffer {
  const bytes: unknown = koffi.decode(pointer, koffi.array('uint8_t', length));
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) throw new TypeError('no bytes');
  return Buffer.from(bytes);
}

/** Reads a zero-terminated C string. */
export function readString(pointer: Pointer): string | null {
  if (pointer === null) return null;
  const text: unknown = koffi.decode.string(pointer);
  if (typeof text !== 'string') throw new TypeError('no string');
  return text;
}
