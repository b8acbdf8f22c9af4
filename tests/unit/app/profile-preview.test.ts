import * as z from 'zod/mini';
import { describe, expect, test } from 'vitest';
import { contentsOf } from '../../../electron/app/profiles/profile-preview.ts';
import { destinationsIn, everythingIn, textsOf } from '../../../shared/profile-contents.ts';
import { profileSchema, readProfile, type Profile } from '../../../shared/profile.ts';
import { profileLines } from '../../../shared/messages/profile-messages.ts';
import { english } from '../../support/english.ts';
import { issue } from '../../support/issuer.ts';

/** A profile that has everything, each host a different one. */
const whole: Profile = {
  version: 1,
  id: 'campus',
  name: 'Campus',
  gateways: ['vpn.campus.edu.mo', 'vpn2.campus.edu.mo:8443', '[2001:db8::1]:444'],
  gatewayChoice: 'quickest',
  protocol: 'anyconnect',
  tunnel: 'system',
  udp: false,
  keepAlive: true,
  signInPath: '/students',
  realm: 'Students',
  secondFactor: 'append',
  append: { separator: '/', order: 'passcode-first' },
  secondFactorWords: { 'ring me': 'call' },
  newPasswordWords: ['renew', 'anew'],
  notice: 'Terms',
  browser: {
    address: 'https://login.idp.example/x',
    hosts: ['cdn.idp.example', 'static.campus.edu.mo', 'adfs.idp.example:8443'],
    form: 'adfs',
    formHosts: ['adfs.idp.example:8443'],
    keep: true,
  },
  clientCertificate: true,
  keptCodes: true,
  labels: { userId: 'User', password: 'Password' },
  portal: { address: 'https://2fa.campus.edu.mo:8444/x', hosts: ['2fa.campus.edu.mo', 'other.edu.mo'], pages: 'other' },
  recovery: { address: 'https://recover.campus.edu.mo/', interface: 'other' },
  onCampus: { probe: 'https://probe.campus.edu.mo/', campus: 'campus' },
  trust: { kind: 'pin', spkiSha256: [`${'A'.repeat(43)}=`, `${'B'.repeat(43)}=`] },
  helpDesk: { name: 'Desk', phone: '1', email: 'x@campus.edu.mo', address: 'https://help.campus.edu.mo/' },
  connectTo: [{ host: 'detour.campus.edu.mo', port: 443, loopbackPort: 8443 }],
};

