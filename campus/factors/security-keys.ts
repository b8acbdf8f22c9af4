import { createHash } from 'node:crypto';
import { fail } from '../../shared/failure.ts';
import type { Now } from '../clock.ts';
import type { Lockout } from '../lockout.ts';
import { newId, newToken } from '../secrets.ts';
import type { Store } from '../store.ts';
import { deviceName } from './devices.ts';
import { checkAssertion, checkRegistration, keyAlgorithms, type Assertion, type Expected, type Registration } from './webauthn.ts';

/** A security key, without what proves it. */
export interface SecurityKey {
  readonly id: string;
  readonly name: string;
  readonly addedAt: number;
}

/** What the pages' script passes to the browser. Binary values are base64url. */
export interface KeyRequest {
  readonly kind: 'add' | 'prove';
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly algorithms: readonly number[];
  /** The person's keys. */
  readonly known: readonly string[];
  readonly timeoutMs: number;
}

export interface SecurityKeys {
  keys(userId: string): SecurityKey[];
  /** A request for a page. The page's session keeps its challenge, for one answer. */
  request(kind: KeyRequest['kind'], userId: string): KeyRequest;
  /** Adds a key. Rejects with `request-invalid` when the answer does not fit the challenge, or the key is known already. */
  add(userId: string, name: string, challenge: string, answer: Registration): Promise<void>;
  /** Checks a sign-in with a key. It counts as an attempt with a passcode. Rejects with `account-locked` (params: untilAt). */
  check(userId: string, challenge: string, answer: Assertion): Promise<boolean>;
  /** Rejects with `request-invalid` when the person has no such key. */
  remove(userId: string, keyId: string): Promise<void>;
}

const timeoutMs = 60_000;

export interface SecurityKeyOptions {
  store: Store;
  lockout: Lockout;
  now: Now;
  /** The campus's domain, which its keys belong to, and the hosts that ask for them. */
  domain: string;
  hosts: readonly string[];
  /** What browsers call the campus. */
  issuer: string;
}

/** Security keys: added in the device portal, used on Duo's page. */
export function createSecurityKeys({ store, lockout, now, domain, hosts, issuer }: SecurityKeyOptions): SecurityKeys {
  const expected = (challenge: string): Expected => ({ challenge, domain, hosts });
  const recordsOf = (userId: string) => store.document.securityKeys.filter((key) => key.userId === userId);

  return {
    keys: (userId) => recordsOf(userId).map(({ id, name, addedAt }) => ({ id, name, addedAt })),

    request: (kind, userId) => ({
      kind,
      challenge: newToken(),
      rp: { id: domain, name: issuer },
      // A key keeps this: it must not name the person (section 14.6.1)
      user: { id: createHash('sha256').update(userId).digest('base64url'), name: userId, displayName: userId },
      algorithms: keyAlgorithms,
      known: recordsOf(userId).map(({ credentialId }) => credentialId),
      timeoutMs,
    }),

    async add(userId, typedName, challenge, answer) {
      const name = deviceName(typedName);
      const checked = checkRegistration(answer, expected(challenge));
      if (!checked) throw fail('request-invalid', undefined, { detail: 'the key does not answer this page' });
      const { credentialId, publicKey, algorithm } = answer;
      await store.update((draft) => {
        if (draft.securityKeys.some((key) => key.credentialId === credentialId))
          throw fail('request-invalid', undefined, { detail: 'this key is known already' });
        draft.securityKeys.push({ id: newId(), userId, name, credentialId, publicKey, algorithm, addedAt: now(), ...checked });
      });
    },

    async check(userId, challenge, answer) {
      const outcome = await lockout.attempt(userId, 'passcode', () =>
        store.update((draft) => {
          const key = draft.securityKeys.find((other) => other.userId === userId && other.credentialId === answer.credentialId);
          const checked = key ? checkAssertion(answer, key, expected(challenge)) : null;
          if (key && checked) key.signCount = checked.signCount;
          return checked !== null;
        }),
      );
      const untilAt = lockout.lockedUntil(userId);
      if (untilAt !== null) throw fail('account-locked', { untilAt });
      return outcome === 'right';
    },

    async remove(userId, keyId) {
      await store.update((draft) => {
        const rest = draft.securityKeys.filter((key) => key.userId !== userId || key.id !== keyId);
        if (rest.length === draft.securityKeys.length) throw fail('request-invalid', undefined, { detail: 'no such key' });
        draft.securityKeys = rest;
      });
    },
  };
}
