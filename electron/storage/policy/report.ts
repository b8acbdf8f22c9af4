import { plainLine } from '../../../shared/plain-text.ts';
import type { PolicyDecision, PolicyFaultReport } from '../../../shared/policy/report.ts';
import type { Fault } from './merge.ts';
import type { PolicyInForce } from './policy.ts';

/** The longest value and the most faults that are shown. */
const maxValue = 400;
const maxFaults = 50;

/** Everything that the policy decides, in the order of its keys, as people read it. */
export function decisionsIn({ decisions }: PolicyInForce): PolicyDecision[] {
  return [...decisions.values()].map(({ key, value, source, overrides }) => ({
    key,
    value: shown(value),
    place: plainLine(source.place),
    level: source.level,
    overrides: overrides.map((other) => ({ place: plainLine(other.place), value: shown(other.value) })),
  }));
}

/** What does not count, as people read it. */
export function faultsIn(faults: readonly Fault[]): PolicyFaultReport[] {
  return faults.slice(0, maxFaults).map(({ place, key, why, detail }) => ({
    place: plainLine(place),
    key: key === null ? null : plainLine(key).slice(0, 100),
    why,
    ...(detail !== undefined && { detail: plainLine(detail).slice(0, maxValue) }),
  }));
}

function shown(value: unknown): string {
  const text = plainLine(textOf(value));
  return text.length > maxValue ? `${text.slice(0, maxValue)}…` : text;
}

/** A list of texts, or several texts, without the marks of JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = typeof value === 'object' && value !== null ? Object.values(value).map(nameOf) : [];
  return parts.length > 0 && parts.every((part) => part !== null) ? parts.join(', ') : JSON.stringify(value);
}

/** A text; of a campus its address, name or id, whichever the policy has. */
function nameOf(part: unknown): string | null {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return null;
  const { address, name, id }: { address?: unknown; name?: unknown; id?: unknown } = part;
  return [address, name, id].find((text) => typeof text === 'string') ?? null;
}
