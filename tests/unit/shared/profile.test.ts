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

describe('reading a profile', () => {
  it('keeps every valid one as it is', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        expect(readProfile(JSON.stringify(profile))).toEqual({ profile, dropped: [] });
      }),
    );
  });

  it('throws nothing but what is wrong with it, whatever the bytes', () => {
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

  it('drops a bad or unknown key, names it, and keeps the rest', () => {
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

  it.each<[path: string, taken: boolean]>([
    ['/students', true],
    ['/remote/login?realm=students', true],
    ['/a?b?c', true],
    ['students', false],
    ['/a#b', false],
    ['/a b', false],
    [`/?${'a'.repeat(201)}`, false],
  ])('signs in at %j: %s', (path, taken) => {
    expect(profileSchema.shape.signInPath.safeParse(path).success).toBe(taken);
  });

  it('has defaults for labels, protocol, tunnel and trust', () => {
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

  it('refuses one that lacks what is essential, and names it', () => {
    fc.assert(
      fc.property(profiles, fc.constantFrom(...essential), (profile, key) => {
        expect(() => readProfile(JSON.stringify({ ...profile, [key]: undefined }))).toThrow(invalid(key));
      }),
    );
  });

  it('never falls back from a damaged trust to a weaker one', () => {
    fc.assert(
      fc.property(profiles, fc.jsonValue(), (profile, trust) => {
        fc.pre(typeof trust !== 'object' || trust === null || !('kind' in trust));
        expect(() => readProfile(JSON.stringify({ ...profile, trust }))).toThrow(invalid('trust'));
      }),
    );
  });

  it('knows an IPv6 gateway by its brackets', () => {
    const gateways = (list: string[]) => profileSchema.shape.gateways.safeParse(list).success;
    expect(gateways(['[::1]', '[2001:db8::7]:8443', '[::ffff:192.0.2.1]'])).toBe(true);
    for (const bad of ['::1', '[::1', '[]', '[::1]x', '[::1]:', '[vpn.campus.test]', '[::1%eth0]'])
      expect(gateways([bad]), bad).toBe(false);
  });

  it('refuses one that is too large before it looks inside', () => {
    expect(() => readProfile(' '.repeat(maxProfileBytes + 1))).toThrow(invalid('size'));
  });
});

describe('splitting host and port', () => {
  it('gives back what was put together, and 443 where there is no port', () => {
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
