import { describe, expect, test } from 'vitest';
import { planNetwork, routeTo, type Plan, type Route, type LocalNetwork } from '../../../electron/helper/network-plan.ts';
import { covers, halvesOf, lengthOfMask, prefixOf, prefixText, type Prefix } from '../../../electron/helper/ip-prefix.ts';
import { networkRequestFrom, networkRequestSchema, type NetworkRequest } from '../../../electron/helper/network-request.ts';
import { helperProtocol } from '../../../electron/helper-client/protocol.ts';

const block = (text: string): Prefix => {
  const found = prefixOf(text);
  if (!found) throw new Error(`no block: ${text}`);
  return found;
};
const route = (to: string, via: string | null, metric = 0, device = 'wlan0'): Route => ({ to: block(to), via, device, metric });

/** A home: its router is its name server too; a second one is far away. */
const home: LocalNetwork = {
  device: 'causeway0',
  peers: ['203.0.113.7'],
  routes: [
    route('0.0.0.0/0', '192.168.1.1', 600),
    route('192.168.1.0/24', null, 600),
    route('::/0', 'fe80::1', 1024),
    route('2001:db8:1::/64', null, 256),
  ],
  nameServers: ['192.168.1.1', '198.51.100.53', '127.0.0.53'],
  addresses: ['127.0.0.1', '192.168.1.20', '::1', '2001:db8:1::20'],
};
const wishes: NetworkRequest = {
  reason: 'connect',
  device: 'causeway0',
  gateway: '203.0.113.7',
  addresses: ['10.50.1.2/32'],
  mtu: 1380,
  nameServers: ['10.60.0.53'],
  domains: ['campus.test'],
  include: ['10.60.0.0/16'],
  exclude: [],
  leftOut: 0,
  idleTimeout: '',
  options: '',
};
const planned = (changes: Partial<NetworkRequest>, here: Partial<LocalNetwork> = {}): Plan =>
  planNetwork({ ...wishes, ...changes }, { ...home, ...here });
const through = (plan: Plan): string[] => plan.through.map(prefixText);
const bypassOf = (plan: Plan): string[] => plan.bypass.map(({ to, via, device }) => `${prefixText(to)} ${via ?? 'at hand'} ${device}`);

