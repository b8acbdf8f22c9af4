/**
 * What an administrator can decide for everybody on a computer, without the schemas (`schema.ts`), which the window may not
 * import. The titles and descriptions of the keys are in `shared/messages/`, so that whatever lists the keys can
 * show them in the person's language.
 */

/** How a value is written in each place that a policy can be in. */
export type PolicyKind =
  /** JSON and property list: true or false. Registry: REG_DWORD 0 or 1. */
  | 'switch'
  /** One of a few words. Registry: REG_SZ. */
  | 'choice'
  /** One line of text. Registry: REG_SZ. */
  | 'text'
  /** An absolute path. Registry: REG_SZ, never REG_EXPAND_SZ, because people choose what their variables hold. */
  | 'path'
  /** Several lines. Registry: a key with one REG_SZ for each, or REG_MULTI_SZ. */
  | 'list'
  /** Named texts. Registry: a key with one REG_SZ for each. */
  | 'fields';

/** How the keys are grouped in templates and documents. */
export const policyGroups = ['campuses', 'signIn', 'security', 'connection', 'app', 'updates', 'support', 'programs'] as const;
export type PolicyGroup = (typeof policyGroups)[number];

export interface PolicyKeyFacts {
  readonly kind: PolicyKind;
  readonly group: PolicyGroup;
  /** The first version of Causeway that reads it. */
  readonly since: string;
  /** People have a setting of their own for it: a default counts until they choose otherwise. */
  readonly personal?: true;
  /** It counts from the next start of the app. All other keys count from the next Connect at the latest. */
  readonly atStart?: true;
  /** Nothing reads it any more. It is no mistake to have it. */
  readonly retired?: true;
}

const keys = {
  profiles: { kind: 'list', group: 'campuses', since: '0.1.0' },
  addProfiles: { kind: 'switch', group: 'campuses', since: '0.1.0' },
  allowedGateways: { kind: 'list', group: 'campuses', since: '0.1.0' },
  rememberPasswords: { kind: 'switch', group: 'signIn', since: '0.1.0' },
  keptCodes: { kind: 'switch', group: 'signIn', since: '0.1.0' },
  keepPageSignIns: { kind: 'switch', group: 'signIn', since: '0.1.0' },
  certificates: { kind: 'choice', group: 'security', since: '0.1.0' },
  oldTls: { kind: 'choice', group: 'security', since: '0.1.0' },
  wildcardHosts: { kind: 'switch', group: 'security', since: '0.1.0' },
  sandboxRequired: { kind: 'switch', group: 'security', since: '0.1.0', atStart: true },
  tunnel: { kind: 'choice', group: 'connection', since: '0.1.0' },
  trustedNetwork: { kind: 'choice', group: 'connection', since: '0.1.0' },
  keepAlive: { kind: 'choice', group: 'connection', since: '0.1.0' },
  quickConnect: { kind: 'switch', group: 'connection', since: '0.1.0' },
  alwaysConnect: { kind: 'switch', group: 'connection', since: '0.1.0', personal: true },
  userAgent: { kind: 'text', group: 'connection', since: '0.1.0', atStart: true },
  reportedSystem: { kind: 'choice', group: 'connection', since: '0.1.0', atStart: true },
  language: { kind: 'choice', group: 'app', since: '0.1.0', personal: true },
  startAtSignIn: { kind: 'switch', group: 'app', since: '0.1.0', personal: true },
  updates: { kind: 'choice', group: 'updates', since: '0.1.0', personal: true },
  updateChannel: { kind: 'choice', group: 'updates', since: '0.1.0' },
  updateFeed: { kind: 'text', group: 'updates', since: '0.1.0' },
  helpDesk: { kind: 'fields', group: 'support', since: '0.1.0' },
  managedBy: { kind: 'fields', group: 'support', since: '0.1.0' },
  logLevel: { kind: 'choice', group: 'support', since: '0.1.0' },
  openconnectFrom: { kind: 'choice', group: 'programs', since: '0.1.0', atStart: true },
  library: { kind: 'path', group: 'programs', since: '0.1.0', atStart: true },
  openconnect: { kind: 'path', group: 'programs', since: '0.1.0', retired: true },
  ocproxy: { kind: 'path', group: 'programs', since: '0.1.0', retired: true },
  hostCheckWrapper: { kind: 'path', group: 'programs', since: '0.1.0', atStart: true },
} as const satisfies Record<string, PolicyKeyFacts>;

export type PolicyKey = keyof typeof keys;
export const policyFacts: Readonly<Record<PolicyKey, PolicyKeyFacts>> = keys;
/** In the order in which they are shown. */
export const policyKeys = Object.keys(keys) as [PolicyKey, ...PolicyKey[]];

/** The keys that something reads. Templates have only these. */
export const policyKeysInUse: readonly PolicyKey[] = policyKeys.filter((key) => policyFacts[key].retired !== true);

export function isPolicyKey(name: string): name is PolicyKey {
  return Object.hasOwn(keys, name);
}

/** The names of the texts in a key of the kind `fields`. */
export const policyFields = {
  helpDesk: ['name', 'phone', 'email', 'address'],
  managedBy: ['name', 'caption', 'address'],
} as const satisfies Partial<Record<PolicyKey, readonly string[]>>;

/** The version of the policy that this Causeway understands. A file may name it as `version`. */
export const policyVersion = 1;

/** Why a part of a policy does not count. */
export const policyFaults = [
  /** No key of this name. */
  'unknown',
  /** The value is of the wrong kind or not allowed. */
  'wrong',
  /** It stands in one object more than once. */
  'repeated',
  /** A profile's file or address cannot be used. */
  'profile',
  /** It stands where people can write, and is not one of the keys that they may set for themselves. */
  'not-administrators',
  /** Others than an administrator could have written all of it. */
  'untrusted',
  /** All of it cannot be read, or is damaged or too large. */
  'unreadable',
  /** Nothing reads the key any more. */
  'unused',
  /** It was written for a newer version of Causeway. */
  'newer',
] as const;
export type PolicyFault = (typeof policyFaults)[number];

/** What more is said of a fault, in words of ours. A failure's code or a system's own text may stand there too. */
export const policyFaultDetails = [
  'no JSON object',
  'not a file',
  'larger than 2 MiB',
  'not a path of this system',
  'missing, or others than an administrator could have written it',
] as const;
export type PolicyFaultDetail = (typeof policyFaultDetails)[number];
