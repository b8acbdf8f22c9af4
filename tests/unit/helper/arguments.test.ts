import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpenConnectGrant } from '../../../electron/gateways/gateway.ts';
import { parseConfig, proofOf, trustFor } from '../../../electron/helper/config.ts';
import { oneTimeConfig } from '../../../electron/helper/one-time-config.ts';
import { difference } from '../../../electron/helper/network-state.ts';
import { scriptEnvironment } from '../../../electron/helper/vpnc-script.ts';
import { Lines } from '../../../shared/lines.ts';
import { onlyRootCanChange } from '../../../electron/system/root-owned.ts';
import { endingOf, limitsFrom, OpenConnectOutput } from '../../../electron/tunnels/openconnect/output.ts';
import { issue } from '../../support/issuer.ts';
import {
  cookieLine,
  keyOf,
  targetOf,
  argumentsFor,
  type GatewayIdentity,
  type OpenConnectTarget,
} from '../../../electron/tunnels/openconnect/arguments.ts';
import { agentFor } from '../../../shared/user-agent.ts';

const pin = `${'A'.repeat(43)}=`;
const target: OpenConnectTarget = {
  protocol: 'pulse',
  connectUrl: 'https://vpn.campus.test/realm',
  agent: agentFor('linux'),
  address: '192.0.2.7',
  proxy: null,
};
const grant: OpenConnectGrant = {
  kind: 'openconnect',
  protocol: 'anyconnect',
  endpoint: { host: 'vpn.campus.test', port: 443 },
  cookie: 'secret-ticket',
  connectUrl: 'https://vpn.campus.test/',
  serverPin: `pin-sha256:${pin}`,
  agent: agentFor('linux'),
  address: '192.0.2.7',
  idleSeconds: null,
  expiresAt: null,
  udp: true,
  keepAlive: 'without-limit',
};
const outputOf = (text: string): OpenConnectOutput => {
  const output = new OpenConnectOutput();
  output.add(Buffer.from(text));
  return output;
};

