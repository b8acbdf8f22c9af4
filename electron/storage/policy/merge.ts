import type * as z from 'zod/mini';
import { isPolicyKey, policyFacts, policyKeys, type PolicyFault, type PolicyKey } from '../../../shared/policy/keys.ts';
import { policyItems, policySchemas, strictPolicy } from '../../../shared/policy/schema.ts';
import type { PolicySource } from './source.ts';

/** What was decided about one key, and by whom. */
export interface Decision {
  readonly key: PolicyKey;
  /** Fits the key's schema. */
  readonly value: unknown;
  readonly source: PolicySource;
  /** Places that say something else, or the same, and do not count, best first. */
  readonly overrides: readonly { place: string; value: unknown }[];
}

/** A part of a policy that does not count. `key` may be a path (`profiles.2`), and is null where it is all of a place. */
export interface Fault {
  readonly place: string;
  readonly key: string | null;
  readonly why: PolicyFault;
  readonly detail?: string;
}

export interface Merged {
  readonly decisions: ReadonlyMap<PolicyKey, Decision>;
  readonly faults: readonly Fault[];
}

/**
 * Decides on every key: the first of the sources that has it counts. A value that is not understood unlocks nothing: what it
 * was meant to forbid is forbidden (`strictPolicy`), and no lower source counts instead. The same holds for each such key
 * when all of a source is damaged. Pure.
 *
 * @param sources best first
 */
export function mergePolicy(sources: readonly PolicySource[]): Merged {
  const faults: Fault[] = sources.flatMap((source) => faultsOf(source));
  const decisions = new Map<PolicyKey, Decision>();
  for (const key of policyKeys) {
    const candidates = sources.flatMap((source) => candidateOf(key, source, faults));
    const [first, ...rest] = candidates;
    if (!first) continue;
    const overrides = rest.flatMap(({ source, value, isWritten }) => (isWritten ? [{ place: source.place, value }] : []));
    decisions.set(key, { key, value: first.value, source: first.source, overrides });
  }
  return { decisions, faults };
}

/** What is wrong with a place as a whole, and its names that nobody knows. */
function faultsOf(source: PolicySource): Fault[] {
  const { place, state, detail, values } = source;
  if (state === 'absent') return [];
  if (state !== 'read') return [{ place, key: null, why: state, ...(detail !== undefined && { detail }) }];
  const unknown = Object.keys(values).filter((key) => !isPolicyKey(key));
  const unused = Object.keys(values).filter((key) => !source.byPerson && isPolicyKey(key) && policyFacts[key].retired === true);
  const foreign = source.byPerson ? Object.keys(values).filter((key) => isPolicyKey(key) && policyFacts[key].personal !== true) : [];
  return [
    ...source.faults.map((fault) => ({ place, ...fault })),
    ...unknown.map((key) => ({ place, key, why: 'unknown' as const })),
    ...unused.map((key) => ({ place, key, why: 'unused' as const })),
    ...foreign.map((key) => ({ place, key, why: 'not-administrators' as const })),
  ];
}

interface Candidate {
  source: PolicySource;
  value: unknown;
  /** The place has the key, and this is not only what its damage counts as. */
  isWritten: boolean;
}

/** What a source says about a key: none or one. */
function candidateOf(key: PolicyKey, source: PolicySource, faults: Fault[]): Candidate[] {
  if (source.byPerson && policyFacts[key].personal !== true) return [];
  // A person's mistake in what is theirs forbids nothing: it counts as not set
  const strict = source.byPerson ? undefined : strictValueOf(key);
  // Which gateways a damaged policy allowed is not known. No new profile can be added then, so there can be no new ones
  if (source.asBefore) return [];
  if (source.state === 'unreadable')
    return strict === undefined || key === 'allowedGateways' ? [] : [{ source, value: strict, isWritten: false }];
  if (source.state !== 'read') return [];
  const isLost = source.faults.some((fault) => fault.key === key);
  if (!isLost && !Object.hasOwn(source.values, key)) return [];
  const read = isLost ? undefined : readValue(key, source.values[key], (path, why) => faults.push({ place: source.place, key: path, why }));
  const value = read ?? strict;
  return value === undefined ? [] : [{ source, value, isWritten: true }];
}

/** A value as far as it is right; undefined if nothing of it is. Names what is not. */
function readValue(key: PolicyKey, raw: unknown, fault: (path: string, why: PolicyFault) => void): unknown {
  const schema: z.ZodMiniType = policySchemas[key];
  const whole = schema.safeParse(raw);
  const { kind } = policyFacts[key];
  if (whole.success) {
    if (kind === 'fields')
      for (const name of Object.keys(recordOf(raw))) if (!Object.hasOwn(recordOf(whole.data), name)) fault(`${key}.${name}`, 'unknown');
    return whole.data;
  }
  const parts = kind === 'list' ? rightItems(key, raw, fault) : kind === 'fields' ? rightFields(key, schema, raw, fault) : undefined;
  if (parts === undefined) fault(key, 'wrong');
  return parts;
}

function rightItems(key: PolicyKey, raw: unknown, fault: (path: string, why: PolicyFault) => void): unknown[] | undefined {
  const schema: z.ZodMiniType | undefined = key === 'profiles' || key === 'allowedGateways' ? policyItems[key] : undefined;
  if (!Array.isArray(raw) || !schema) return undefined;
  const items: readonly unknown[] = raw;
  const whole: z.ZodMiniType = policySchemas[key];
  const right = items.filter((item, index) => {
    const isRight = schema.safeParse(item).success;
    if (!isRight) fault(`${key}.${index}`, 'wrong');
    return isRight;
  });
  // Too many: which of them were meant cannot be told
  return whole.safeParse(right).success ? right : undefined;
}

function rightFields(key: PolicyKey, schema: z.ZodMiniType, raw: unknown, fault: (path: string, why: PolicyFault) => void): unknown {
  const entries = Object.entries(recordOf(raw));
  if (entries.length === 0) return undefined;
  const right = entries.filter(([name, value]) => {
    const read = schema.safeParse({ [name]: value });
    const isRight = read.success && Object.hasOwn(recordOf(read.data), name);
    if (!isRight) fault(`${key}.${name}`, read.success ? 'unknown' : 'wrong');
    return isRight;
  });
  return schema.safeParse(Object.fromEntries(right)).data;
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

function strictValueOf(key: PolicyKey): unknown {
  return Object.entries(strictPolicy).find(([name]) => name === key)?.[1];
}
