import type { PolicyFault } from '../../../shared/policy/keys.ts';

/** What one place says, as it says it. Nothing is checked yet but who could have written it. */
export interface PolicySource {
  /** As administrators know it: a file, a key of the registry, a domain of preferences. */
  readonly place: string;
  /** `enforced`: people cannot change it. `default`: it counts until they choose otherwise. */
  readonly level: 'enforced' | 'default';
  /** People can write it themselves, so only the settings that are theirs count. */
  readonly byPerson: boolean;
  /**
   * `read`: `values` hold what it says. `absent`: there is no policy there. `untrusted`: others than an administrator could
   * have written it, so nothing of it counts. `unreadable`: an administrator wrote it, and it is damaged.
   */
  readonly state: 'read' | 'absent' | 'untrusted' | 'unreadable';
  /** It was read before in this run, and what it said then still counts. */
  readonly asBefore?: true;
  /** For the help desk: why it is not `read`. */
  readonly detail?: string;
  /** By key. Values are as in JSON. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Faults that the place itself has, such as a value of a kind that no JSON has. */
  readonly faults: readonly { key: string; why: PolicyFault }[];
}

/** A place that holds no policy. */
export const absent = (place: string, level: PolicySource['level']): PolicySource => ({
  place,
  level,
  byPerson: false,
  state: 'absent',
  values: {},
  faults: [],
});
