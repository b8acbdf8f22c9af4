import koffi, { type TypeObject } from 'koffi';

/** A pointer. koffi has numbers for them, null for the null pointer. */
export type Pointer = bigint | null;

/** koffi gives `any`: the layouts above answer for what is in it. */
export function decode<T>(pointer: Pointer, type: TypeObject, index = 0): T {
  return koffi.decode(pointer, index * type.size, type) as T;
}
