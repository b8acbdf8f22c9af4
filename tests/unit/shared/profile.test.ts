import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CausewayError } from '../../../shared/failure.ts';
import { maxProfileBytes, profileSchema, readProfile, splitHost } from '../../../shared/profile.ts';
import { valuesOf } from '../../support/arbitrary.ts';

/** Only our own gateways have a relay, and they have nothing else. */
const profiles = valuesOf(profileSchema).map((profile) => {
  if (profile.protocol === 'campus') return { ...profile, tunnel: 'relay' as const };
  return profile.tunnel === 'relay' ? { ...profile, tunnel: 'app' as const } : profile;
});
const essential = ['version', 'id', 'name', 'gateways', 'portal'] as const;
const invalid = (key: string) => expect.objectContaining({ failure: { code: 'profile-invalid', params: { key } } }) as unknown;

/** A profile with nothing that it may omit. */
const essentials = {
  version: 1,
  id: 'x',
  name: 'X',
  gateways: ['vpn.campus.example'],
  protocol: 'nc',
  portal: { address: 'https://2fa.campus.example/', hosts: ['2fa.campus.example'], pages: 'other' },
};

describe('reading a profile', () => {
  it('a valid profile is unchanged', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        expect(readProfile(JSON.stringify(profile))).toEqual({ profile, dropped: [] });
      }),
    );
  });

  it('reading a profile throws only catalogued failures, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('utf8'));
    const keyed = fc
      .dictionary(fc.constantFrom(...Object.keys(profileSchema.shape), '__proto__', 'toString'), fc.jsonValue())
      .map((object) => JSON.stringify(object));
    const nearly = fc
      .tuple(profiles, fc.constantFrom(...Object.keys(profileSchema.shape)), fc.jsonValue())
      .map(([profile, key, junk]) => JSON.stringify({ ...profile, [key]: junk }));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.string(), fc.json(), keyed, nearly), (text) => {
        try {
          const { profile } = readProfile(text);
          expect(profileSchema.parse(profile)).toEqual(profile);
        } catch (error) {
          if (!(error instanceof CausewayError)) throw error;
          expect(['profile-invalid', 'profile-syntax', 'profile-choice']).toContain(error.failure.code);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a bad or unknown key of a profile is dropped and named, and the rest kept', () => {
    const droppable = fc.constantFrom('recovery', 'onCampus', 'helpDesk', 'connectTo', 'surprise', 'toString');
    fc.assert(
      fc.property(profiles, droppable, (profile, key) => {
        const rest = Object.fromEntries(Object.entries(profile).filter(([each]) => each !== key));
        expect(readProfile(JSON.stringify({ ...profile, [key]: { wrong: 1 } }))).toEqual(
          key === 'helpDesk' ? { profile: { ...rest, helpDesk: {} }, dropped: ['helpDesk.wrong'] } : { profile: rest, dropped: [key] },
        );
      }),
    );
  });

  const hosts = ['login.campus.example'];
  it.each<[browser: unknown, kept: unknown, dropped: string[]]>([
    [{ hosts, form: 'okta' }, { hosts }, ['browser.form']],
    [{ hosts, form: 'adfs', keep: 'yes' }, { hosts, form: 'adfs' }, ['browser.keep']],
    [{ hosts, address: 'http://login.campus.example/' }, { hosts }, ['browser.address']],
    [{ hosts: [...hosts, 'bücher.example'], form: 'adfs' }, { hosts, form: 'adfs' }, ['browser.hosts[1]']],
    [{ hosts: [...hosts, 'sso.campus.example:99999', 'sso.campus.example:0'] }, { hosts }, ['browser.hosts[1]', 'browser.hosts[2]']],
    [
      { hosts, form: { user: '#u', password: '#p', submit: '', error: '#e' }, colour: 1 },
      { hosts },
      ['browser.form.submit', 'browser.colour'],
    ],
    [{ hosts: ['bücher.example'], form: 'adfs' }, undefined, ['browser.hosts[0]']],
    [{ form: 'adfs' }, undefined, ['browser']],
  ])('only the wrong part of a profile’s key is dropped if the rest works without it: %j', (browser, kept, dropped) => {
    const read = readProfile(JSON.stringify({ ...essentials, browser }));
    expect(read.profile.browser).toEqual(kept);
    expect(read.dropped).toEqual(dropped);
  });

  it('a form whose own hosts are all wrong goes with them, since it would count on all of the page’s', () => {
    const browser = { hosts, form: 'adfs', formHosts: ['https://login.campus.example'] };
    const { profile, dropped } = readProfile(JSON.stringify({ ...essentials, browser }));
    expect(profile.browser).toEqual({ hosts });
    expect(dropped).toEqual(['browser.formHosts[0]']);
  });

  it('a form that could be filled in nowhere is dropped and named: patterns never get the password', () => {
    const read = (browser: unknown) => readProfile(JSON.stringify({ ...essentials, browser }));
    const patterns = ['*.sso.campus.example', '*.login.campus.example:8443'];
    expect(read({ hosts: patterns, form: 'adfs', keep: true })).toMatchObject({ dropped: ['browser.form'] });
    expect(read({ hosts: patterns, form: 'adfs', keep: true }).profile.browser).toEqual({ hosts: patterns, keep: true });
    for (const browser of [
      { hosts: [...patterns, ...hosts], form: 'adfs' },
      { hosts: patterns, form: 'adfs', formHosts: ['a.sso.campus.example'] },
    ])
      expect(read(browser)).toMatchObject({ profile: { browser }, dropped: [] });
  });

  it('a gateway’s port is one of 1 to 65535', () => {
    const read = (gateway: string) => () => readProfile(JSON.stringify({ ...essentials, gateways: [gateway] }));
    expect(read('vpn.campus.example:65535')).not.toThrow();
    for (const gateway of ['vpn.campus.example:0', 'vpn.campus.example:65536', '[2001:db8::1]:99999'])
      expect(read(gateway)).toThrow(invalid('gateways'));
  });

  it.each<[path: string, taken: boolean]>([
    ['/students', true],
    ['/remote/login?realm=students', true],
    ['/a?b?c', true],
    ['students', false],
    ['/a#b', false],
    ['/a b', false],
    [`/?${'a'.repeat(201)}`, false],
  ])('a profile’s sign-in path %j is read as %s', (path, taken) => {
    expect(profileSchema.shape.signInPath.safeParse(path).success).toBe(taken);
  });

  it('a profile has defaults for labels, protocol, tunnel and trust', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const defaulted = { labels: undefined, protocol: undefined, tunnel: undefined, trust: undefined };
        const rest = { ...profile, ...defaulted };
        expect(readProfile(JSON.stringify(rest))).toEqual({
          profile: {
            ...rest,
            labels: { userId: 'User ID', password: 'Password' },
            protocol: 'campus',
            tunnel: 'relay',
            trust: { kind: 'system' },
          },
          dropped: [],
        });
      }),
    );
  });

  it('a profile says in booleans whether its tunnel uses UDP and is kept up, and anything else is dropped and named', () => {
    const read = (keys: object) => readProfile(JSON.stringify({ ...essentials, ...keys }));
    expect(read({ udp: true, keepAlive: false })).toMatchObject({ profile: { udp: true, keepAlive: false }, dropped: [] });
    const { profile, dropped } = read({ udp: 'esp', keepAlive: 60 });
    expect(dropped).toEqual(['udp', 'keepAlive']);
    expect(profile).toEqual(read({}).profile);
  });

  it('a profile without an essential key is refused, and the key named', () => {
    fc.assert(
      fc.property(profiles, fc.constantFrom(...essential), (profile, key) => {
        expect(() => readProfile(JSON.stringify({ ...profile, [key]: undefined }))).toThrow(invalid(key));
      }),
    );
  });

  it('a damaged trust never becomes a weaker one', () => {
    fc.assert(
      fc.property(profiles, fc.jsonValue(), (profile, trust) => {
        fc.pre(typeof trust !== 'object' || trust === null || !('kind' in trust));
        expect(() => readProfile(JSON.stringify({ ...profile, trust }))).toThrow(invalid('trust'));
      }),
    );
  });

  it('an IPv6 gateway in a profile has brackets', () => {
    const gateways = (list: string[]) => profileSchema.shape.gateways.safeParse(list).success;
    expect(gateways(['[::1]', '[2001:db8::7]:8443', '[::ffff:192.0.2.1]'])).toBe(true);
    for (const bad of ['::1', '[::1', '[]', '[::1]x', '[::1]:', '[vpn.campus.test]', '[::1%eth0]'])
      expect(gateways([bad]), bad).toBe(false);
  });

  it('a profile that is too large is refused before it is parsed', () => {
    expect(() => readProfile(' '.repeat(maxProfileBytes + 1))).toThrow(invalid('size'));
  });
});

describe('splitting host and port', () => {
  it('host and port are split as they were joined, and the default port is 443', () => {
    fc.assert(
      fc.property(fc.domain(), fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (host, address, port) => {
        expect(splitHost(`${host}:${port}`)).toEqual({ host, port });
        expect(splitHost(host)).toEqual({ host, port: 443 });
        expect(splitHost(`[${address}]:${port}`)).toEqual({ host: address, port });
        expect(splitHost(`[${address}]`)).toEqual({ host: address, port: 443 });
      }),
    );
  });
});
