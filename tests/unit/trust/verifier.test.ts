import type { X509Certificate } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { profileSchema, type Trust } from '../../../shared/profile.ts';
import { ProfileStore } from '../../../electron/app/profiles/profile-store.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import {
  createVerifier,
  spkiSha256,
  type Accepted,
  type CertificateVerifier,
  type Presented,
  type Verdict,
  type Vouched,
} from '../../../electron/trust/verifier.ts';
import { dayMs, Extension, issue, newKeys, type Issued, type CertificateOptions } from '../../support/issuer.ts';

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
const verifier = (trust: Trust, accepted: Accepted | null = null, at = Date.now()) =>
  createVerifier({ trust, accepted: (asked) => (asked === host ? accepted : null), now: () => at });
const acceptedOf = (certificate: X509Certificate): Accepted => ({ sha256: certificate.fingerprint256, key: spkiSha256(certificate) });
/** The verdict in one word: its kind, or the code of the refusal. */
const word = (verdict: Verdict) => (verdict.kind === 'refuse' ? verdict.failure.code : verdict.kind);

describe('trust in the system', () => {
  const trust: Trust = { kind: 'system' };

  it('accepts what the system trusts, and asks about what nobody vouches for, with its fingerprint', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(verifier(trust)(presented([leaf], { systemTrusts: true }))).toEqual({ kind: 'accept' });
    const verdict = verifier(trust)(presented([leaf]));
    const failure = { code: 'certificate-untrusted', params: { host, sha256: leaf.certificate.fingerprint256 } };
    expect(verdict).toEqual({ kind: 'ask', failure });
    expect(leaf.certificate.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('accepts again a certificate that the person accepted, and refuses another in its place', async () => {
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

  it('never asks about a certificate of another host or another time', async () => {
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

  it('refuses a server that presents nothing', () => {
    expect(word(verifier(trust)(presented([])))).toBe('gateway-not-secure');
  });

  it('verifies hosts that are IP addresses', async () => {
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

  it('an authority counts beside the system’s, and any certificate of a bundle counts', async () => {
    const leaf = await issue(stranger, { dns: [host] });
    expect(word(verifier(authority())(presented([leaf], { systemTrusts: true })))).toBe('accept');
    expect(word(verifier({ kind: 'authority', pem: root.pem + stranger.pem })(presented([leaf])))).toBe('accept');
  });

  it('accepts a server that is its own authority', async () => {
    const self = await issue(null, { dns: [host] });
    expect(word(verifier({ kind: 'authority', pem: self.pem })(presented([self])))).toBe('accept');
  });

  it("does not take another authority's, even of the same name", async () => {
    const twin = await issue(null, { name: 'CN=Campus Root', authority: {} });
    expect(word(verifier(authority())(presented([await issue(stranger, { dns: [host] }), stranger])))).toBe('certificate-untrusted');
    expect(word(verifier(authority())(presented([await issue(twin, { dns: [host] }), twin])))).toBe('certificate-untrusted');
  });

  it('does not let a server’s certificate vouch for other servers', async () => {
    const server = await issue(root, { name: 'CN=A server', dns: ['www.campus.test'] });
    const forged = await issue(server, { dns: [host] });
    expect(word(verifier(authority())(presented([forged, server, root])))).toBe('certificate-untrusted');
  });

  it('checks host and dates before it checks who signed', async () => {
    const leaf = await issue(root, { dns: [host] });
    expect(word(verifier(authority())({ ...presented([leaf]), host: 'evil.test' }))).toBe('certificate-wrong-host');
    expect(word(verifier(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-expired');
  });

  it('does not follow an authority that is not valid now', async () => {
    const expired = await issue(root, { name: 'CN=Old', authority: {}, notAfter: new Date(Date.now() - 1000) });
    expect(word(verifier(authority())(presented([await issue(expired, { dns: [host] }), expired])))).toBe('certificate-untrusted');
    const leaf = await issue(root, { dns: [host], notAfter: new Date(Date.now() + 90 * dayMs) });
    expect(word(verifier(authority(), null, Date.now() + 60 * dayMs)(presented([leaf])))).toBe('certificate-untrusted');
  });

  it('respects an authority’s path length', async () => {
    const none = await issue(root, { name: 'CN=None below', authority: { pathLength: 0 } });
    const below = await issue(none, { name: 'CN=Below', authority: {} });
    expect(word(verifier(authority())(presented([await issue(none, { dns: [host] }), none])))).toBe('accept');
    expect(word(verifier(authority())(presented([await issue(below, { dns: [host] }), below, none])))).toBe('certificate-untrusted');
  });

  it('respects a certificate’s extended key usage', async () => {
    const forClients = await issue(root, { name: 'CN=Clients', authority: {}, usages: [clientAuth] });
    expect(word(verifier(authority())(presented([await issue(root, { dns: [host], usages: [clientAuth] })])))).toBe(
      'certificate-untrusted',
    );
    expect(word(verifier(authority())(presented([await issue(forClients, { dns: [host] }), forClients])))).toBe('certificate-untrusted');
  });

  it('refuses an authority with a critical extension that it does not handle', async () => {
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

  it('finishes on a chain that goes in circles', async () => {
    const [keysA, keysB] = [await newKeys(), await newKeys()];
    const a = await issue(null, { name: 'CN=A', authority: {}, keys: keysA });
    const b = await issue(null, { name: 'CN=B', authority: {}, keys: keysB });
    const aByB = await issue(b, { name: 'CN=A', authority: {}, keys: keysA });
    const bByA = await issue(a, { name: 'CN=B', authority: {}, keys: keysB });
    const leaf = await issue(a, { dns: [host] });
    expect(word(verifier(authority())(presented([leaf, aByB, bByA, aByB, bByA, a, b])))).toBe('certificate-untrusted');
  });

  it('fails with profile-invalid for an unreadable authority', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => createVerifier({ trust: { kind: 'authority', pem }, now: Date.now })).toThrow(
      expect.objectContaining({ failure: { code: 'profile-invalid', params: { key: 'trust' } } }),
    );
  });
});

describe('a pinned key', () => {
  it('is the whole proof: accepted whoever signed it, whatever name and dates its certificate bears', async () => {
    const leaf = await issue(null, {
      dns: ['appliance.local'],
      notAfter: new Date(Date.now() - 1000),
      notBefore: new Date(Date.now() - dayMs),
    });
    const trust: Trust = { kind: 'pin', spkiSha256: [spkiSha256(leaf.certificate)] };
    expect(word(verifier(trust)(presented([leaf])))).toBe('accept');
    const renewed = await issue(root, { dns: [host], keys: leaf.keys });
    expect(word(verifier(trust)(presented([renewed])))).toBe('accept');
  });

  it('is never a question: another key is refused, with both, whatever the system or the person says', async () => {
    const [pinned, other] = [await issue(null, { dns: [host] }), await issue(null, { dns: [host] })];
    const expected = spkiSha256(pinned.certificate);
    const trust: Trust = { kind: 'pin', spkiSha256: [expected] };
    const found = spkiSha256(other.certificate);
    for (const systemTrusts of [true, false]) {
      expect(verifier(trust, acceptedOf(other.certificate))(presented([other, pinned], { systemTrusts }))).toEqual({
        kind: 'refuse',
        failure: { code: 'certificate-changed', params: { host, expected, found } },
      });
    }
  });
});

describe('a pin', () => {
  it('is of the gateways’ keys: what the system vouches for elsewhere will do, on a portal or a page to sign in on', async () => {
    const [gateway, portal] = [await issue(null, { dns: [host] }), await issue(root, { dns: ['2fa.campus.test'] })];
    const trust: Trust = { kind: 'pin', spkiSha256: [spkiSha256(gateway.certificate)] };
    const decide = createVerifier({ trust, pinned: [host, '2001:db8::1'], now: Date.now });
    const at = (name: string, systemTrusts: boolean, leaf = portal) => word(decide(presented([leaf], { host: name, systemTrusts })));
    expect(at('2fa.campus.test', true)).toBe('accept');
    expect(at('2fa.campus.test', false)).toBe('certificate-changed');
    // One key for all of a campus's own servers
    expect(at('2fa.campus.test', false, gateway)).toBe('accept');
    for (const spelled of [host, 'VPN.Campus.test', 'vpn.campus.test.', '[2001:DB8:0::1]'])
      expect(at(spelled, true), spelled).toBe('certificate-changed');
  });
});

describe('a host that was vouched for before', () => {
  /** A verifier that remembers, as the app's does. */
  const remembering = (trust: Trust, known = new Map<string, Vouched>(), accepted: Accepted | null = null) => {
    const decide = createVerifier({
      trust,
      accepted: () => accepted,
      vouched: (asked) => known.get(asked) ?? null,
      onVouched: (asked, vouched) => known.set(asked, vouched),
      now: Date.now,
    });
    return { known, decide };
  };

  it.each([
    ['the system', 'system'],
    ['the campus’s authority', 'authority'],
  ] as const)('by %s is never asked about later: another key is told as changed, with both', async (_who, by) => {
    const [honest, false_] = [await issue(root, { dns: [host] }), await issue(null, { dns: [host] })];
    const { known, decide } = remembering(by === 'system' ? { kind: 'system' } : authority());
    expect(word(decide(presented([honest], { systemTrusts: by === 'system' })))).toBe('accept');
    expect(known.get(host)).toEqual({ by, key: spkiSha256(honest.certificate) });
    const changed = {
      code: 'certificate-changed',
      params: { host, expected: spkiSha256(honest.certificate), found: spkiSha256(false_.certificate), vouched: by },
    };
    // Neither by this profile nor by one that trusts the system alone, whatever the person accepted
    for (const trust of [{ kind: 'system' } as const, authority()])
      expect(remembering(trust, known, acceptedOf(false_.certificate)).decide(presented([false_]))).toEqual({
        kind: 'refuse',
        failure: changed,
      });
    // Others are asked about as before, and the host itself may have a new key that is vouched for
    const other = await issue(null, { dns: ['other.test'] });
    expect(word(remembering({ kind: 'system' }, known).decide({ ...presented([other]), host: 'other.test' }))).toBe('ask');
    const renewed = await issue(root, { dns: [host] });
    expect(word(decide(presented([renewed], { systemTrusts: by === 'system' })))).toBe('accept');
    expect(known.get(host)?.key).toBe(spkiSha256(renewed.certificate));
  });

  it('by a person only is not', async () => {
    const own = await issue(null, { dns: [host] });
    const { known, decide } = remembering({ kind: 'system' }, new Map(), acceptedOf(own.certificate));
    expect(word(decide(presented([own])))).toBe('accept');
    expect(known.size).toBe(0);
  });
});

describe('a host that is spelled in another way', () => {
  const spellings = ['VPN.Example.', 'vpn.example', 'vpn.Example', 'VPN.EXAMPLE.'];
  const bookOf = async (): Promise<{ book: ProfileStore; decide: CertificateVerifier; settings: Settings }> => {
    const settings = await Settings.open(await mkdtemp(join(tmpdir(), 'causeway-')));
    const book = new ProfileStore(settings, Date.now);
    const profile = profileSchema.parse({
      version: 1,
      id: 'spelled',
      name: 'Spelled',
      gateways: ['VPN.Example.'],
      protocol: 'nc',
      tunnel: 'app',
      labels: { userId: 'User', password: 'Password' },
      portal: { address: 'https://2fa.example/', hosts: ['2fa.example'], pages: 'other' },
      trust: { kind: 'system' },
    });
    return { book, decide: book.verifierFor(profile), settings };
  };
  const pairs = spellings.flatMap((before) => spellings.map((now) => [before, now] as const));

  it.each(pairs)('is known as the one that was vouched for: %s, now %s', async (before, now) => {
    const { decide } = await bookOf();
    const [honest, other] = [await issue(root, { dns: ['vpn.example'] }), await issue(stranger, { dns: ['vpn.example'] })];
    expect(word(decide(presented([honest], { host: before, systemTrusts: true })))).toBe('accept');
    expect(word(decide(presented([other], { host: now })))).toBe('certificate-changed');
  });

  it.each(pairs)('is known as the one that the person accepted: %s, now %s', async (before, now) => {
    const { book, decide, settings } = await bookOf();
    const [own, other] = [await issue(stranger, { dns: ['vpn.example'] }), await issue(stranger, { dns: ['vpn.example'] })];
    expect(word(decide(presented([own], { host: before })))).toBe('ask');
    book.accept({ host: before, ...acceptedOf(own.certificate) });
    expect(word(decide(presented([own], { host: now })))).toBe('accept');
    expect(word(decide(presented([other], { host: now })))).toBe('certificate-changed');
    // Once others vouch for it, what the person accepted counts no more
    book.rememberVouched(now, { by: 'system', key: spkiSha256(own.certificate) });
    expect(settings.get().acceptedCertificates).toEqual({});
  });
});

describe('a question', () => {
  it('is put for no profile that has an authority or a pin, nor where policy forbids it; what was accepted before does not count there', async () => {
    const own = await issue(null, { dns: [host] });
    const accepted = acceptedOf(own.certificate);
    const untrusted = { kind: 'refuse', failure: { code: 'certificate-untrusted', params: { host, sha256: accepted.sha256 } } };
    for (const known of [null, accepted]) {
      expect(verifier(authority(), known)(presented([own]))).toEqual(untrusted);
      expect(createVerifier({ trust: { kind: 'system' }, accepted: () => known, strict: true, now: Date.now })(presented([own]))).toEqual(
        untrusted,
      );
    }
    expect(word(createVerifier({ trust: { kind: 'system' }, strict: true, now: Date.now })(presented([own], { systemTrusts: true })))).toBe(
      'accept',
    );
  });
});

describe('a chain with a gap', () => {
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

  it('is told as that, with the issuer whose certificate is missing, not as a stranger', async () => {
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

  it('is none where the chain ends in a stranger that signed itself, or may be a campus’s own authority sent alone', async () => {
    const leaf = await issue(stranger, { dns: [host], extensions: [fetchable()] });
    expect(word(verifier(authority())(presented([leaf, stranger])))).toBe('certificate-untrusted');
    expect(word(verifier({ kind: 'system' })(presented([leaf, stranger])))).toBe('ask');
    expect(word(verifier({ kind: 'system' })(presented([await issue(stranger, { dns: [host] })])))).toBe('ask');
  });
});

describe('name constraints (RFC 5280, 4.2.1.10)', () => {
  const der = (tag: number, ...content: Uint8Array[]): Buffer => {
    const body = Buffer.concat(content);
    return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x82, body.length >> 8, body.length & 255]), body]);
  };
  const dnsName = (name: string): Buffer => der(0x82, Buffer.from(name));
  const ipRange = (...bytes: number[]): Buffer => der(0x87, Buffer.from(bytes));
  /** A directory name of one organisation (2.5.4.10), as a PrintableString. */
  const organisation = (name: string): Buffer =>
    der(0xa4, der(0x30, der(0x31, der(0x30, Buffer.from('060355040a', 'hex'), der(0x13, Buffer.from(name))))));
  const constraints = (permitted: Buffer[], excluded: Buffer[] = [], critical = true): Extension => {
    const list = (tag: number, bases: Buffer[]): Buffer[] => (bases.length > 0 ? [der(tag, ...bases.map((base) => der(0x30, base)))] : []);
    return new Extension('2.5.29.30', critical, Uint8Array.from(der(0x30, ...list(0xa0, permitted), ...list(0xa1, excluded))));
  };
  /** What a verifier that knows an authority with these constraints says, the authority being the anchor or one below it. */
  const verdicts = async (extension: Extension, wishes: CertificateOptions, asked = host): Promise<string[]> => {
    const anchor = await issue(null, { name: 'CN=Bound', authority: {}, extensions: [extension] });
    const below = await issue(root, { name: 'CN=Bound', authority: {}, extensions: [extension] });
    const says = async (trust: Trust, by: Issued, chain: Issued[]) =>
      word(verifier(trust)({ ...presented([await issue(by, wishes), ...chain]), host: asked }));
    return [await says({ kind: 'authority', pem: anchor.pem }, anchor, []), await says(authority(), below, [below])];
  };
  const yes = ['accept', 'accept'];
  const no = ['certificate-untrusted', 'certificate-untrusted'];

  const cases: readonly (readonly [what: string, Extension, CertificateOptions, asked: string, expected: string[]])[] = [
    ['a name in the tree', constraints([dnsName('campus.test')]), { dns: [host] }, host, yes],
    ['the name itself', constraints([dnsName(host)]), { dns: [host] }, host, yes],
    ['in other letters', constraints([dnsName('CAMPUS.test')]), { dns: [host] }, host, yes],
    ['a tree that is all of them', constraints([dnsName('')]), { dns: [host] }, host, yes],
    ['a wildcard in the tree', constraints([dnsName('campus.test')]), { dns: ['*.campus.test'] }, host, yes],
    ['not critical', constraints([dnsName('other.test')], [], false), { dns: [host] }, host, no],
    ['another tree', constraints([dnsName('other.test')]), { dns: [host] }, host, no],
    ['a name that only ends alike', constraints([dnsName('pus.test')]), { dns: [host] }, host, no],
    ['one of two', constraints([dnsName('other.test'), dnsName('campus.test')]), { dns: [host] }, host, yes],
    ['a second name outside', constraints([dnsName('campus.test')]), { dns: [host, 'bank.test'] }, host, no],
    ['a name in the subject only', constraints([dnsName('other.test')]), { name: `CN=${host}` }, host, no],
    ['excluded', constraints([], [dnsName('vpn.campus.test')]), { dns: [host] }, host, no],
    ['excluded, under a wildcard', constraints([], [dnsName('vpn.campus.test')]), { dns: ['*.campus.test'] }, host, no],
    ['excluded elsewhere', constraints([], [dnsName('other.test')]), { dns: [host] }, host, yes],
    ['excluded within permitted', constraints([dnsName('campus.test')], [dnsName('vpn.campus.test')]), { dns: [host] }, host, no],
    ['addresses only: a name is free', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { dns: [host] }, host, yes],
    ['an address in the range', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', yes],
    ['an address outside', constraints([ipRange(10, 0, 0, 0, 255, 0, 0, 0)]), { ip: ['192.0.2.1'] }, '192.0.2.1', no],
    ['an excluded address', constraints([], [ipRange(10, 1, 0, 0, 255, 255, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', no],
    [
      'an IPv6 address in the range',
      constraints([ipRange(0x20, 1, 0xd, 0xb8, ...Array<number>(12).fill(0), 255, 255, 255, 255, ...Array<number>(12).fill(0))]),
      { ip: ['2001:db8::7'] },
      '2001:db8::7',
      yes,
    ],
    ['a range that is none', constraints([ipRange(10, 0, 0)]), { ip: ['10.1.2.3'] }, '10.1.2.3', no],
    ['an organisation', constraints([organisation('Campus')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, yes],
    ['the same in other letters', constraints([organisation('CAMPUS')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, yes],
    ['another organisation', constraints([organisation('Bank')]), { dns: [host], name: `O=Campus, CN=${host}` }, host, no],
    ['a constraint that says nothing', new Extension('2.5.29.30', false, Uint8Array.from([0x30, 0x00])), { dns: [host] }, host, no],
    [
      'a subtree with a limit',
      new Extension(
        '2.5.29.30',
        true,
        Uint8Array.from(der(0x30, der(0xa0, der(0x30, dnsName('campus.test'), der(0x80, Buffer.from([1])))))),
      ),
      { dns: [host] },
      host,
      no,
    ],
    ['bytes that are none', new Extension('2.5.29.30', true, Uint8Array.from([0x04, 0x02, 1, 2])), { dns: [host] }, host, no],
  ];
  it.each(cases)('%s', async (_what, extension, wishes, asked, expected) => {
    expect(await verdicts(extension, wishes, asked)).toEqual(expected);
  });

  it('a critical extension of the anchor itself that is not understood vouches for nothing', async () => {
    const unknown = new Extension('1.3.6.1.4.1.99999.1', true, Uint8Array.from([0x05, 0x00]));
    expect(await verdicts(unknown, { dns: [host] })).toEqual(no);
  });
});
