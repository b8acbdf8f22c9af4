import { describe, expect, test } from 'vitest';
import type { OpenConnectGrant } from '../../electron/gateways/gateway.ts';
import { allowsGateway, configOf } from '../../electron/helper/config.ts';
import { difference } from '../../electron/helper/network.ts';
import { scriptEnvironment } from '../../electron/helper/vpnc-script.ts';
import { Lines } from '../../electron/tunnels/openconnect/helper-protocol.ts';
import { isRootsAlone } from '../../electron/trust/root-owned.ts';
import { endingOf, limitsFrom, Said } from '../../electron/tunnels/openconnect/said.ts';
import { cookieLine, targetOf, wordsFor, type OpenConnectTarget } from '../../electron/tunnels/openconnect/words.ts';

const target: OpenConnectTarget = {
  protocol: 'pulse',
  connectUrl: 'https://vpn.campus.test/realm',
  serverPin: `pin-sha256:${'A'.repeat(43)}=`,
  address: '192.0.2.7',
  proxy: null,
};
const grant: OpenConnectGrant = {
  kind: 'openconnect',
  protocol: 'anyconnect',
  endpoint: { host: 'vpn.campus.test', port: 443 },
  cookie: 'secret-ticket',
  connectUrl: 'https://vpn.campus.test/',
  serverPin: target.serverPin,
  address: '192.0.2.7',
  idleSeconds: null,
  expiresAt: null,
};
const said = (text: string): Said => {
  const heard = new Said();
  heard.add(Buffer.from(text));
  return heard;
};

describe('what openconnect is told', () => {
  test('is the gateway, its key and where to find it, and no secret', () => {
    const words = wordsFor(targetOf(grant));
    expect(words).toContain('--resolve=vpn.campus.test:192.0.2.7');
    expect(words).toContain('--no-proxy');
    expect(words.at(-1)).toBe('https://vpn.campus.test/');
    expect(words.join(' ')).not.toContain(grant.cookie);
    expect(cookieLine(grant.cookie)).toBe('secret-ticket\n');
  });

  test('leads to loopback where the profile of a lab says so', () => {
    const words = wordsFor(targetOf({ ...grant, endpoint: { ...grant.endpoint, loopbackPort: 4433 } }));
    expect(words).toContain('--resolve=vpn.campus.test:127.0.0.1');
    expect(words.at(-1)).toBe('https://vpn.campus.test:4433/');
  });

  test('has a proxy look names up, and never its password', () => {
    const words = wordsFor(targetOf(grant, { kind: 'socks5', host: 'proxy.test', port: 1080 }));
    expect(words).toContain('--proxy=socks5://proxy.test:1080');
    expect(words.join(' ')).not.toContain('--resolve');
  });

  test.each([
    ['an address that is no https', { connectUrl: 'http://vpn.campus.test/' }],
    ['an address with a user in it', { connectUrl: 'https://me:secret@vpn.campus.test/' }],
    ['a host that is an option', { connectUrl: 'https://-oops/' }],
    ['a pin of another kind', { serverPin: 'sha256:AAAA' }],
    ['an address that is none', { address: 'vpn --script=evil' }],
    ['a proxy that is an option', { proxy: { kind: 'http' as const, host: '-x', port: 1 } }],
  ])('never %s', (_what, wrong) => {
    expect(() => wordsFor({ ...target, ...wrong })).toThrow(/does not fit/);
  });

  test.each(['', 'two\nlines', 'nul\0', 'x'.repeat(5_000)])('never a ticket that is not one line: %j', (cookie) => {
    expect(() => cookieLine(cookie)).toThrow(/does not fit/);
  });
});

