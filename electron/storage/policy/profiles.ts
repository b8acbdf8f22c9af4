import { failureOf } from '../../../shared/failure.ts';
import type { PolicyFaultDetail } from '../../../shared/policy/keys.ts';
import { profileAddressSchema, type ProfileSource } from '../../../shared/policy/schema.ts';
import { readProfile, type Profile, type ReadProfile } from '../../../shared/profile.ts';
import { onlyRootCanChange } from '../../system/root-owned.ts';
import { withoutForbiddenPatterns } from '../host-patterns.ts';
import { readProfileFile } from '../profile-file.ts';
import type { Fault } from './merge.ts';

/** The address of a campus, and the keys that its server may have: SHA-256, base64. */
export interface ProfileAddress {
  readonly address: string;
  readonly pins: readonly string[];
}

export interface PolicyProfiles {
  readonly read: readonly Profile[];
  readonly addresses: readonly ProfileAddress[];
  readonly faults: readonly Omit<Fault, 'place'>[];
}

/**
 * Reads the profiles that a policy holds or names a file of. Drops and names each one that cannot be read or that others than
 * root could have written, and each unused key. Never rejects.
 */
export async function readPolicyProfiles(
  sources: readonly ProfileSource[],
  { wildcardHosts, isAbsolute }: { wildcardHosts: boolean; isAbsolute: (path: string) => boolean },
): Promise<PolicyProfiles> {
  const [read, addresses, faults]: [Profile[], ProfileAddress[], Omit<Fault, 'place'>[]] = [[], [], []];
  for (const [index, source] of sources.entries()) {
    const key = `profiles.${index}`;
    const address = profileAddressSchema.safeParse(source);
    if (address.success) {
      const pins = address.data.pins.map((pin) => pin.replace(/^pin-sha256:/, ''));
      addresses.push({ address: address.data.address, pins });
      continue;
    }
    try {
      const kept = withoutForbiddenPatterns(await readOne(source, isAbsolute), wildcardHosts);
      read.push(kept.profile);
      faults.push(...kept.dropped.map((name) => ({ key: `${key}.${name}`, why: 'wrong' as const })));
    } catch (error) {
      faults.push({ key, why: 'profile', detail: whyNot(error) });
    }
  }
  return { read, addresses, faults };
}

/** Nobody may read it as a profile. */
class Unusable extends Error {
  constructor(readonly why: PolicyFaultDetail) {
    super(why);
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Unusable) return error.why;
  const { code, detail } = failureOf(error);
  return code === 'internal' ? (detail ?? code) : code;
}

async function readOne(source: ProfileSource, isAbsolute: (path: string) => boolean): Promise<ReadProfile> {
  if (typeof source !== 'string') return readProfile(JSON.stringify(source));
  if (!isAbsolute(source)) throw new Unusable('not a path of this system');
  if (!(await onlyRootCanChange(source))) throw new Unusable('missing, or others than an administrator could have written it');
  return readProfileFile(source);
}
