import * as z from 'zod/mini';

/** What is wrong or unknown inside one key of a profile, and what is left of it without that. */

/**
 * A value without its wrong parts: wrong elements of lists and wrong optional keys. Undefined if what is left is not valid
 * either, as when a required key is wrong: then the whole value is dropped.
 */
export function withoutWrong(schema: z.core.$ZodType, value: unknown): unknown {
  if (z.safeParse(schema, value).success) return value;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional') return withoutWrong(def.innerType, value);
  const rest = def.type === 'array' ? rightElements(def.element, value) : def.type === 'object' ? rightKeys(def.shape, value) : undefined;
  return z.safeParse(schema, rest).success ? rest : undefined;
}

const rightElements = (element: z.core.$ZodType, value: unknown): unknown =>
  Array.isArray(value) ? value.filter((each: unknown) => z.safeParse(element, each).success) : undefined;

function rightKeys(shape: Readonly<Record<string, z.core.$ZodType>>, value: unknown): unknown {
  const entries = z.record(z.string(), z.unknown()).safeParse(value);
  if (!entries.success) return undefined;
  return Object.fromEntries(
    Object.entries(entries.data).flatMap(([key, inner]) => {
      const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
      const right = known ? withoutWrong(known, inner) : inner;
      return right === undefined ? [] : [[key, right]];
    }),
  );
}

/**
 * The places of the errors in a key's value, such as `browser.hosts[0]`, or the key itself if something is missing.
 */
export function wrongIn(schema: z.core.$ZodType, value: unknown, key: string): string[] {
  const read = z.safeParse(schema, value);
  const paths = (read.error?.issues ?? []).filter(({ path }) => isThere(value, path)).map(({ path }) => pathOf(key, path));
  return [...new Set(paths.length > 0 ? paths : [key])];
}

/** The unknown keys inside a value. The rest of the value is kept. */
export function unknownIn(schema: z.core.$ZodType, value: unknown, path: string): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional') return unknownIn(def.innerType, value, path);
  if (def.type === 'array')
    return Array.isArray(value) ? value.flatMap((each: unknown, at) => unknownIn(def.element, each, `${path}[${at}]`)) : [];
  if (def.type === 'union') {
    const option = def.options.find((each) => z.safeParse(each, value).success);
    return option ? unknownIn(option, value, path) : [];
  }
  const entries = z.record(z.string(), z.unknown()).safeParse(value);
  if (def.type !== 'object' || !entries.success) return [];
  return Object.entries(entries.data).flatMap(([key, inner]) => {
    const known = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
    return known ? unknownIn(known, inner, `${path}.${key}`) : [`${path}.${key}`];
  });
}

/** Whether there is anything at that place in a value. */
function isThere(value: unknown, [part, ...rest]: readonly PropertyKey[]): boolean {
  if (part === undefined) return value !== undefined;
  return typeof value === 'object' && value !== null && part in value && isThere(Reflect.get(value, part), rest);
}

const pathOf = (key: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>((whole, part) => (typeof part === 'number' ? `${whole}[${part}]` : `${whole}.${String(part)}`), key);
