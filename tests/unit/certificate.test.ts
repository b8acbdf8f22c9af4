import type { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Trust } from '../../shared/profile.ts';
import { createJudge, spkiSha256, type Accepted, type Presented, type Verdict } from '../../electron/trust/certificate.ts';
import { dayMs, Extension, issue, newKeys, type Issued } from './support/issuer.ts';

const host = 'vpn.campus.test';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

let root: Issued;
let stranger: Issued;

beforeAll(async () => {
  root = await issue(null, { name: 'CN=Campus Root', authority: {} });
  stranger = await issue(null, { name: 'CN=Another Root', authority: {} });
});

const authority = (): Trust => ({ kind: 'authority', pem: root.pem });
const presented = (chain: Issued[], more: Partial<Presented> = {}): Presented => ({
  host,
  chain: chain.map(({ certificate }) => certificate),
  systemTrusts: false,
  ...more,
});
const judge = (trust: Trust, accepted: Accepted | null = null, at = Date.now()) =>
  createJudge({ trust, accepted: (asked) => (asked === host ? accepted : null), now: () => at });
const acceptedOf = (certificate: X509Certificate): Accepted => ({ sha256: certificate.fingerprint256, key: spkiSha256(certificate) });
/** The verdict in one word: its kind, or the code of the refusal. */
const word = (verdict: Verdict) => (verdict.kind === 'refuse' ? verdict.failure.code : verdict.kind);

