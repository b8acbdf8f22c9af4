import * as fc from 'fast-check';
import { core, safeParse } from 'zod';

/**
 * Values that a schema accepts, for property tests. They come from the schema itself, so a test follows when a schema
 * grows. They are in the schema's own normal form (trimmed and so on).
 */
export function valuesOf<T>(schema: core.$ZodType<T>): fc.Arbitrary<T> {
  return shapeOf(schema)
    .map((value) => safeParse(schema, value))
    .filter((parsed) => parsed.success)
    .map((parsed) => parsed.data);
}

/** Values that fit a schema except for checks that no generator can follow. {@link valuesOf} filters by those. */
function shapeOf(schema: core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof core.$ZodObject) return objects(schema._zod.def.shape);
  if (schema instanceof core.$ZodUnion) return fc.oneof(...schema._zod.def.options.map(shapeOf));
  if (schema instanceof core.$ZodArray) return arrays(schema);
  if (schema instanceof core.$ZodRecord)
    return fc.dictionary(keys, shapeOf(schema._zod.def.valueType), { maxKeys: 3, noNullPrototype: true });
  if (schema instanceof core.$ZodNullable) return fc.option(shapeOf(schema._zod.def.innerType), { nil: null });
  if (schema instanceof core.$ZodOptional) return fc.option(shapeOf(schema._zod.def.innerType), { nil: undefined });
  if (schema instanceof core.$ZodLiteral) return fc.constantFrom(...schema._zod.def.values);
  if (schema instanceof core.$ZodEnum) return fc.constantFrom(...Object.values(schema._zod.def.entries));
  if (schema instanceof core.$ZodBoolean) return fc.boolean();
  if (schema instanceof core.$ZodVoid) return fc.constant(undefined);
  if (schema instanceof core.$ZodNumber) return numbers(schema);
  if (schema instanceof core.$ZodString) return strings(schema);
  throw new Error(`no values for ${schema._zod.def.type}`);
}

/** JSON objects as they arrive over a wire. `__proto__` is a key that no schema here keeps. */
const keys = fc.string({ maxLength: 10 }).filter((key) => key !== '__proto__');

function objects(shape: Record<string, core.$ZodType>): fc.Arbitrary<unknown> {
  const isOptional = (schema: core.$ZodType) => schema instanceof core.$ZodOptional;
  const inner = (schema: core.$ZodType) => (schema instanceof core.$ZodOptional ? schema._zod.def.innerType : schema);
  const values = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, shapeOf(inner(schema))]));
  return fc.record(values, {
    requiredKeys: Object.keys(shape).filter((key) => !isOptional(shape[key] ?? fail(key))),
    noNullPrototype: true,
  });
}

function arrays(schema: core.$ZodArray): fc.Arbitrary<unknown> {
  const { minimum } = limits(schema);
  return fc.array(shapeOf(schema._zod.def.element), { minLength: minimum, maxLength: minimum + 2 });
}

function fail(key: string): never {
  throw new Error(key);
}

function numbers(schema: core.$ZodNumber): fc.Arbitrary<number> {
  const { minimum, maximum } = limits(schema, { minimum: -(2 ** 31), maximum: 2 ** 31 });
  return fc.integer({ min: minimum, max: maximum });
}

function strings(schema: core.$ZodString): fc.Arbitrary<string> {
  if ('format' in schema._zod.def && schema._zod.def.format === 'url') {
    return fc.constantFrom('https://campus.test/', 'https://2fa.campus.test:8443/a?b=c', 'https://xn--mnchen-3ya.test');
  }
  const pattern = schema._zod.def.checks?.find((check) => check instanceof core.$ZodCheckRegex)?._zod.def.pattern;
  const { minimum, maximum } = limits(schema, { minimum: 0, maximum: 20 });
  if (!pattern) return fc.string({ unit: 'grapheme', minLength: minimum, maxLength: maximum });
  // fast-check does not support lookahead. The one pattern with a lookahead, for its length, is a host's
  return fc.stringMatching(pattern.source.includes('(?=') ? /^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/ : pattern);
}

/** The smallest and largest size that the checks allow, within what is worth trying. */
function limits(schema: core.$ZodType, { minimum, maximum } = { minimum: 0, maximum: 20 }): { minimum: number; maximum: number } {
  for (const check of schema._zod.def.checks ?? []) {
    if (check instanceof core.$ZodCheckMinLength) minimum = check._zod.def.minimum;
    if (check instanceof core.$ZodCheckMaxLength) maximum = Math.min(maximum, check._zod.def.maximum);
    if (check instanceof core.$ZodCheckGreaterThan) minimum = Number(check._zod.def.value);
    if (check instanceof core.$ZodCheckLessThan) maximum = Math.min(maximum, Number(check._zod.def.value));
  }
  return { minimum, maximum };
}
