import type { PolicyFault, PolicyFaultDetail, PolicyGroup, PolicyKey } from '../policy/keys.ts';

/** A key of the policy as administrators and people read it. */
export interface PolicyText {
  readonly title: string;
  /** What it does, for an administrator, as plain text. */
  readonly text: string;
  /** What each word of a choice means. */
  readonly choices?: Readonly<Record<string, string>>;
  /** The label of each text of a key that has several. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Everything that is said about the policy, in one language. */
export interface PolicyMessages {
  readonly product: string;
  readonly about: string;
  /** The group of the keys that people can change. */
  readonly recommended: string;
  readonly groups: Readonly<Record<PolicyGroup, string>>;
  readonly keys: Readonly<Record<PolicyKey, PolicyText>>;
  /** Which versions of Causeway read a key. */
  readonly supported: string;
  /** What can be wrong with a place or a key. */
  readonly faults: Readonly<Record<PolicyFault, string>>;
  /** What more can be said of it. It stands in brackets. */
  readonly faultDetails: Readonly<Record<PolicyFaultDetail, string>>;
}
