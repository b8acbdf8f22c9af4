import { describe, expect, it, vi } from 'vitest';
import { mayLoad, mayVisit, type PortalRules } from '../../../electron/desktop/pages/navigation.ts';
import { portalFailure } from '../../../electron/desktop/portal/portal-failure.ts';
import { isOurProxy } from '../../../electron/desktop/pages/proxy-login.ts';
import { isLoopback } from '../../../electron/net/loopback.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

const rules: PortalRules = {
  portal: {
    address: 'https://2fa.campus.test:8443/',
    hosts: ['2fa.campus.test', 'CDN.campus.test', 'localhost', '127.0.0.1'],
    pages: 'other',
  },
} as const;

describe('the portal’s view', () => {
  it.each(['https://2fa.campus.test/', 'https://2FA.campus.test:8443/x?y', 'https://cdn.campus.test/a'])(
    'the portal view may navigate to %s',
    (address) => expect(mayVisit(address, rules)).toBe(true),
  );

  it.each([
    'http://2fa.campus.test/',
    'https://2fa.campus.test:22/',
    'https://2fa.campus.test.evil.test/',
    'https://evil.test/2fa.campus.test',
    'https://2fa.campus.test@evil.test/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'wss://2fa.campus.test/',
    'data:text/html,x',
    'blob:https://2fa.campus.test/1',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'app://causeway/index.html',
    'about:blank',
    '',
  ])('the portal view may not navigate to %s', (address) => expect(mayVisit(address, rules)).toBe(false));

  it('the portal view may navigate to Duo’s page if the portal is not ours', () => {
    const duo = 'https://api-1a2b3c4d.duosecurity.com/frame/web/v1/auth?tx=x';
    expect(mayVisit(duo, rules)).toBe(true);
    expect(mayLoad(duo, rules)).toBe(true);
    const ours: PortalRules = { portal: { ...rules.portal, pages: 'causeway.portal.v1' } };
    expect(mayVisit(duo, ours)).toBe(false);
    for (const address of [
      'http://api-1a2b3c4d.duosecurity.com/',
      'https://api-1a2b3c4d.duosecurity.com:8443/',
      'https://admin.duosecurity.com/',
      'https://api-1a2b3c4d.duosecurity.com.evil.test/',
      'https://api-1a2b3c4d.duosecurity.com@evil.test/',
    ]) {
      expect(mayVisit(address, rules), address).toBe(false);
      expect(mayLoad(address, rules), address).toBe(false);
    }
  });

  it('the portal view may load from its own hosts, sockets included, and what its pages made themselves', () => {
    for (const address of [
      'https://cdn.campus.test/a.js',
      'wss://2fa.campus.test/live',
      'data:image/png;base64,AA',
      'blob:https://2fa.campus.test/1',
    ])
      expect(mayLoad(address, rules), address).toBe(true);
    for (const address of [
      'http://2fa.campus.test/a.js',
      'ws://2fa.campus.test/',
      'https://evil.test/a.js',
      'https://[::1]/',
      'app://causeway/',
      'nonsense',
    ])
      expect(mayLoad(address, rules), address).toBe(false);
  });
});

it.each(['localhost', 'a.localhost', 'localhost.', '127.0.0.1', '127.9.9.9', '0.0.0.0', '[::1]', '[::]', '[::ffff:7f00:1]'])(
  '%s counts as this computer',
  (host) => expect(isLoopback(host)).toBe(true),
);
it.each(['campus.test', 'localhost.campus.test', '128.0.0.1', '[2001:db8::1]'])('%s does not count as this computer', (host) =>
  expect(isLoopback(host)).toBe(false),
);

describe('a page that did not load is told as', () => {
  const load = { host: '2fa.campus.test', errorCode: -105, description: 'ERR_NAME_NOT_RESOLVED', refusal: null, proxyFailure: null };
  const codeOf = (more: Partial<Parameters<typeof portalFailure>[0]>): string | undefined => portalFailure({ ...load, ...more })?.code;

  it('an aborted portal load is no failure', () => expect(codeOf({ errorCode: -3 })).toBeUndefined());
  it('a certificate that the verifier or Chromium refused is the portal’s failure', () => {
    expect(codeOf({ errorCode: -2, refusal: { code: 'certificate-changed' } })).toBe('portal-certificate');
    expect(codeOf({ errorCode: -202 })).toBe('portal-certificate');
  });
  it('a blocked navigation is the portal’s failure', () => expect(codeOf({ errorCode: -20 })).toBe('portal-left'));
  it('the portal’s failure is the one that the proxy reported', () =>
    expect(codeOf({ errorCode: -111, proxyFailure: { code: 'host-not-allowed' } })).toBe('host-not-allowed'));
  it('a broken tunnel is the portal’s failure if the proxy reported nothing', () =>
    expect(codeOf({ errorCode: -111 })).toBe('tunnel-down'));
  it('any other portal failure is unreachable', () => expect(codeOf({})).toBe('portal-unreachable'));
});

it('our proxy is recognized by its whole address', () => {
  const asked = { isProxy: true, host: '127.0.0.1', port: 4000 };
  expect(isOurProxy(asked, { port: 4000 })).toBe(true);
  for (const other of [{ isProxy: false }, { host: 'localhost' }, { port: 4001 }])
    expect(isOurProxy({ ...asked, ...other }, { port: 4000 })).toBe(false);
});
