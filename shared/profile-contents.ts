import * as z from 'zod/mini';
import { naming, profileSchema, splitHost, type Names, type Profile } from './profile.ts';

/** One entry of a profile, by its place in the schema (`portal.hosts`). */
export interface ProfileEntry {
  path: string;
  /** What the text names. Null if it is no text but one of a few words, a boolean or a number. */
  names: Names | null;
  value: string | number | boolean;
}

/** A host that a profile sends something to, shows pages of, or trusts. `shown` includes the port unless it is the default. */
export interface Destination {
  path: string;
  host: string;
  shown: string;
}

/** Everything in a profile, in the order of the schema. What the profile leaves out is not listed. */
export function everythingIn(profile: Profile): ProfileEntry[] {
  return saidIn(profileSchema, profile, '');
}

/** Every host that a profile names, once for each place. */
export function destinationsIn(profile: Profile): Destination[] {
  const all = everythingIn(profile).flatMap(({ path, names, value }) => {
    const place = destinationOf(names, String(value));
    return place ? [{ path, ...place }] : [];
  });
  return all.filter(({ path, shown }, index) => all.findIndex((each) => each.path === path && each.shown === shown) === index);
}

/** The places in the schema that hold a text, and what each names. Null if the schema does not say. */
export function textsOf(schema: z.core.$ZodType = profileSchema, path = ''): { path: string; names: Names | null }[] {
  const { def } = schemaOf(schema);
  if (def.type === 'object') return Object.entries(def.shape).flatMap(([key, inner]) => textsOf(inner, under(path, key)));
  if (def.type === 'array') return textsOf(def.element, path);
  if (def.type === 'record') return [...textsOf(def.keyType, path), ...textsOf(def.valueType, path)];
  if (def.type === 'optional') return textsOf(def.innerType, path);
  if (def.type === 'union') return def.options.flatMap((option) => textsOf(option, path));
  return def.type === 'string' ? [{ path, names: naming.get(schema)?.names ?? null }] : [];
}

function saidIn(schema: z.core.$ZodType, value: unknown, path: string): ProfileEntry[] {
  const { def } = schemaOf(schema);
  if (value === undefined) return [];
  if (def.type === 'object')
    return isRecord(value) ? Object.entries(def.shape).flatMap(([key, inner]) => saidIn(inner, value[key], under(path, key))) : [];
  if (def.type === 'array') return Array.isArray(value) ? value.flatMap((each: unknown) => saidIn(def.element, each, path)) : [];
  if (def.type === 'record')
    return isRecord(value)
      ? Object.entries(value).flatMap(([key, each]) => [...saidIn(def.keyType, key, path), ...saidIn(def.valueType, each, path)])
      : [];
  if (def.type === 'optional') return saidIn(def.innerType, value, path);
  if (def.type === 'union') {
    const option = def.options.find((each) => z.safeParse(each, value).success);
    return option ? saidIn(option, value, path) : [];
  }
  return isPlain(value) ? [{ path, names: naming.get(schema)?.names ?? null, value }] : [];
}

function destinationOf(names: Names | null, value: string): { host: string; shown: string } | null {
  switch (names) {
    case 'gateway':
      return { host: splitHost(value).host, shown: value };
    case 'host':
      return { host: value, shown: value };
    case 'address': {
      const url = new URL(value);
      return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), shown: url.host };
    }
    case 'pin':
    case 'authority':
    case 'words':
    case null:
      return null;
  }
}

const under = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
/** The schemas that profiles consist of, by zod's type names. */
const schemaOf = (schema: z.core.$ZodType): { def: z.core.$ZodTypes['_zod']['def'] } => (schema as z.core.$ZodTypes)._zod;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): value is ProfileEntry['value'] => ['string', 'number', 'boolean'].includes(typeof value);