describe('what a profile does is shown, by its schema', () => {
  test('every text of the profile schema says what it names, and this test finds a new one that does not', () => {
    expect(textsOf().filter(({ names }) => names === null)).toEqual([]);
    // As it would be with a field that nobody thought of
    expect(textsOf(z.extend(profileSchema, { backup: z.optional(z.array(z.string())) })).filter(({ names }) => names === null)).toEqual([
      { path: 'backup', names: null },
    ]);
  });

  test('every host in a profile is in the preview, with its own wording, in the window and the terminal', () => {
    const named = textsOf().filter(({ names }) => names === 'gateway' || names === 'host' || names === 'address');
    expect(named.length).toBeGreaterThan(8);
    const contents = contentsOf(whole);
    const lines = profileLines(contents, english);
    for (const { path } of named) {
      const line = lines.find((each) => each.path === path);
      expect(line?.hosts.length, path).toBeGreaterThan(0);
      expect(line?.label, path).not.toBe(path);
    }
    // And nothing that the profile above names is missing
    const shown = lines.flatMap(({ hosts }) => hosts.map((each) => each.shown)).join(' ');
    for (const host of JSON.stringify(whole).match(/[a-z0-9-]+(\.[a-z0-9-]+)*\.(edu\.mo|example)/g) ?? [])
      if (!host.startsWith('x@') && host !== 'campus.edu.mo') expect(shown).toContain(host);
    expect(shown).toContain('detour.campus.edu.mo (443 → 127.0.0.1:8443)');
  });

  test('everything else in a profile is shown in words, or elsewhere: the tunnel and saved codes included', () => {
    const lines = profileLines(contentsOf(whole), english);
    const text = (path: string) => lines.find((each) => each.path === path)?.text;
    expect(text('tunnel')).toBe('For the whole computer: every program and user');
    expect(text('keptCodes')).toContain('keychain');
    expect(text('notice')).toBe('Terms');
    for (const { label, path } of lines) expect(label, path).not.toBe(path);
    for (const protocol of profileSchema.shape.protocol.options) {
      const tunnels = protocol === 'campus' ? (['relay'] as const) : (['app', 'system'] as const);
      for (const tunnel of tunnels) {
        const shownLines = profileLines(contentsOf({ ...whole, protocol, tunnel }), english);
        for (const path of ['protocol', 'tunnel', 'gatewayChoice', 'secondFactor', 'udp', 'keepAlive'])
          expect(shownLines.find((each) => each.path === path)?.text, path).not.toMatch(/^[a-z0-9-]+$/);
      }
    }
  });

  test('a host outside the first gateway’s registered domain is marked, and so is a neighbour under edu.mo', () => {
    const { domain, destinations } = contentsOf(whole);
    expect(domain).toBe('campus.edu.mo');
    const outside = destinations.filter((each) => each.outside).map(({ shown }) => shown);
    expect(outside).toEqual([
      '[2001:db8::1]:444',
      'login.idp.example',
      'cdn.idp.example',
      'adfs.idp.example:8443',
      'adfs.idp.example:8443',
      'other.edu.mo',
    ]);
    const tenant = contentsOf({ ...whole, gateways: ['campus.azurewebsites.net'], browser: { hosts: ['evil.azurewebsites.net'] } });
    expect(tenant.destinations.find(({ path }) => path === 'browser.hosts')?.outside).toBe(true);
    const bare = contentsOf({ ...whole, gateways: ['203.0.113.7', '203.0.113.7:8443', '203.0.113.8'] });
    expect(bare.destinations.filter(({ path }) => path === 'gateways').map((each) => each.outside)).toEqual([false, false, true]);
  });

  test('every authority of a bundle and every pin is shown with what to compare', async () => {
    expect(contentsOf(whole).pins).toEqual([`${'A'.repeat(43)}=`, `${'B'.repeat(43)}=`]);
    const [one, two] = [await issue(null, { name: 'CN=One', authority: {} }), await issue(null, { name: 'CN=Two', authority: {} })];
    const { authorities } = contentsOf({ ...whole, trust: { kind: 'authority', pem: one.pem + two.pem } });
    expect(authorities.map(({ sha256, subject }) => [sha256, subject])).toEqual([
      [one.certificate.fingerprint256, 'CN=One'],
      [two.certificate.fingerprint256, 'CN=Two'],
    ]);
  });

  test('a host sent to loopback by several ports is shown with each, and an authority’s name without invisible characters', async () => {
    const connectTo = [443, 444].map((port) => ({ host: 'VPN.Campus.edu.mo', port, loopbackPort: port + 8_000 }));
    const hidden = await issue(null, { name: 'CN=Good\u202eAuthority', authority: {} });
    const bundle = await Promise.all(Array.from({ length: 50 }, (_, at) => issue(null, { name: `CN=A${at}`, authority: {} })));
    const pem = [hidden, ...bundle].map((each) => each.pem).join('');
    const { destinations, authorities } = contentsOf({ ...whole, connectTo, trust: { kind: 'authority', pem } });
    expect(destinations.filter(({ path }) => path === 'connectTo.host')).toEqual([
      { path: 'connectTo.host', shown: 'VPN.Campus.edu.mo (443 → 127.0.0.1:8443)', outside: false },
      { path: 'connectTo.host', shown: 'VPN.Campus.edu.mo (444 → 127.0.0.1:8444)', outside: false },
    ]);
    expect(authorities).toHaveLength(51);
    expect(authorities[0]?.subject).not.toContain('\u202e');
  });

  test('a profile’s preview loses nothing', () => {
    const { profile } = readProfile(JSON.stringify(whole));
    // Keys too, where they are words of the profile's own
    const { secondFactorWords = {} } = profile;
    const leaves = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
    expect(
      everythingIn(profile)
        .map(({ value }) => value)
        .sort(),
    ).toEqual([...leaves(profile), ...Object.keys(secondFactorWords)].sort());
    expect(destinationsIn(profile).find(({ path }) => path === 'gateways')).toEqual({
      path: 'gateways',
      host: 'vpn.campus.edu.mo',
      shown: 'vpn.campus.edu.mo',
    });
  });
});