describe('openconnect’s arguments', () => {
  test('openconnect’s arguments hold the gateway, its key and its address, and no secret', () => {
    const args = argumentsFor(targetOf(grant), keyOf(grant));
    expect(args).toContain(`--servercert=pin-sha256:${pin}`);
    expect(args).toContain('--resolve=vpn.campus.test:192.0.2.7');
    expect(args).toContain('--no-proxy');
    expect(args).toContain('--useragent=AnyConnect-compatible Causeway');
    expect(args).toContain('--os=linux-64');
    expect(args.at(-1)).toBe('https://vpn.campus.test/');
    expect(args.join(' ')).not.toContain(grant.cookie);
    expect(cookieLine(grant.cookie)).toBe('secret-ticket\n');
  });

  test('openconnect’s arguments lead to loopback if a lab’s profile says so', () => {
    const args = argumentsFor(targetOf({ ...grant, endpoint: { ...grant.endpoint, loopbackPort: 4433 } }), keyOf(grant));
    expect(args).toContain('--resolve=vpn.campus.test:127.0.0.1');
    expect(args.at(-1)).toBe('https://vpn.campus.test:4433/');
  });

  test('openconnect’s arguments turn UDP off if the profile does, and otherwise leave it to the gateway', () => {
    expect(argumentsFor(targetOf({ ...grant, udp: false }), keyOf(grant))).toContain('--no-dtls');
    expect(argumentsFor(targetOf({ ...grant, udp: true }), keyOf(grant))).not.toContain('--no-dtls');
    expect(argumentsFor(target, keyOf(grant))).not.toContain('--no-dtls');
  });

  test('openconnect’s arguments let a proxy resolve names, and never hold its password', () => {
    const args = argumentsFor(targetOf(grant, { kind: 'socks5', host: 'proxy.test', port: 1080 }), keyOf(grant));
    expect(args).toContain('--proxy=socks5://proxy.test:1080');
    expect(args.join(' ')).not.toContain('--resolve');
  });

  test.each([
    ['an address that is no https', { connectUrl: 'http://vpn.campus.test/' }],
    ['an address with a user in it', { connectUrl: 'https://me:secret@vpn.campus.test/' }],
    ['a host that is an option', { connectUrl: 'https://-oops/' }],
    ['an address that is none', { address: 'vpn --script=evil' }],
    ['a name of two lines', { agent: { userAgent: 'Any\r\nHost: evil', system: 'win' as const } }],
    ['a proxy that is an option', { proxy: { kind: 'http' as const, host: '-x', port: 1 } }],
  ])('openconnect’s arguments never contain %s', (_what, wrong) => {
    expect(() => argumentsFor({ ...target, ...wrong }, { kind: 'system' })).toThrow(/is not valid/);
  });

  test('openconnect’s arguments say how to verify the gateway: by the system, by keys only, or by one authority only', () => {
    const identityOf = (identity: GatewayIdentity) => argumentsFor(target, identity).filter((word) => /cert|cafile|trust/.test(word));
    expect(identityOf({ kind: 'system' })).toEqual([]);
    const other = `${'B'.repeat(43)}=`;
    expect(identityOf({ kind: 'pins', pins: [pin, other] })).toEqual([
      `--servercert=pin-sha256:${pin}`,
      `--servercert=pin-sha256:${other}`,
    ]);
    expect(identityOf({ kind: 'authority', file: '/etc/causeway/campus.pem' })).toEqual([
      '--no-system-trust',
      '--cafile=/etc/causeway/campus.pem',
    ]);
    const wrong: GatewayIdentity[] = [
      { kind: 'pins', pins: [] },
      { kind: 'pins', pins: ['AAAA'] },
      { kind: 'pins', pins: ['pin-sha256:AAAA'] },
      { kind: 'authority', file: 'campus.pem' },
      { kind: 'authority', file: '/etc/a\nb' },
    ];
    for (const each of wrong) expect(() => argumentsFor(target, each), JSON.stringify(each)).toThrow(/is not valid/);
  });

  test.each(['', 'two\nlines', 'nul\0', 'x'.repeat(5_000)])('a ticket that is not one line is refused: %j', (cookie) => {
    expect(() => cookieLine(cookie)).toThrow(/is not valid/);
  });
});