describe('the network plan for a gateway’s request', () => {
  test('the network plan does what a campus may ask for', () => {
    const plan = planned({});
    expect(through(plan)).toEqual(['10.60.0.53/32', '10.60.0.0/16']);
    expect(bypassOf(plan)).toEqual(['203.0.113.7/32 192.168.1.1 wlan0']);
    expect(plan).toMatchObject({ mtu: 1380, nameServers: ['10.60.0.53'], domains: ['campus.test'], refused: [] });
    expect(plan.addresses.map(prefixText)).toEqual(['10.50.1.2/32']);
  });

  test('the network plan routes everything by two halves, so that the computer’s own default route stays', () => {
    for (const include of [[], ['0.0.0.0/0']]) expect(through(planned({ include }))).toEqual(['0.0.0.0/1', '128.0.0.0/1']);
    const both = planned({ include: [], addresses: ['10.50.1.2/24', 'fd50::2/64'], mtu: 900 });
    expect(through(both)).toEqual([
      '0.0.0.0/1',
      '128.0.0.0/1',
      '0:0:0:0:0:0:0:0/1',
      '8000:0:0:0:0:0:0:0/1',
      '10.50.1.0/24',
      'fd50:0:0:0:0:0:0:0/64',
    ]);
    // IPv6 takes no less (RFC 8200)
    expect(both.mtu).toBe(1280);
  });

  test.each([
    ['of a computer that openconnect is not connected to', { gateway: '203.0.113.8' }],
    ['of nobody', { gateway: null }],
    ['of the router', { gateway: '192.168.1.1' }],
  ])('the network plan refuses a gateway’s address %s', (_what, wrong) => {
    expect(() => planned(wrong)).toThrow();
  });

  test.each([
    '127.0.0.2/32',
    '0.0.0.0/32',
    '224.0.0.1/32',
    '169.254.1.1/32',
    '192.168.1.1/32',
    '192.168.1.20/24',
    '203.0.113.7/32',
    '::1/128',
    'fe80::2/64',
  ])('the network plan refuses %s as the tunnel’s own address', (address) => {
    expect(() => planned({ addresses: [address] })).toThrow();
  });

  test.each([
    '127.0.0.0/8',
    '127.0.0.1/32',
    '0.0.0.0/8',
    '169.254.169.254/32',
    '224.0.0.0/4',
    '255.255.255.255/32',
    '::1/128',
    'fe80::/10',
    'ff02::/16',
    '::ffff:127.0.0.1/128',
  ])('the network plan leads no %s into the tunnel', (include) => {
    const plan = planned({ include: [include, '10.60.0.0/16'], addresses: ['10.50.1.2/32', 'fd50::2/128'] });
    expect(through(plan)).not.toContain(prefixText(block(include)));
    expect(plan.refused).toHaveLength(1);
    expect(through(plan)).toContain('10.60.0.0/16');
  });

  test.each([
    ['the router', '192.168.1.1/32'],
    ['the router, by the network that it is in', '192.168.1.0/24'],
    ['the router, by half that network', '192.168.1.0/25'],
    ['a name server elsewhere', '198.51.100.53/32'],
    ['the gateway itself', '203.0.113.7/32'],
  ])('the network plan does not lead %s into the tunnel', (_what, include) => {
    const plan = planned({ include: [include] });
    expect(through(plan)).toEqual(['10.60.0.53/32']);
    expect(plan.refused).toEqual([expect.stringContaining(include)]);
  });

  test('the network plan bypasses the tunnel for a local name server inside a block, and routes the rest through it', () => {
    const plan = planned({ include: ['198.51.100.0/24', '192.0.0.0/8'] });
    expect(through(plan)).toEqual(['10.60.0.53/32', '198.51.100.0/24', '192.0.0.0/8']);
    expect(bypassOf(plan)).toEqual(expect.arrayContaining(['198.51.100.53/32 192.168.1.1 wlan0', '192.168.1.1/32 at hand wlan0']));
  });

  test('the network plan refuses a name server whose route would take the local router or this computer into the tunnel', () => {
    const plan = planned({ nameServers: ['192.168.1.1', '127.0.0.1', '10.60.0.53', '0.0.0.0'] });
    expect(through(plan)).toEqual(['10.60.0.53/32', '10.60.0.0/16']);
    expect(plan.nameServers).toEqual(['192.168.1.1', '10.60.0.53']);
  });

  test('the network plan refuses a name server if the tunnel has no address of its family', () => {
    const nameServers = ['2001:4860:4860::8888', '10.60.0.53'];
    expect(planned({ nameServers })).toMatchObject({ nameServers: ['10.60.0.53'], refused: ['name server 2001:4860:4860::8888'] });
    expect(planned({ nameServers, addresses: ['10.50.1.2/32', 'fd50::2/128'] }).nameServers).toEqual(nameServers);
  });

  test('the network plan leads neither the router, this computer nor a name server into the tunnel by quarters, halves or odd sizes', () => {
    const quarters = ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2', '::/1', '8000::/1', '192.168.1.0/26', '192.168.1.128/25'];
    for (const mtu of [1, 68, 65_535]) {
      const plan = planned({ include: quarters, mtu, addresses: ['10.50.1.2/32', 'fd50::2/128'] });
      expect(plan.refused).toEqual([expect.stringContaining('192.168.1.0/26')]);
      // Round what has them in it: the router at hand, a name server elsewhere by the router
      expect(bypassOf(plan)).toEqual(expect.arrayContaining(['192.168.1.1/32 at hand wlan0', '198.51.100.53/32 192.168.1.1 wlan0']));
      expect(plan.mtu).toBeGreaterThanOrEqual(1280);
    }
  });

  test('the network plan sends excluded blocks where they went before, and never excludes everything', () => {
    const plan = planned({ include: [], exclude: ['192.0.2.0/24', '0.0.0.0/0', '127.0.0.0/8'] });
    expect(bypassOf(plan)).toEqual(['203.0.113.7/32 192.168.1.1 wlan0', '192.0.2.0/24 192.168.1.1 wlan0']);
    expect(plan.refused).toHaveLength(2);
  });

  test('the network plan adds no bypass route if openconnect is connected to a proxy on this computer', () => {
    expect(bypassOf(planned({ gateway: '127.0.0.1' }, { peers: ['127.0.0.1'] }))).toEqual([]);
    expect(() => planned({ gateway: '127.0.0.1' })).toThrow(/not connected/);
  });

  test('the network plan adds no route of a family that the tunnel has no address of', () => {
    const plan = planned({ include: ['fd60::/16'] });
    expect(plan.refused).toEqual([expect.stringContaining('no address of that kind')]);
    expect(through(plan)).not.toContain('fd60:0:0:0:0:0:0:0/16');
  });
});

