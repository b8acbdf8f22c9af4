import type { Cookie } from 'electron';
import { describe, expect, it } from 'vitest';
import { cookiesToKeep } from '../../../electron/desktop/sign-in/kept-cookies.ts';
import type { SignInRules } from '../../../electron/desktop/sign-in/sign-in-rules.ts';
import { maxKeptOfHost } from '../../../shared/kept-cookie.ts';

const now = Date.parse('2026-11-29T12:00:00Z');
const tomorrow = now / 1000 + 86_400;
const rules: SignInRules = {
  address: 'https://begin.campus.test:9443/adfs',
  hosts: ['sslvpn.campus.test', 'websso1.campus.test:8443', 'api-*.duosecurity.com', '*.idp.test'],
  wildcards: true,
};
const duo = 'api-1a2b3c4d.duosecurity.com';

const cookie = (over: Partial<Cookie>): Cookie => ({
  name: 'device',
  value: 'v',
  domain: 'websso1.campus.test',
  hostOnly: true,
  path: '/',
  secure: true,
  httpOnly: true,
  session: false,
  expirationDate: tomorrow,
  sameSite: 'lax',
  ...over,
});
const keeps = (over: Partial<Cookie>): boolean => cookiesToKeep([cookie(over)], rules, now).kept.length === 1;

describe('cookies of a sign-in page that are kept', () => {
  it.each([
    ['a sign-in host’s own', { domain: 'sslvpn.campus.test' }, true],
    ['those of the page’s first address', { domain: 'begin.campus.test' }, true],
    ['those of Duo’s host', { domain: duo }, true],
    ['not those of another host of Duo’s', { domain: 'admin-1a2b3c4d.duosecurity.com' }, false],
    ['not those of a lookalike of Duo’s', { domain: 'api-1a2b3c4d.duosecurity.com.evil.test' }, false],
    ['those of a host that the profile names with a port', { domain: 'websso1.campus.test' }, true],
    ['those of one label below a pattern', { domain: 'a.idp.test' }, true],
    ['a domain’s that a sign-in host belongs to', { domain: '.duosecurity.com', hostOnly: false }, true],
    ['a domain’s that a pattern belongs to', { domain: '.idp.test', hostOnly: false }, true],
    ['one that Duo names with bars', { name: 'trc|DAXXX|DUYYY', domain: duo }, true],
    ['not those of another host', { domain: 'www.campus.test' }, false],
    ['not those of a host whose name ends alike', { domain: 'evil-websso1.campus.test' }, false],
    ['not those of a lookalike that begins alike', { domain: 'websso1.campus.test.evil.test' }, false],
    ['not those of the parent itself', { domain: 'campus.test' }, false],
    ['not those of two labels below a pattern', { domain: 'a.b.idp.test' }, false],
    ['not those of a pattern’s parent itself', { domain: 'idp.test' }, false],
    ['not those of a host below', { domain: '.deep.websso1.campus.test', hostOnly: false }, false],
    ['not one that has expired', { expirationDate: now / 1000 - 1 }, false],
    ['not one that expires now', { expirationDate: now / 1000 }, false],
    ['not DSID, whatever its expiry and host', { name: 'DSID' }, false],
    ['not another DS cookie of the gateway', { name: 'DSSignInURL', domain: 'sslvpn.campus.test' }, false],
    ['not DSID behind a prefix', { name: '__Host-DSID' }, false],
    ['not the ticket of another family of gateways', { name: 'webvpn' }, false],
    ['not one without a domain', { domain: '' }, false],
    ['not one with a longer value than Chromium stores', { value: 'x'.repeat(4097) }, false],
  ] as const)('a sign-in page’s cookie is kept or not by its properties: %s', (_title, over, kept) => {
    expect(keeps(over)).toBe(kept);
  });

  it('a cookie of a pattern that policy does not allow is not kept', () => {
    const strict = { ...rules, wildcards: false };
    const some = [cookie({ domain: 'a.idp.test' }), cookie({ domain: '.idp.test', hostOnly: false }), cookie({ domain: duo })];
    expect(cookiesToKeep(some, strict, now).kept.map(({ domain }) => domain)).toEqual([duo]);
  });

  it('a session cookie is not kept', () => {
    const session = cookie({ session: true });
    delete session.expirationDate;
    expect(cookiesToKeep([session], rules, now).kept).toEqual([]);
  });

  it('two cookies that Electron cannot tell apart are both left out', () => {
    const partitioned = cookie({ value: 'other site' });
    expect(cookiesToKeep([cookie({}), partitioned, cookie({ name: 'else' })], rules, now).kept.map(({ name }) => name)).toEqual(['else']);
  });

  it('no cookie of a host that sets too many is kept, and the host is named', () => {
    const bomb = Array.from({ length: maxKeptOfHost + 1 }, (_, at) => cookie({ name: `bomb-${at}`, domain: 'bomb.idp.test' }));
    const { kept, tooMany } = cookiesToKeep([...bomb, cookie({})], rules, now);
    expect(kept.map(({ domain }) => domain)).toEqual(['websso1.campus.test']);
    expect(tooMany).toEqual(['bomb.idp.test']);
  });

  it('no cookie of a host whose cookies a server would refuse as too large is kept', () => {
    const large = [1, 2].map((at) => cookie({ name: `large-${at}`, value: 'x'.repeat(3000), domain: 'large.idp.test' }));
    const { kept, tooMany } = cookiesToKeep([...large, cookie({})], rules, now);
    expect(kept.map(({ domain }) => domain)).toEqual(['websso1.campus.test']);
    expect(tooMany).toEqual(['large.idp.test']);
  });

  it('the number of kept cookies is limited in all, and hosts with the fewest come first', () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      [1, 2].map((nth) => cookie({ name: `n${nth}`, value: 'x'.repeat(2000), domain: `h${at}.idp.test` })),
    ).flat();
    const { kept, tooMany } = cookiesToKeep([...many, cookie({})], rules, now);
    expect(kept[0]?.domain).toBe('websso1.campus.test');
    expect(kept).toHaveLength(33);
    expect(tooMany).toHaveLength(14);
    expect(JSON.stringify(kept).length).toBeLessThan(100_000);
  });
});