describe('why a tunnel ended', () => {
  const base = { said: said(''), limits: { expiresAt: null, idleSeconds: null }, at: 1_000_000, lastTrafficAt: 1_000_000, host: 'h' };
  const over = said('Session terminated by server; exiting.\n');

  test('is told by the exit code and our clock', () => {
    expect(endingOf({ ...base, code: 2 })).toMatchObject({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect(endingOf({ ...base, code: 1 })).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    expect(endingOf({ ...base, code: null })).toMatchObject({ kind: 'dropped' });
    expect(endingOf({ ...base, code: 1, said: over })).toEqual({ kind: 'ended', reason: 'revoked' });
    expect(endingOf({ ...base, code: 1, limits: { expiresAt: 999_000, idleSeconds: null } })).toEqual({ kind: 'ended', reason: 'expired' });
  });

  test('is idleness only where nothing went through for as long as the gateway lets it', () => {
    const limits = { expiresAt: null, idleSeconds: 60 };
    expect(endingOf({ ...base, code: 1, said: over, limits, lastTrafficAt: 940_000 })).toEqual({ kind: 'ended', reason: 'idle' });
    expect(endingOf({ ...base, code: 1, said: over, limits, lastTrafficAt: 980_000 })).toEqual({ kind: 'ended', reason: 'revoked' });
    // A link that breaks while nobody does anything is a broken link
    expect(endingOf({ ...base, code: 1, limits, lastTrafficAt: 0 })).toMatchObject({ kind: 'dropped' });
  });

  test('comes with no ticket in what the help desk is read', () => {
    const heard = said(
      'Connected to 192.0.2.7:443\nSet-Cookie: webvpn=0123456789\nGET /?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nReconnect failed\n',
    );
    expect(heard.reached).toBe(true);
    expect(heard.tail).toBe('Connected to 192.0.2.7:443 · Reconnect failed');
  });

  test('what the gateway says of its limits is read, and nothing else taken for it', () => {
    expect(limitsFrom({ idleTimeout: '900', options: 'X-CSTP-MTU=1\nX-CSTP-Session-Timeout-Remaining=600\n' }, 1_000)).toEqual({
      expiresAt: 601_000,
      idleSeconds: 900,
    });
    expect(limitsFrom({ idleTimeout: '', options: '' }, 1_000)).toEqual({ expiresAt: null, idleSeconds: null });
    expect(limitsFrom({ idleTimeout: '0', options: 'X-CSTP-Session-Timeout-Remaining=none' }, 1_000)).toEqual({
      expiresAt: null,
      idleSeconds: null,
    });
    expect(said('Session authentication will expire at Tue Nov 24 11:55:29 2026\n\n').expiresAt).toBe(Date.UTC(2026, 10, 24, 11, 55, 29));
  });
});

describe('the helper', () => {
  test('lets a tunnel lead to the hosts that are named, and below a name only where that says so', () => {
    const config = { users: [], gateways: ['vpn.campus.test', '*.cluster.test'] };
    expect(allowsGateway(config, 'VPN.campus.test')).toBe(true);
    expect(allowsGateway(config, 'node1.cluster.test')).toBe(true);
    for (const host of ['cluster.test', '.cluster.test', 'evilcluster.test', 'a.vpn.campus.test', 'vpn.campus.test.evil.example'])
      expect(allowsGateway(config, host), host).toBe(false);
  });

  test('knows a gateway at an IPv6 address, with and without brackets', () => {
    for (const entry of ['[2001:db8::1]', '2001:DB8:0::1']) {
      const config = configOf('mei', [entry]);
      expect(allowsGateway(config, '[2001:db8::1]')).toBe(true);
      expect(allowsGateway(config, '2001:db8::2')).toBe(false);
    }
  });

  test('hands the platform’s script what has its shape, and nothing else that a gateway sent', () => {
    expect(
      scriptEnvironment({
        reason: 'connect',
        TUNDEV: 'causeway0',
        INTERNAL_IP4_ADDRESS: '10.50.1.2',
        INTERNAL_IP4_DNS: '10.60.0.53 10.60.0.54',
        CISCO_SPLIT_INC_0_ADDR: '$(reboot)',
        CISCO_DEF_DOMAIN: 'campus.test\nnameserver 6.6.6.6',
        CISCO_BANNER: 'Welcome; reboot',
        LD_PRELOAD: '/tmp/evil.so',
        PATH: '/tmp',
        INTERNAL_IP6_ADDRESS: 'fd50::1; reboot',
      }),
    ).toEqual({ reason: 'connect', TUNDEV: 'causeway0', INTERNAL_IP4_ADDRESS: '10.50.1.2', INTERNAL_IP4_DNS: '10.60.0.53 10.60.0.54' });
  });

  test('knows what a tunnel added and what it took away', () => {
    const state = (routes: string[]) => ({ routes, links: [], resolver: { link: null, text: null } });
    expect(difference(state(['-4 a', '-4 b']), state(['-4 b', '-4 c']))).toEqual({ added: ['-4 c'], removed: ['-4 a'] });
  });

  test('takes a line of any pieces, and none that is too long', () => {
    const lines = new Lines(10);
    expect(lines.add(Buffer.from('one\ntw'))).toEqual(['one']);
    expect(lines.add(Buffer.from('o\n\n'))).toEqual(['two', '']);
    expect(lines.add(Buffer.from('12345678901'))).toBeNull();
  });

  test.skipIf(process.platform !== 'linux')('trusts a path that is root’s from the top', async () => {
    expect(await isRootsAlone('/bin/sh')).toBe(true);
    expect(await isRootsAlone('/tmp')).toBe(false);
    expect(await isRootsAlone('/no/such/thing')).toBe(false);
  });
});