describe('the request that the script forwards', () => {
  const environment = {
    reason: 'connect',
    TUNDEV: 'causeway0',
    VPNGATEWAY: '203.0.113.7',
    INTERNAL_IP4_ADDRESS: '10.50.1.2',
    INTERNAL_IP4_NETMASK: '255.255.255.0',
    INTERNAL_IP4_MTU: '1380',
    INTERNAL_IP4_DNS: '10.60.0.53 10.60.0.54',
    INTERNAL_IP6_ADDRESS: 'fd50::2',
    INTERNAL_IP6_NETMASK: 'fd50::2/64',
    CISCO_DEF_DOMAIN: 'campus.test',
    CISCO_SPLIT_INC: '2',
    CISCO_SPLIT_INC_0_ADDR: '10.60.0.0',
    CISCO_SPLIT_INC_0_MASKLEN: '16',
    CISCO_SPLIT_INC_1_ADDR: '$(reboot)',
    CISCO_SPLIT_INC_1_MASKLEN: '8',
    CISCO_IPV6_SPLIT_INC: '1',
    CISCO_IPV6_SPLIT_INC_0_ADDR: 'fd60::',
    CISCO_IPV6_SPLIT_INC_0_MASKLEN: '16',
    CISCO_CSTP_OPTIONS: 'X-CSTP-MTU=1\nX-CSTP-Session-Timeout-Remaining=600\n',
    IDLE_TIMEOUT: '900',
    LD_PRELOAD: '/tmp/evil.so',
  };

  test('the script’s request holds only values of the expected shape', () => {
    expect(networkRequestFrom(environment)).toEqual({
      reason: 'connect',
      device: 'causeway0',
      gateway: '203.0.113.7',
      addresses: ['10.50.1.2/24', 'fd50::2/64'],
      mtu: 1380,
      nameServers: ['10.60.0.53', '10.60.0.54'],
      domains: ['campus.test'],
      include: ['10.60.0.0/16', 'fd60::/16'],
      exclude: [],
      leftOut: 1,
      idleTimeout: '900',
      options: 'X-CSTP-Session-Timeout-Remaining=600',
    });
    const odd = {
      ...environment,
      INTERNAL_IP4_DNS: '10.60.0.53; reboot',
      CISCO_DEF_DOMAIN: 'campus.test\nnameserver 6.6.6.6',
      INTERNAL_IP4_MTU: '1e9',
    };
    expect(networkRequestFrom(odd)).toMatchObject({ nameServers: [], domains: ['6.6.6.6'], mtu: null });
    expect(networkRequestFrom({ ...environment, reason: 'reboot' })).toBeNull();
    expect(networkRequestFrom({})).toBeNull();
    expect(networkRequestFrom({ ...environment, CISCO_SPLIT_INC: '99999999999' })?.include.length).toBe(2);
  });

  test('the script’s request counts what was left out: ten thousand routes, broken ones, names with line breaks', () => {
    const many: Record<string, string> = {};
    for (let at = 0; at < 10_000; at += 1) {
      many[`CISCO_SPLIT_INC_${at}_ADDR`] = `10.${at >> 8}.${at & 255}.0`;
      many[`CISCO_SPLIT_INC_${at}_MASKLEN`] = '24';
    }
    const wanted = networkRequestFrom({
      ...environment,
      ...many,
      CISCO_SPLIT_INC: '10000',
      CISCO_DEF_DOMAIN: 'a\nsearch evil.test',
    });
    expect(wanted).toMatchObject({ leftOut: 9_502, domains: ['evil.test'] });
    expect(wanted?.include).toHaveLength(500);
    // In one line to the helper, which takes no longer one
    expect(JSON.stringify(wanted).length).toBeLessThan(helperProtocol.maxReplyBytes);
    expect(planned({ leftOut: 9_502 }).refused).toEqual(['9502 more, too many or of no known shape']);
  });

  test('a request of another shape is refused by the helper', () => {
    for (const wrong of [
      { device: '../../etc' },
      { gateway: 'x; reboot' },
      { domains: ['a\nb'] },
      { include: ['10.0.0.0/8 dev lo'] },
      { include: Array.from({ length: 501 }, () => '10.0.0.0/8') },
      { mtu: 0 },
      { more: 1 },
    ])
      expect(networkRequestSchema.safeParse({ ...wishes, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  });
});

describe('blocks of addresses', () => {
  test('address blocks are parsed and formatted', () => {
    expect(['10.1.2.3/8', '10.1.2.3', 'fd00::1/8', '::ffff:10.0.0.1/128'].map((text) => prefixText(block(text)))).toEqual([
      '10.0.0.0/8',
      '10.1.2.3/32',
      'fd00:0:0:0:0:0:0:0/8',
      '0:0:0:0:0:ffff:a00:1/128',
    ]);
    for (const text of ['', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1', 'campus.test'])
      expect(prefixOf(text), text).toBeNull();
    expect(halvesOf(block('10.0.0.0/8')).map(prefixText)).toEqual(['10.0.0.0/9', '10.128.0.0/9']);
    expect(covers(block('10.0.0.0/8'), block('10.2.0.0/16'))).toBe(true);
    expect(covers(block('10.2.0.0/16'), block('10.0.0.0/8'))).toBe(false);
    expect(covers(block('0.0.0.0/0'), block('::1'))).toBe(false);
    expect(['255.255.255.0', '0.0.0.0', '255.255.255.255', '255.0.255.0', 'x'].map(lengthOfMask)).toEqual([24, 0, 32, null, null]);
  });

  test('address blocks are reached by the most specific route, then by the lowest metric', () => {
    const routes = [route('0.0.0.0/0', '10.0.0.1', 100, 'eth0'), route('0.0.0.0/0', '192.168.1.1', 600), route('192.168.1.0/24', null)];
    expect(routeTo(block('8.8.8.8'), routes)).toMatchObject({ device: 'eth0' });
    expect(routeTo(block('192.168.1.9'), routes)).toMatchObject({ device: 'wlan0', via: null });
    expect(routeTo(block('::1'), routes)).toBeNull();
  });
});
