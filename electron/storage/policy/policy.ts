import path from 'node:path';
import type * as z from 'zod/mini';
import type { Failure } from '../../../shared/failure.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import type { PolicyKey } from '../../../shared/policy/keys.ts';
import { policySchemas, usualPolicy, type PolicyValue } from '../../../shared/policy/schema.ts';
import type { Profile } from '../../../shared/profile.ts';
import { mergePolicy, type Decision, type Fault } from './merge.ts';
import { readPolicyProfiles, type ProfileAddress } from './profiles.ts';
import type { PolicySource } from './source.ts';

/** The keys that have one plain value. */
type PlainKey = Exclude<PolicyKey, 'profiles'>;

/** What this computer's administrator decides for everybody on it. A profile cannot change any of it. */
export type Policy = {
  readonly [K in PlainKey]: (typeof usualPolicy)[K] extends null ? PolicyValue<K> | null : PolicyValue<K>;
} & {
  /** Profiles that everybody on this computer gets without being asked. */
  readonly profiles: readonly Profile[];
  /** Where more of them are. The app fetches them, because reading a policy never waits for a network. */
  readonly profileAddresses: readonly ProfileAddress[];
};

export const noPolicy: Policy = { ...usualPolicy, profiles: [], profileAddresses: [] };

/** The policy that counts, and how it came to be. */
export interface PolicyInForce {
  readonly policy: Policy;
  readonly decisions: ReadonlyMap<PolicyKey, Decision>;
  readonly faults: readonly Fault[];
  /** What to tell people: `policy-ignored`, `policy-unreadable`, `policy-repaired`, each at most once. */
  readonly notices: readonly Failure[];
}

export const noPolicyInForce: PolicyInForce = { policy: noPolicy, decisions: new Map(), faults: [], notices: [] };

/**
 * The policy that these sources make, best first. Reads the files of its profiles. Never rejects.
 *
 * @param platform whose paths count
 */
export async function policyFrom(sources: readonly PolicySource[], platform: NodeJS.Platform): Promise<PolicyInForce> {
  const merged = mergePolicy(sources);
  const faults: Fault[] = [...merged.faults];
  const decisions = new Map(merged.decisions);
  const paths = path[platform === 'win32' ? 'win32' : 'posix'];
  const isAbsolute = (file: string): boolean => paths.isAbsolute(file);
  const placeOf = (key: PolicyKey): string => decisions.get(key)?.source.place ?? '';
  const take = <T>(key: PolicyKey, schema: z.ZodMiniType<T>): T | null => schema.safeParse(decisions.get(key)?.value).data ?? null;
  /** A path of another system is dropped, as other wrong values are. */
  const takePath = (key: 'library' | 'openconnect' | 'ocproxy' | 'hostCheckWrapper'): string | null => {
    const value = take(key, policySchemas[key]);
    if (value === null || isAbsolute(value)) return value;
    faults.push({ place: placeOf(key), key, why: 'wrong' });
    decisions.delete(key);
    return null;
  };
  const wildcardHosts = take('wildcardHosts', policySchemas.wildcardHosts) ?? usualPolicy.wildcardHosts;
  const profiles = await readPolicyProfiles(take('profiles', policySchemas.profiles) ?? [], { wildcardHosts, isAbsolute });
  faults.push(...profiles.faults.map((fault) => ({ place: placeOf('profiles'), ...fault })));
  const policy: Policy = {
    addProfiles: take('addProfiles', policySchemas.addProfiles) ?? usualPolicy.addProfiles,
    allowedGateways: take('allowedGateways', policySchemas.allowedGateways),
    rememberPasswords: take('rememberPasswords', policySchemas.rememberPasswords) ?? usualPolicy.rememberPasswords,
    keptCodes: take('keptCodes', policySchemas.keptCodes) ?? usualPolicy.keptCodes,
    keepPageSignIns: take('keepPageSignIns', policySchemas.keepPageSignIns) ?? usualPolicy.keepPageSignIns,
    certificates: take('certificates', policySchemas.certificates) ?? usualPolicy.certificates,
    oldTls: take('oldTls', policySchemas.oldTls) ?? usualPolicy.oldTls,
    wildcardHosts,
    sandboxRequired: take('sandboxRequired', policySchemas.sandboxRequired) ?? usualPolicy.sandboxRequired,
    tunnel: take('tunnel', policySchemas.tunnel) ?? usualPolicy.tunnel,
    trustedNetwork: take('trustedNetwork', policySchemas.trustedNetwork) ?? usualPolicy.trustedNetwork,
    keepAlive: take('keepAlive', policySchemas.keepAlive) ?? usualPolicy.keepAlive,
    quickConnect: take('quickConnect', policySchemas.quickConnect) ?? usualPolicy.quickConnect,
    alwaysConnect: take('alwaysConnect', policySchemas.alwaysConnect),
    userAgent: take('userAgent', policySchemas.userAgent),
    reportedSystem: take('reportedSystem', policySchemas.reportedSystem),
    language: take('language', policySchemas.language),
    startAtSignIn: take('startAtSignIn', policySchemas.startAtSignIn),
    updates: take('updates', policySchemas.updates),
    updateChannel: take('updateChannel', policySchemas.updateChannel) ?? usualPolicy.updateChannel,
    updateFeed: take('updateFeed', policySchemas.updateFeed),
    helpDesk: take('helpDesk', policySchemas.helpDesk),
    managedBy: take('managedBy', policySchemas.managedBy),
    logLevel: take('logLevel', policySchemas.logLevel) ?? usualPolicy.logLevel,
    openconnectFrom: take('openconnectFrom', policySchemas.openconnectFrom) ?? usualPolicy.openconnectFrom,
    library: takePath('library'),
    openconnect: takePath('openconnect'),
    ocproxy: takePath('ocproxy'),
    hostCheckWrapper: takePath('hostCheckWrapper'),
    profiles: profiles.read,
    profileAddresses: profiles.addresses,
  };
  return { policy, decisions, faults, notices: noticesOf(faults) };
}

/** The same policy with more that is wrong with it: what shows only when it is carried out. */
export function withFaults(inForce: PolicyInForce, more: readonly Fault[]): PolicyInForce {
  if (more.length === 0) return inForce;
  const faults = [...inForce.faults, ...more];
  return { ...inForce, faults, notices: noticesOf(faults) };
}

/** One notice of each kind. They name the places and, as far as there is room, the keys. */
function noticesOf(faults: readonly Fault[]): Failure[] {
  const whole = (why: 'untrusted' | 'unreadable'): readonly Fault[] => faults.filter((fault) => fault.key === null && fault.why === why);
  // A key that was right once is no reason to trouble people
  const parts = faults.filter((fault) => fault.key !== null && fault.why !== 'unused');
  const files = (these: readonly Fault[]): string => [...new Set(these.map(({ place }) => place))].join(', ').slice(0, 500);
  const details = (these: readonly Fault[]): string => these.flatMap(({ detail }) => detail ?? []).join('; ');
  const [untrusted, unreadable] = [whole('untrusted'), whole('unreadable')];
  const keys = [...new Set(parts.map(({ key }) => plainLine(key ?? '').slice(0, 60)))].join(', ').slice(0, 500);
  return [
    ...(untrusted.length > 0 ? [{ code: 'policy-ignored' as const, params: { file: files(untrusted) } }] : []),
    ...(unreadable.length > 0
      ? [{ code: 'policy-unreadable' as const, params: { file: files(unreadable) }, detail: details(unreadable) }]
      : []),
    ...(parts.length > 0 ? [{ code: 'policy-repaired' as const, params: { file: files(parts), key: keys } }] : []),
  ];
}
