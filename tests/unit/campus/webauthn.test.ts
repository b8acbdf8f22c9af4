import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSecurityKeys, type SecurityKeys } from '../../../campus/factors/security-keys.ts';
import type { Assertion, Registration } from '../../../campus/factors/webauthn.ts';
import { createLockout } from '../../../campus/lockout.ts';
import { ana, mei, openTestServices, type TestServices } from '../../support/campus/campus-services.ts';

/** Security keys against answers that no honest browser or key would send. */
const origin = 'https://duo.campus.test:8443';
let services: TestServices;
let keys: SecurityKeys;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  await services.store.update((draft) => {
    draft.securityKeys = [];
    draft.tries = [];
  });
  const lockout = createLockout({ store: services.store, now: services.now, failures: 3 });
  keys = createSecurityKeys({
    ...services,
    lockout,
    domain: 'campus.test',
    hosts: ['2fa.campus.test', 'duo.campus.test'],
    issuer: 'Campus',
  });
});

interface Wishes {
  type: string;
  challenge: string;
  origin: string;
  domain: string;
  flags: number;
  signCount: number;
}

/** A key that answers as a test wishes. */
class Key {
  readonly id = createHash('sha256').update(String(Math.random())).digest();
  readonly pair;
  constructor(readonly algorithm: -7 | -8 | -257 = -7) {
    this.pair =
      algorithm === -7
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : algorithm === -8
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('rsa', { modulusLength: 2048 });
  }

  register(wishes: Partial<Wishes> & { challenge: string }): Registration {
    const { clientData, head } = parts({ type: 'webauthn.create', origin: 'https://2fa.campus.test', flags: 0x41, ...wishes });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const authenticatorData = Buffer.concat([head, Buffer.alloc(16), length, this.id, Buffer.from('cose')]);
    return {
      credentialId: this.id.toString('base64url'),
      clientData: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      publicKey: this.pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
      algorithm: this.algorithm,
    };
  }

  prove(wishes: Partial<Wishes> & { challenge: string }, by: KeyObject = this.pair.privateKey): Assertion {
    const { clientData, head } = parts({ type: 'webauthn.get', ...wishes });
    const signed = Buffer.concat([head, createHash('sha256').update(clientData).digest()]);
    return {
      credentialId: this.id.toString('base64url'),
      clientData: clientData.toString('base64url'),
      authenticatorData: head.toString('base64url'),
      signature: sign(this.algorithm === -8 ? null : 'sha256', signed, by).toString('base64url'),
    };
  }
}

function parts(wishes: Partial<Wishes>): { clientData: Buffer; head: Buffer } {
  const all = { origin, domain: 'campus.test', flags: 0x01, signCount: 0, ...wishes };
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(all.signCount);
  return {
    clientData: Buffer.from(JSON.stringify({ type: all.type, challenge: all.challenge, origin: all.origin })),
    head: Buffer.concat([createHash('sha256').update(all.domain).digest(), Buffer.from([all.flags]), counter]),
  };
}

async function enrolled(algorithm?: -7 | -8 | -257, signCount = 0): Promise<Key> {
  const key = new Key(algorithm);
  const { challenge } = keys.request('add', mei.userId);
  await keys.add(mei.userId, 'My key', challenge, key.register({ challenge, signCount }));
  return key;
}

test.each([-7, -8, -257] as const)('a key of algorithm %d signs its person in', async (algorithm) => {
  const key = await enrolled(algorithm);
  const { challenge, known } = keys.request('prove', mei.userId);
  expect(known).toEqual([key.id.toString('base64url')]);
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge }))).toBe(true);
});

test.each<[string, Partial<Wishes>]>([
  ['another challenge', { challenge: 'A'.repeat(43) }],
  ['a page elsewhere', { origin: 'https://duo.campus.test.evil.example' }],
  ['a page without TLS', { origin: 'http://duo.campus.test' }],
  ['another domain', { domain: 'evil.example' }],
  ['another kind of question', { type: 'webauthn.create' }],
  ['nobody’s touch', { flags: 0 }],
])('an answer to %s signs nobody in', async (_what, wishes) => {
  const key = await enrolled();
  const { challenge } = keys.request('prove', mei.userId);
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge, ...wishes }))).toBe(false);
});

test('another key’s signature, another person’s key, and bytes that are no answer sign nobody in', async () => {
  const key = await enrolled();
  const { challenge } = keys.request('prove', mei.userId);
  const right = key.prove({ challenge });
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge }, new Key().pair.privateKey))).toBe(false);
  expect(await keys.check(ana.userId, challenge, right)).toBe(false);
  expect(await keys.check(mei.userId, challenge, { ...right, authenticatorData: 'AAAA' })).toBe(false);
  expect(services.store.document.tries.find(({ userId }) => userId === mei.userId)?.passcode).toBe(2);
});

test('a counter that does not grow means a copied key, which is refused', async () => {
  const key = await enrolled(-7, 4);
  const { challenge } = keys.request('prove', mei.userId);
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge, signCount: 4 }))).toBe(false);
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge, signCount: 5 }))).toBe(true);
  expect(await keys.check(mei.userId, challenge, key.prove({ challenge, signCount: 5 }))).toBe(false);
});

test('wrong answers count as attempts, and lock the account', async () => {
  const key = await enrolled();
  const { challenge } = keys.request('prove', mei.userId);
  const wrong = key.prove({ challenge: 'A'.repeat(43) });
  for (let tries = 0; tries < 2; tries++) expect(await keys.check(mei.userId, challenge, wrong)).toBe(false);
  for (const answer of [wrong, key.prove({ challenge })]) {
    await expect(keys.check(mei.userId, challenge, answer)).rejects.toMatchObject({ failure: { code: 'account-locked' } });
  }
});

test.each<[string, Partial<Wishes>, Partial<Registration>]>([
  ['another challenge', { challenge: 'A'.repeat(43) }, {}],
  ['a page elsewhere', { origin: 'https://evil.example' }, {}],
  ['an answer without a key', { flags: 0x01 }, {}],
  ['another key’s ID', {}, { credentialId: 'AAAA' }],
  ['a public key that is none', {}, { publicKey: 'AAAA' }],
  ['a public key of another algorithm', {}, { algorithm: -257 }],
])('no key is added for %s', async (_what, wishes, changes) => {
  const { challenge } = keys.request('add', mei.userId);
  const answer = { ...new Key().register({ challenge, ...wishes }), ...changes };
  await expect(keys.add(mei.userId, 'My key', challenge, answer)).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
  expect(keys.keys(mei.userId)).toEqual([]);
});

test('a key is added once, and removed by its person only', async () => {
  const key = await enrolled();
  const { challenge } = keys.request('add', ana.userId);
  await expect(keys.add(ana.userId, 'Mine', challenge, key.register({ challenge }))).rejects.toMatchObject({
    failure: { code: 'request-invalid' },
  });
  const [known] = keys.keys(mei.userId);
  await expect(keys.remove(ana.userId, known?.id ?? '')).rejects.toMatchObject({ failure: { code: 'request-invalid' } });
  await keys.remove(mei.userId, known?.id ?? '');
  expect(keys.keys(mei.userId)).toEqual([]);
});
