import { describe, expect, it, test } from 'vitest';
import { areCookiesTooLarge, signInFailure } from '../../../electron/desktop/sign-in/sign-in-failure.ts';
import { maySignInAt, maySignInLoad, type SignInRules } from '../../../electron/desktop/sign-in/sign-in-rules.ts';
import { signInHosts } from '../../../electron/gateways/gateway-pages.ts';
import { duoHosts } from '../../../electron/net/duo-hosts.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';

const rules: SignInRules = {
  address: 'https://vpn.campus.test:8443/x',
  hosts: ['vpn.campus.test', 'IDP.campus.test', 'localhost'],
  wildcards: false,
};
const may = (address: string, more: Partial<SignInRules>): boolean => maySignInAt(address, { ...rules, ...more });

describe('the addresses that a sign-in page may have', () => {
  it.each([
    'https://vpn.campus.test/',
    'https://vpn.campus.test:443/',
    'https://vpn.campus.test:8443/a',
    'https://idp.campus.test/login?x',
  ])('a sign-in page may navigate to %s', (address) => expect(maySignInAt(address, rules)).toBe(true));
  it.each([
    'http://vpn.campus.test/',
    'https://vpn.campus.test:22/',
    'https://idp.campus.test:8443/',
    'https://vpn.campus.test@evil.test/',
    'https://mei@vpn.campus.test/',
    'https://idp.campus.test:pw@vpn.campus.test/',
    'https://evil.test/vpn.campus.test',
    'https://sub.idp.campus.test/',
    'https://idp.campus.test.evil.test/',
    'https://idpcampus.test/',
    'https://xn--dp-cja.campus.test/',
    'https://ıdp.campus.test/',
    'https://idp.campus.test%2eevil.test/',
    'https://localhost/',
    'https://127.0.0.1/',
    'wss://idp.campus.test/',
    'data:text/html,x',
    'app://causeway/index.html',
    'file:///etc/passwd',
    '',
  ])('a sign-in page may not navigate to %s', (address) => expect(maySignInAt(address, rules)).toBe(false));

  it('a trailing dot, capitals and fullwidth letters name the same host, as in the browser itself', () => {
    for (const address of ['https://idp.campus.test./', 'https://IDP.CAMPUS.TEST/', 'https://ｉｄｐ.campus.test/'])
      expect(maySignInAt(address, rules), address).toBe(true);
  });

  it('a sign-in page loads only from its hosts, and data: and blob: addresses', () => {
    for (const address of ['https://idp.campus.test/a.js', 'wss://idp.campus.test/s', 'data:image/png;base64,AA', 'blob:https://x/1'])
      expect(maySignInLoad(address, rules), address).toBe(true);
    for (const address of [
      'https://tracker.test/p',
      'http://idp.campus.test/a.js',
      'https://localhost/',
      'ftp://idp.campus.test/',
      'nonsense',
    ])
      expect(maySignInLoad(address, rules), address).toBe(false);
  });
});

describe('ports of a sign-in page’s hosts', () => {
  it('a host with a port is allowed on that port only, and :443 is the same as none', () => {
    const hosts = ['login.campus.test:8444', 'idp.campus.test:443'];
    expect(may('https://login.campus.test:8444/adfs/ls/', { hosts })).toBe(true);
    expect(may('https://login.campus.test/', { hosts })).toBe(false);
    expect(may('https://login.campus.test:8445/', { hosts })).toBe(false);
    expect(may('https://idp.campus.test/', { hosts })).toBe(true);
    expect(may('https://idp.campus.test:443/', { hosts })).toBe(true);
    expect(may('https://idp.campus.test:8444/', { hosts })).toBe(false);
  });

  it('the gateway’s port and the page’s port count for their own host only', () => {
    const profile = profileOf({ browser: { address: 'https://login.campus.test:9443/begin', hosts: ['idp.campus.test'] } });
    const hosts = signInHosts(profile, { host: 'vpn.campus.test', port: 8443 });
    const at = (address: string): boolean => may(address, { address: 'https://login.campus.test:9443/begin', hosts });
    expect(['https://vpn.campus.test:8443/', 'https://vpn.campus.test/', 'https://login.campus.test:9443/'].map(at)).toEqual([
      true,
      true,
      true,
    ]);
    for (const address of [
      'https://idp.campus.test:8443/',
      'https://idp.campus.test:9443/',
      'https://vpn.campus.test:9443/',
      'https://login.campus.test:8443/',
    ])
      expect(at(address), address).toBe(false);
  });

  it('an IPv6 gateway counts on its own port, however it is written', () => {
    const hosts = signInHosts(profileOf({ browser: undefined }), { host: '2001:DB8:0::1', port: 8443 });
    expect(may('https://[2001:db8::1]:8443/', { address: 'https://[2001:db8::1]:8443/', hosts })).toBe(true);
    expect(may('https://[2001:db8::1]:9443/', { address: 'https://[2001:db8::1]:8443/', hosts })).toBe(false);
    expect(may('https://[2001:db8::2]:8443/', { address: 'https://[2001:db8::1]:8443/', hosts })).toBe(false);
  });
});

