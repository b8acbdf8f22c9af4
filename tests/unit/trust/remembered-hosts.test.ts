import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profileSchema, type Trust } from '../../../shared/profile.ts';
import { ProfileStore } from '../../../electron/app/profiles/profile-store.ts';
import { Settings } from '../../../electron/storage/settings.ts';
import { createVerifier, spkiSha256, type Accepted, type CertificateVerifier, type Vouched } from '../../../electron/trust/verifier.ts';
import { dayMs, issue } from '../../support/issuer.ts';
import { host, root, stranger, authority, presented, verifier, acceptedOf, word } from '../../support/verifier-bench.ts';

describe('a pinned key', () => {
  it('a pinned key is accepted whoever signed its certificate, and whatever name and dates it has', async () => {
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

  it('a key other than the pinned one is refused with both keys, whatever the system or the person says', async () => {
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

describe('pins and the system’s trust', () => {
  it('a pin is for the gateways’ keys; on a portal or sign-in page, the system’s trust is enough', async () => {
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

describe('a host that an authority vouched for', () => {
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
  ] as const)(
    'a host that %s vouched for is never asked about again: another key is refused as changed, with both keys',
    async (_who, by) => {
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
    },
  );

  it('a host that only the person accepted is not remembered as vouched for', async () => {
    const own = await issue(null, { dns: [host] });
    const { known, decide } = remembering({ kind: 'system' }, new Map(), acceptedOf(own.certificate));
    expect(word(decide(presented([own])))).toBe('accept');
    expect(known.size).toBe(0);
  });
});

describe('spellings of one host', () => {
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

  it.each(pairs)('a host is recognized as the one that was vouched for, whatever its spelling: %s, now %s', async (before, now) => {
    const { decide } = await bookOf();
    const [honest, other] = [await issue(root, { dns: ['vpn.example'] }), await issue(stranger, { dns: ['vpn.example'] })];
    expect(word(decide(presented([honest], { host: before, systemTrusts: true })))).toBe('accept');
    expect(word(decide(presented([other], { host: now })))).toBe('certificate-changed');
  });

  it.each(pairs)('a host is recognized as the one that the person accepted, whatever its spelling: %s, now %s', async (before, now) => {
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

describe('questions about certificates', () => {
  it('a profile with an authority or a pin, or a policy that forbids questions, means no question, and an earlier acceptance does not count', async () => {
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