describe('why a tunnel ended', () => {
  const base = { output: outputOf(''), limits: { expiresAt: null, idleSeconds: null }, at: 1_000_000, lastTrafficAt: 1_000_000, host: 'h' };
  const over = outputOf('Session terminated by server; exiting.\n');

  test('the reason for a tunnel’s end follows from the exit code and our clock', () => {
    expect(endingOf({ ...base, code: 2 })).toMatchObject({ kind: 'rejected', failure: { code: 'ticket-rejected' } });
    expect(endingOf({ ...base, code: 1 })).toMatchObject({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
    expect(endingOf({ ...base, code: null })).toMatchObject({ kind: 'dropped' });
    expect(endingOf({ ...base, code: 1, output: over })).toEqual({ kind: 'ended', reason: 'revoked' });
    expect(endingOf({ ...base, code: 1, limits: { expiresAt: 999_000, idleSeconds: null } })).toEqual({ kind: 'ended', reason: 'expired' });
  });

  test('a tunnel ended as idle only if no traffic passed for the gateway’s idle timeout', () => {
    const limits = { expiresAt: null, idleSeconds: 60 };
    expect(endingOf({ ...base, code: 1, output: over, limits, lastTrafficAt: 940_000 })).toEqual({ kind: 'ended', reason: 'idle' });
    expect(endingOf({ ...base, code: 1, output: over, limits, lastTrafficAt: 980_000 })).toEqual({ kind: 'ended', reason: 'revoked' });
    // A link that breaks while nobody does anything is a broken link
    expect(endingOf({ ...base, code: 1, limits, lastTrafficAt: 0 })).toMatchObject({ kind: 'dropped' });
  });

  test('the detail for the help desk never includes a ticket', () => {
    const output = outputOf(
      'Connected to 192.0.2.7:443\nSet-Cookie: webvpn=0123456789\nGET /?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nReconnect failed\n',
    );
    expect(output.reached).toBe(true);
    expect(output.tail).toBe('Connected to 192.0.2.7:443 · Reconnect failed');
  });

  test('the gateway’s session limits are read, and nothing else is mistaken for them', () => {
    expect(limitsFrom({ idleTimeout: '900', options: 'X-CSTP-MTU=1\nX-CSTP-Session-Timeout-Remaining=600\n' }, 1_000)).toEqual({
      expiresAt: 601_000,
      idleSeconds: 900,
    });
    expect(limitsFrom({ idleTimeout: '', options: '' }, 1_000)).toEqual({ expiresAt: null, idleSeconds: null });
    expect(limitsFrom({ idleTimeout: '0', options: 'X-CSTP-Session-Timeout-Remaining=none' }, 1_000)).toEqual({
      expiresAt: null,
      idleSeconds: null,
    });
    expect(outputOf('Session authentication will expire at Tue Nov 24 11:55:29 2026\n\n').expiresAt).toBe(
      Date.UTC(2026, 10, 24, 11, 55, 29),
    );
  });
});

describe('the helper', () => {
  const gateways = (...entries: unknown[]) => parseConfig({ users: [], gateways: entries });

  test('the helper allows tunnels to the named hosts, and to hosts below a name only for a wildcard', () => {
    const config = gateways('vpn.campus.test', '*.cluster.test');
    expect(trustFor(config, 'VPN.campus.test')).toBe('system');
    expect(trustFor(config, 'node1.cluster.test')).toBe('system');
    for (const host of ['cluster.test', '.cluster.test', 'evilcluster.test', 'a.vpn.campus.test', 'vpn.campus.test.evil.example'])
      expect(trustFor(config, host), host).toBeNull();
  });

  test('the helper recognizes a gateway at an IPv6 address, with and without brackets', () => {
    for (const entry of ['[2001:db8::1]', '2001:DB8:0::1']) {
      expect(trustFor(gateways(entry), '[2001:db8::1]')).toBe('system');
      expect(trustFor(gateways(entry), '2001:db8::2')).toBeNull();
    }
  });

  test.each([
    'https://vpn.campus.test./',
    'https://vpn.campus.test:443@evil.example/',
    'https://vpn.campus.test%2eevil.example/',
    'https://evil.example\\@vpn.campus.test/',
    'https://evil.example/@vpn.campus.test/',
    'https://evil.example?vpn.campus.test/',
    'https://evil.example#vpn.campus.test/',
    'https://vpn.campus.test,evil.example/',
    'https://vpn.c\u0430mpus.test/',
    'https://.cluster.test/',
    'https://cluster.test/',
    'https://xcluster.test/',
    'https://[::ffff:127.0.0.1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[fe80::1%25eth0]/',
  ])('the helper opens nothing to %s, which is not a host in its configuration', (connectUrl) => {
    const config = gateways('vpn.campus.test', '*.cluster.test', '2001:db8::1');
    if (URL.canParse(connectUrl)) expect(trustFor(config, new URL(connectUrl).hostname)).toBeNull();
  });

  test('the helper gives openconnect the one checked spelling of an address, and none with a user in it', () => {
    const args = (connectUrl: string) =>
      argumentsFor({ protocol: 'anyconnect', connectUrl, agent: agentFor('linux'), address: null, proxy: null }, { kind: 'system' }).at(-1);
    expect(args('https://VPN.Campus.test\\@evil.example')).toBe('https://vpn.campus.test/@evil.example');
    for (const odd of ['https://user@vpn.campus.test/', 'https://:x@vpn.campus.test/', 'https://vpn_.campus.test/', 'https://-x.test/'])
      expect(() => args(odd), odd).toThrow();
  });

  test('the helper uses the most specific entry for a gateway', () => {
    const [own, near] = [{ pins: [pin] }, { authority: '/etc/near.pem' }];
    const config = gateways('*.test', { host: '*.campus.test', trust: near }, { host: 'vpn.campus.test', trust: own });
    expect(trustFor(config, 'vpn.campus.test')).toEqual(own);
    expect(trustFor(config, 'vpn2.campus.test')).toEqual(near);
    expect(trustFor(config, 'vpn.other.test')).toBe('system');
  });

  test.each([
    ['no key', { pins: [] }],
    ['eleven keys', { pins: Array.from({ length: 11 }, () => pin) }],
    ['a key that is none', { pins: ['AAAA'] }],
    ['two kinds of proof', { pins: [pin], authority: '/etc/a.pem' }],
    ['a file without a path', { authority: 'a.pem' }],
    ['a word that it does not know', 'anybody'],
  ])('the helper ignores a configuration with %s', (_what, trust) => {
    expect(() => gateways({ host: 'vpn.campus.test', trust })).toThrow();
  });

  test('the helper tells a client how it verifies a gateway, and uses no authority that others could change', async () => {
    expect(await proofOf('system')).toEqual({ kind: 'system' });
    expect(await proofOf({ pins: [`pin-sha256:${pin}`] })).toEqual({ kind: 'pins', pins: [pin] });
    await expect(proofOf({ authority: '/no/such.pem' })).rejects.toThrow(/component-missing/);
    const folder = mkdtempSync(join(tmpdir(), 'cw-authority-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { pem } = await issue(null, { authority: {} });
    writeFileSync(join(folder, 'theirs.pem'), pem);
    await expect(proofOf({ authority: join(folder, 'theirs.pem') })).rejects.toThrow(/not only administrators/);
  });

  test('the helper started by polkit accepts what the administrator was shown, for the user who asked, and nothing else', async () => {
    const nameOf = (uid: number) => Promise.resolve(uid === 1000 ? 'mei' : null);
    const once = (args: string, asker: string | undefined = '1000') => oneTimeConfig(args.split(' '), asker, nameOf);
    expect(await once('once vpn.campus.test system')).toEqual({ users: ['mei'], gateways: [{ host: 'vpn.campus.test', trust: 'system' }] });
    expect(await once(`once vpn.campus.test pin-sha256:${pin}`)).toMatchObject({ gateways: [{ trust: { pins: [`pin-sha256:${pin}`] } }] });
    for (const args of [
      'serve',
      'serve --config /tmp/helper.json',
      'once vpn.campus.test',
      'once *.test system',
      'once vpn.campus.test system --run /tmp',
      'once --config=/tmp/x system',
      'once vpn.campus.test anybody',
      'script --run /tmp',
    ])
      expect(await once(args), args).toBeNull();
    for (const asker of [undefined, '', '-1', 'mei', '1001'])
      expect(await oneTimeConfig(['once', 'vpn.campus.test', 'system'], asker, nameOf)).toBeNull();
  });

  test('the helper gives the platform’s script only values of the expected shape', () => {
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

  test('the helper records which routes a tunnel added and removed', () => {
    const state = (routes: string[]) => ({ routes, links: [], resolver: { link: null, text: null } });
    expect(difference(state(['-4 a', '-4 b']), state(['-4 b', '-4 c']))).toEqual({ added: ['-4 c'], removed: ['-4 a'] });
  });

  test('the helper reads a line from any pieces, and refuses one that is too long', () => {
    const lines = new Lines(10);
    expect(lines.add(Buffer.from('one\ntw'))).toEqual(['one']);
    expect(lines.add(Buffer.from('o\n\n'))).toEqual(['two', '']);
    expect(lines.add(Buffer.from('12345678901'))).toBeNull();
  });

  test.skipIf(process.platform !== 'linux')('the helper trusts a path that only root can change, from the root folder down', async () => {
    expect(await onlyRootCanChange('/bin/sh')).toBe(true);
    expect(await onlyRootCanChange('/tmp')).toBe(false);
    expect(await onlyRootCanChange('/no/such/thing')).toBe(false);
  });
});