describe('trust in the system', () => {
  const trust: Trust = { kind: 'system' };

  it('accepts what the system trusts, and asks about what nobody vouches for, with its fingerprint', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(judge(trust)(presented([leaf], { systemTrusts: true }))).toEqual({ kind: 'accept' });
    const verdict = judge(trust)(presented([leaf]));
    const failure = { code: 'certificate-untrusted', params: { host, sha256: leaf.certificate.fingerprint256 } };
    expect(verdict).toEqual({ kind: 'ask', failure });
    expect(leaf.certificate.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('takes back a certificate that the person accepted, and refuses another in its place', async () => {
    const [before, after] = [await issue(null, { dns: [host] }), await issue(null, { dns: [host] })];
    const remembering = judge(trust, acceptedOf(before.certificate));
    expect(word(remembering(presented([before])))).toBe('accept');
    expect(remembering(presented([after]))).toEqual({
      kind: 'refuse',
      failure: {
        code: 'certificate-changed',
        params: { host, expected: before.certificate.fingerprint256, found: after.certificate.fingerprint256, vouched: 'person' },
      },
    });
    // Renewed with the same key it is the same server
    const renewed = await issue(null, { dns: [host], keys: before.keys });
    expect(renewed.certificate.fingerprint256).not.toBe(before.certificate.fingerprint256);
    expect(word(remembering(presented([renewed])))).toBe('accept');
    // What was accepted for one host says nothing of another
    expect(word(remembering({ ...presented([await issue(null, { dns: ['other.test'] })]), host: 'other.test' }))).toBe('ask');
  });

  it('never asks about a certificate of another host or another time', async () => {
    const other = await issue(stranger, { dns: ['other.test'] });
    const old = await issue(stranger, { dns: [host], notAfter: new Date(Date.now() - 1000) });
    const early = await issue(stranger, { dns: [host], notBefore: new Date(Date.now() + dayMs) });
    expect(word(judge(trust)(presented([other])))).toBe('certificate-wrong-host');
    expect(word(judge(trust)(presented([early])))).toBe('certificate-expired');
    const expired = judge(trust, acceptedOf(old.certificate))(presented([old]));
    expect(expired).toMatchObject({ failure: { code: 'certificate-expired', params: { host } } });
    expect(expired).toHaveProperty('failure.params.clockAt');
    expect(expired).toHaveProperty('failure.params.validUntilAt', Date.parse(old.certificate.validTo));
  });

  it('refuses a server that presents nothing', () => {
    expect(word(judge(trust)(presented([])))).toBe('gateway-not-secure');
  });

  it('knows hosts that are addresses', async () => {
    const leaf = await issue(null, { ip: ['127.0.0.1'] });
    expect(word(judge(trust)({ ...presented([leaf]), host: '127.0.0.1' }))).toBe('ask');
    expect(word(judge(trust)({ ...presented([leaf]), host: '127.0.0.2' }))).toBe('certificate-wrong-host');
  });
});

describe("trust in the profile's own authority", () => {
  it('accepts its servers, directly or through authorities below it, root presented or not', async () => {
    const middle = await issue(root, { name: 'CN=Middle', authority: {} });
    const lower = await issue(middle, { name: 'CN=Lower', authority: {} });
    const direct = await issue(root, { dns: [host], usages: [serverAuth] });
    const deep = await issue(lower, { dns: [host] });
    expect(word(judge(authority())(presented([direct])))).toBe('accept');
    expect(word(judge(authority())(presented([direct, root])))).toBe('accept');
    expect(word(judge(authority())(presented([deep, middle, lower])))).toBe('accept');
    expect(word(judge(authority())(presented([deep, lower])))).toBe('ask'); // the middle one is missing
  });

  it('stands beside the system, and takes any certificate of a bundle', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(word(judge(authority())(presented([leaf], { systemTrusts: true })))).toBe('accept');
    expect(word(judge({ kind: 'authority', pem: root.pem + stranger.pem })(presented([leaf])))).toBe('accept');
  });

  it('takes a server that is its own authority', async () => {
    const self = await issue(null, { dns: [host] });
    expect(word(judge({ kind: 'authority', pem: self.pem })(presented([self])))).toBe('accept');
  });

  it("does not take another authority's, even of the same name", async () => {
    const twin = await issue(null, { name: 'CN=Campus Root', authority: {} });
    expect(word(judge(authority())(presented([await issue(stranger, { dns: [host] }), stranger])))).toBe('ask');
    expect(word(judge(authority())(presented([await issue(twin, { dns: [host] }), twin])))).toBe('ask');
  });

  it('does not let a server vouch for servers', async () => {
    const server = await issue(root, { name: 'CN=A server', dns: ['www.campus.test'] });
    const forged = await issue(server, { dns: [host] });
    expect(word(judge(authority())(presented([forged, server, root])))).toBe('ask');
  });

  it('refuses wrong hosts and times before it looks at who signed', async () => {
    const leaf = await issue(root, { dns: [host] });
    expect(word(judge(authority())({ ...presented([leaf]), host: 'evil.test' }))).toBe('certificate-wrong-host');
    expect(word(judge(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-expired');
  });

  it('does not follow an authority that is not valid now', async () => {
    const expired = await issue(root, { name: 'CN=Old', authority: {}, notAfter: new Date(Date.now() - 1000) });
    expect(word(judge(authority())(presented([await issue(expired, { dns: [host] }), expired])))).toBe('ask');
    const leaf = await issue(root, { dns: [host], notAfter: new Date(Date.now() + 90 * dayMs) });
    expect(word(judge(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('ask');
  });

  it('honours how many authorities may stand below one', async () => {
    const none = await issue(root, { name: 'CN=None below', authority: { pathLength: 0 } });
    const below = await issue(none, { name: 'CN=Below', authority: {} });
    expect(word(judge(authority())(presented([await issue(none, { dns: [host] }), none])))).toBe('accept');
    expect(word(judge(authority())(presented([await issue(below, { dns: [host] }), below, none])))).toBe('ask');
  });

  it('honours what a certificate may be used for', async () => {
    const forClients = await issue(root, { name: 'CN=Clients', authority: {}, usages: [clientAuth] });
    expect(word(judge(authority())(presented([await issue(root, { dns: [host], usages: [clientAuth] })])))).toBe('ask');
    expect(word(judge(authority())(presented([await issue(forClients, { dns: [host] }), forClients])))).toBe('ask');
  });

  it('does not follow an authority with a constraint that it cannot honour', async () => {
    const names = new Extension('2.5.29.30', false, Uint8Array.from([0x30, 0x00]));
    const unknown = new Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.from([0x05, 0x00]));
    for (const extension of [names, unknown]) {
      const odd = await issue(root, { name: 'CN=Odd', authority: {}, extensions: [extension] });
      expect(word(judge(authority())(presented([await issue(odd, { dns: [host] }), odd])))).toBe('ask');
    }
    const harmless = new Extension('1.3.6.1.4.1.99999.1', false, Uint8Array.from([0x05, 0x00]));
    const fine = await issue(root, { name: 'CN=Fine', authority: {}, extensions: [harmless] });
    expect(word(judge(authority())(presented([await issue(fine, { dns: [host] }), fine])))).toBe('accept');
  });

  it('comes to an end in a chain that goes in circles', async () => {
    const [keysA, keysB] = [await newKeys(), await newKeys()];
    const a = await issue(null, { name: 'CN=A', authority: {}, keys: keysA });
    const b = await issue(null, { name: 'CN=B', authority: {}, keys: keysB });
    const aByB = await issue(b, { name: 'CN=A', authority: {}, keys: keysA });
    const bByA = await issue(a, { name: 'CN=B', authority: {}, keys: keysB });
    const leaf = await issue(a, { dns: [host] });
    expect(word(judge(authority())(presented([leaf, aByB, bByA, aByB, bByA, a, b])))).toBe('ask');
  });

  it('says of an unreadable authority that the profile is invalid', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => createJudge({ trust: { kind: 'authority', pem }, now: Date.now })).toThrow(
      expect.objectContaining({ failure: { code: 'profile-invalid', params: { key: 'trust' } } }),
    );
  });
});

describe('a pinned key', () => {
  it('is accepted whoever signed it, while its host and time are right', async () => {
    const leaf = await issue(null, { dns: [host] });
    const trust: Trust = { kind: 'pin', spkiSha256: [spkiSha256(leaf.certificate)] };
    expect(word(judge(trust)(presented([leaf])))).toBe('accept');
    expect(word(judge(trust)({ ...presented([leaf]), host: 'other.test' }))).toBe('certificate-wrong-host');
    expect(word(judge(trust, null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-expired');
    const renewed = await issue(root, { dns: [host], keys: leaf.keys });
    expect(word(judge(trust)(presented([renewed])))).toBe('accept');
  });

  it('is never a question: another key is refused, with both, whatever the system or the person says', async () => {
    const [pinned, other] = [await issue(null, { dns: [host] }), await issue(null, { dns: [host] })];
    const expected = spkiSha256(pinned.certificate);
    const trust: Trust = { kind: 'pin', spkiSha256: [expected] };
    const found = spkiSha256(other.certificate);
    for (const systemTrusts of [true, false]) {
      expect(judge(trust, acceptedOf(other.certificate))(presented([other, pinned], { systemTrusts }))).toEqual({
        kind: 'refuse',
        failure: { code: 'certificate-changed', params: { host, expected, found } },
      });
    }
  });
});
