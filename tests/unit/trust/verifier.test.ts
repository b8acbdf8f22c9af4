import { describe, expect, it } from 'vitest';
import type { Trust } from '../../../shared/profile.ts';
import { createVerifier, spkiSha256 } from '../../../electron/trust/verifier.ts';
import { dayMs, Extension, issue, newKeys } from '../../support/issuer.ts';
import { host, root, stranger, authority, presented, verifier, acceptedOf, word } from '../../support/verifier-bench.ts';

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

describe('trust in the system', () => {
  const trust: Trust = { kind: 'system' };

  it('a certificate that the system trusts is accepted, and one that nobody vouches for is asked about, with its fingerprint', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(verifier(trust)(presented([leaf], { systemTrusts: true }))).toEqual({ kind: 'accept' });
    const verdict = verifier(trust)(presented([leaf]));
    const failure = { code: 'certificate-untrusted', params: { host, sha256: leaf.certificate.fingerprint256 } };
    expect(verdict).toEqual({ kind: 'ask', failure });
    expect(leaf.certificate.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('a certificate that the person accepted is accepted again, and another in its place refused', async () => {
    const [before, after] = [await issue(null, { dns: [host] }), await issue(null, { dns: [host] })];
    const remembering = verifier(trust, acceptedOf(before.certificate));
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

  it('a certificate for another host or another time is never asked about', async () => {
    const other = await issue(stranger, { dns: ['other.test'] });
    const old = await issue(stranger, { dns: [host], notAfter: new Date(Date.now() - 1000) });
    const early = await issue(stranger, { dns: [host], notBefore: new Date(Date.now() + dayMs) });
    expect(word(verifier(trust)(presented([other])))).toBe('certificate-wrong-host');
    expect(word(verifier(trust)(presented([early])))).toBe('certificate-expired');
    const expired = verifier(trust, acceptedOf(old.certificate))(presented([old]));
    expect(expired).toMatchObject({ failure: { code: 'certificate-expired', params: { host } } });
    expect(expired).toHaveProperty('failure.params.clockAt');
    expect(expired).toHaveProperty('failure.params.validUntilAt', Date.parse(old.certificate.validTo));
  });

  it('a server without a certificate is refused', () => {
    expect(word(verifier(trust)(presented([])))).toBe('gateway-not-secure');
  });

  it('hosts that are IP addresses are verified', async () => {
    const leaf = await issue(null, { ip: ['127.0.0.1'] });
    expect(word(verifier(trust)({ ...presented([leaf]), host: '127.0.0.1' }))).toBe('ask');
    expect(word(verifier(trust)({ ...presented([leaf]), host: '127.0.0.2' }))).toBe('certificate-wrong-host');
  });
});

describe("trust in the profile's own authority", () => {
  it('an authority vouches for its servers, directly or through intermediates, with or without the root', async () => {
    const middle = await issue(root, { name: 'CN=Middle', authority: {} });
    const lower = await issue(middle, { name: 'CN=Lower', authority: {} });
    const direct = await issue(root, { dns: [host], usages: [serverAuth] });
    const deep = await issue(lower, { dns: [host] });
    expect(word(verifier(authority())(presented([direct])))).toBe('accept');
    expect(word(verifier(authority())(presented([direct, root])))).toBe('accept');
    expect(word(verifier(authority())(presented([deep, middle, lower])))).toBe('accept');
    expect(word(verifier(authority())(presented([deep, lower])))).toBe('certificate-incomplete'); // the middle one is missing
  });

  it('the profile’s authority counts besides the system’s, and so does every certificate of a bundle', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(word(verifier(authority())(presented([leaf], { systemTrusts: true })))).toBe('accept');
    expect(word(verifier({ kind: 'authority', pem: root.pem + stranger.pem })(presented([leaf])))).toBe('accept');
  });

  it('a server that is its own authority is accepted', async () => {
    const self = await issue(null, { dns: [host] });
    expect(word(verifier({ kind: 'authority', pem: self.pem })(presented([self])))).toBe('accept');
  });

  it('another authority is not accepted, even with the same name', async () => {
    const twin = await issue(null, { name: 'CN=Campus Root', authority: {} });
    expect(word(verifier(authority())(presented([await issue(stranger, { dns: [host] }), stranger])))).toBe('certificate-untrusted');
    expect(word(verifier(authority())(presented([await issue(twin, { dns: [host] }), twin])))).toBe('certificate-untrusted');
  });

  it('a server’s certificate cannot vouch for other servers', async () => {
    const server = await issue(root, { name: 'CN=A server', dns: ['www.campus.test'] });
    const forged = await issue(server, { dns: [host] });
    expect(word(verifier(authority())(presented([forged, server, root])))).toBe('certificate-untrusted');
  });

  it('host and dates are checked before the signature', async () => {
    const leaf = await issue(root, { dns: [host] });
    expect(word(verifier(authority())({ ...presented([leaf]), host: 'evil.test' }))).toBe('certificate-wrong-host');
    expect(word(verifier(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-expired');
  });

  it('an authority outside its dates is not used', async () => {
    const expired = await issue(root, { name: 'CN=Old', authority: {}, notAfter: new Date(Date.now() - 1000) });
    expect(word(verifier(authority())(presented([await issue(expired, { dns: [host] }), expired])))).toBe('certificate-untrusted');
    const leaf = await issue(root, { dns: [host], notAfter: new Date(Date.now() + 90 * dayMs) });
    expect(word(verifier(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-untrusted');
  });

  it('an authority’s path length is respected', async () => {
    const none = await issue(root, { name: 'CN=None below', authority: { pathLength: 0 } });
    const below = await issue(none, { name: 'CN=Below', authority: {} });
    expect(word(verifier(authority())(presented([await issue(none, { dns: [host] }), none])))).toBe('accept');
    expect(word(verifier(authority())(presented([await issue(below, { dns: [host] }), below, none])))).toBe('certificate-untrusted');
  });

  it('a certificate’s extended key usage is respected', async () => {
    const forClients = await issue(root, { name: 'CN=Clients', authority: {}, usages: [clientAuth] });
    expect(word(verifier(authority())(presented([await issue(root, { dns: [host], usages: [clientAuth] })])))).toBe(
      'certificate-untrusted',
    );
    expect(word(verifier(authority())(presented([await issue(forClients, { dns: [host] }), forClients])))).toBe('certificate-untrusted');
  });

  it('an authority with an unknown critical extension is refused', async () => {
    const names = new Extension('2.5.29.30', false, Uint8Array.from([0x30, 0x00]));
    const unknown = new Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.from([0x05, 0x00]));
    for (const extension of [names, unknown]) {
      const odd = await issue(root, { name: 'CN=Odd', authority: {}, extensions: [extension] });
      expect(word(verifier(authority())(presented([await issue(odd, { dns: [host] }), odd])))).toBe('certificate-untrusted');
    }
    const harmless = new Extension('1.3.6.1.4.1.99999.1', false, Uint8Array.from([0x05, 0x00]));
    const fine = await issue(root, { name: 'CN=Fine', authority: {}, extensions: [harmless] });
    expect(word(verifier(authority())(presented([await issue(fine, { dns: [host] }), fine])))).toBe('accept');
  });

  it('a chain that goes in circles is verified to an end', async () => {
    const [keysA, keysB] = [await newKeys(), await newKeys()];
    const a = await issue(null, { name: 'CN=A', authority: {}, keys: keysA });
    const b = await issue(null, { name: 'CN=B', authority: {}, keys: keysB });
    const aByB = await issue(b, { name: 'CN=A', authority: {}, keys: keysA });
    const bByA = await issue(a, { name: 'CN=B', authority: {}, keys: keysB });
    const leaf = await issue(a, { dns: [host] });
    expect(word(verifier(authority())(presented([leaf, aByB, bByA, aByB, bByA, a, b])))).toBe('certificate-untrusted');
  });

  it('an unreadable authority fails as profile-invalid', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => createVerifier({ trust: { kind: 'authority', pem }, now: Date.now })).toThrow(
      expect.objectContaining({ failure: { code: 'profile-invalid', params: { key: 'trust' } } }),
    );
  });
});

describe('incomplete chains', () => {
  /** Where a public authority's certificates say that their issuer's can be fetched (RFC 5280, 4.2.2.1). */
  const fetchable = (): Extension => {
    const address = Buffer.from('http://ca.test/middle.crt');
    const method = Buffer.from('06082b06010505073002', 'hex');
    const access = Buffer.concat([
      Buffer.from([0x30, method.length + 2 + address.length]),
      method,
      Buffer.from([0x86, address.length]),
      address,
    ]);
    return new Extension('1.3.6.1.5.5.7.1.1', false, Uint8Array.from([0x30, access.length, ...access]));
  };

  it('a chain with a gap is reported as incomplete, with the issuer whose certificate is missing', async () => {
    const middle = await issue(root, { name: 'CN=Middle', authority: {} });
    const leaf = await issue(middle, { dns: [host] });
    const incomplete = { kind: 'refuse', failure: { code: 'certificate-incomplete', params: { host, issuer: 'CN=Middle' } } };
    expect(verifier(authority())(presented([leaf]))).toEqual(incomplete);
    expect(word(verifier(authority())(presented([leaf, middle])))).toBe('accept');
    const public_ = await issue(middle, { dns: [host], extensions: [fetchable()] });
    expect(verifier({ kind: 'system' })(presented([public_]))).toEqual(incomplete);
    // Vouched for before, it is the campus's slip all the same
    const key = spkiSha256(leaf.certificate);
    const before = createVerifier({ trust: { kind: 'system' }, vouched: () => ({ by: 'system', key }), now: Date.now });
    expect(before(presented([public_]))).toEqual(incomplete);
  });

  it('a chain that ends in a self-signed stranger, or in what may be a campus’s own authority, is not reported as incomplete', async () => {
    const leaf = await issue(stranger, { dns: [host], extensions: [fetchable()] });
    expect(word(verifier(authority())(presented([leaf, stranger])))).toBe('certificate-untrusted');
    expect(word(verifier({ kind: 'system' })(presented([leaf, stranger])))).toBe('ask');
    expect(word(verifier({ kind: 'system' })(presented([await issue(stranger, { dns: [host] })])))).toBe('ask');
  });
});