describe('a pattern among a sign-in page’s hosts', () => {
  const hosts = ['*.sso.campus.test', '*.apps.campus.test:8444'];
  const open = { hosts, wildcards: true };

  it('a pattern in a sign-in page’s hosts stands for exactly one label, on its own port', () => {
    expect(may('https://websso1.sso.campus.test/adfs/ls/', open)).toBe(true);
    expect(may('https://WEBSSO1.SSO.campus.test./', open)).toBe(true);
    expect(may('https://a.apps.campus.test:8444/', open)).toBe(true);
    for (const address of [
      'https://sso.campus.test/',
      'https://a.b.sso.campus.test/',
      'https://websso1.sso.campus.test:8444/',
      'https://a.apps.campus.test/',
      'https://websso1.sso.campus.test.evil.test/',
      'https://evilsso.campus.test/',
      'https://websso1.sso.campus.test@evil.test/',
    ])
      expect(may(address, open), address).toBe(false);
  });

  it('a pattern in a sign-in page’s hosts counts only if policy allows it', () =>
    expect(may('https://websso1.sso.campus.test/', { hosts, wildcards: false })).toBe(false));

  it.each(['*.com', '*.edu.mo', '*.co.uk', '*.github.io', '*.test'])(
    'a pattern never counts for %s, where strangers can register names',
    (pattern) => expect(may(`https://evil${pattern.slice(1)}/`, { hosts: [pattern], wildcards: true })).toBe(false),
  );
});

describe('Duo’s hosts', () => {
  const hosts = signInHosts(profileOf({ browser: { hosts: ['idp.campus.test'] } }), { host: 'vpn.campus.test', port: 443 });

  it('Duo’s hosts with an id of eight hexadecimal digits are allowed for every profile with a page', () => {
    for (const address of ['https://api-1a2b3c4d.duosecurity.com/frame/v4/auth/prompt', 'https://API-1A2B3C4D.duofederal.com/'])
      expect(may(address, { hosts }), address).toBe(true);
    expect(maySignInLoad('wss://api-1a2b3c4d.duosecurity.com/live', { ...rules, hosts })).toBe(true);
    for (const address of [
      'https://api-1a2b3c4d.duosecurity.com:8443/',
      'https://api-1a2b3c4.duosecurity.com/',
      'https://api-1a2b3c4de.duosecurity.com/',
      'https://api-1a2b3c4g.duosecurity.com/',
      'https://duosecurity.com/',
      'https://admin.duosecurity.com/',
      'https://api-1a2b3c4d.duosecurity.com.evil.test/',
      'https://api-1a2b3c4d-duosecurity.com/',
      'https://x.api-1a2b3c4d.duosecurity.com/',
    ])
      expect(may(address, { hosts }), address).toBe(false);
  });

  it('Duo’s hosts are not allowed for a profile without a page', () => {
    const none = signInHosts(profileOf({ browser: undefined }), { host: 'vpn.campus.test', port: 443 });
    expect(none).not.toContain(duoHosts[0]);
    expect(may('https://api-1a2b3c4d.duosecurity.com/', { hosts: none })).toBe(false);
  });
});

test('each load error of a sign-in page has its own failure', () => {
  const load = { host: 'idp.campus.test', description: 'ERR', refusal: null };
  const code = (errorCode: number) => signInFailure({ ...load, errorCode })?.code ?? null;
  expect([-3, -20, -100, -102, -105, -118, -127, -130, -202, -310, -324].map(code)).toEqual([
    null,
    'browser-strayed',
    'gateway-closed',
    'gateway-unreachable',
    'gateway-name-unknown',
    'gateway-unreachable',
    'proxy-rejected',
    'proxy-unreachable',
    'certificate-untrusted',
    'gateway-protocol',
    'gateway-closed',
  ]);
  const refusal = { code: 'certificate-changed', params: { host: 'idp.campus.test' } } as const;
  expect(signInFailure({ ...load, errorCode: -2, refusal })).toEqual(refusal);
});

test('a refusal for large cookies is recognised by status and size', () => {
  expect([areCookiesTooLarge(431, 9_000), areCookiesTooLarge(400, 9_000), areCookiesTooLarge(413, 9_000)]).toEqual([true, true, true]);
  expect([
    areCookiesTooLarge(431, 0),
    areCookiesTooLarge(400, 200),
    areCookiesTooLarge(200, 9_000),
    areCookiesTooLarge(403, 9_000),
  ]).toEqual([false, false, false, false]);
});

function profileOf(more: Partial<Profile>): Profile {
  return profileSchema.parse({
    version: 1,
    id: 'c',
    name: 'Campus',
    gateways: ['vpn.campus.test'],
    protocol: 'nc',
    tunnel: 'app',
    labels: { userId: 'User', password: 'Password' },
    portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
    trust: { kind: 'system' },
    ...more,
  });
}
