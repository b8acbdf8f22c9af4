import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { otherVpn, otherVpnIn } from '../../../electron/access/other-vpn.ts';
import { startAppBench, promptOf, when, type AppBench } from '../../support/app.ts';

const address = (of: string, internal = false): NetworkInterfaceInfo => ({
  address: of,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal,
  cidr: null,
});
const lo = { lo: [address('127.0.0.1', true)] };
const wifi = { wlan0: [address('192.168.1.7')] };
const route = (name: string, destination: string, mask: string): string =>
  `${name}\t${destination}\t0101A8C0\t0003\t0\t0\t600\t${mask}\t0\t0\t0`;
const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';

describe('another VPN', () => {
  test.each([
    'tun0',
    'tap3',
    'utun4',
    'wg0',
    'ppp0',
    'wg-home',
    'tailscale0',
    'Wintun Userspace Tunnel',
    'Cisco AnyConnect Virtual Miniport',
  ])('another VPN with the interface %s is named', (name) => {
    expect(otherVpnIn({ interfaces: { ...lo, ...wifi, [name]: [address('10.8.0.2')] }, routes: '' })).toBe(name);
  });

  test.each(['eth0', 'wlan0', 'docker0', 'br-4f2a', 'veth12', 'bridge100', 'en0', 'Ethernet', 'Wi-Fi', 'vEthernet (WSL)'])(
    'the interface %s is not taken for another VPN',
    (name) => {
      expect(otherVpnIn({ interfaces: { ...lo, ...wifi, [name]: [address('10.8.0.2')] }, routes: '' })).toBeNull();
    },
  );

  test.each([
    ['PANGP Virtual Ethernet Adapter Secure', 6],
    ['Fortinet SSL VPN Virtual Ethernet Adapter', 6],
    ['TAP-Windows Adapter V9', 53],
    ['Mullvad Tunnel', 53],
    ['WireGuard Tunnel', 53],
  ])('on Windows, an adapter called Ethernet 3 is recognized as a VPN by its description: %s', (description, type) => {
    const interfaces = { ...lo, 'Wi-Fi': [address('192.168.1.7')], 'Ethernet 3': [address('10.8.0.2')] };
    const adapters = new Map([
      ['Ethernet 3', { description, type }],
      ['Wi-Fi', { description: 'Intel(R) Wi-Fi 6 AX201 160MHz', type: 71 }],
    ]);
    expect(otherVpnIn({ interfaces, routes: '', adapters })).toBe(description);
    expect(otherVpnIn({ interfaces, routes: '', adapters, ours: 'Ethernet 3' })).toBeNull();
  });

  test.each([
    ['Microsoft Teredo Tunneling Adapter', 131],
    ['Hyper-V Virtual Ethernet Adapter', 6],
    ['VirtualBox Host-Only Ethernet Adapter', 6],
    ['Realtek PCIe GbE Family Controller', 6],
    ['Bluetooth Device (Personal Area Network)', 6],
  ])('on Windows, an adapter with the description %s is not taken for a VPN', (description, type) => {
    const interfaces = { ...lo, 'Wi-Fi': [address('192.168.1.7')], 'Ethernet 3': [address('10.8.0.2')] };
    expect(otherVpnIn({ interfaces, routes: '', adapters: new Map([['Ethernet 3', { description, type }]]) })).toBeNull();
  });

  test('a VPN that Windows dials itself has the name that its owner gave it', () => {
    const interfaces = { ...lo, 'Wi-Fi': [address('192.168.1.7')], 'Arbeit': [address('10.8.0.2')] };
    expect(otherVpnIn({ interfaces, routes: '', adapters: new Map([['Arbeit', { description: 'Arbeit', type: 23 }]]) })).toBe('Arbeit');
  });

  test('an interface with only a link-local address is no VPN, since macOS always has some', () => {
    const idle = { utun0: [{ ...address('fe80::1'), family: 'IPv6' as const, scopeid: 4 }] };
    expect(otherVpnIn({ interfaces: { ...lo, ...wifi, ...idle }, routes: '' })).toBeNull();
  });

  test('a modem that carries everything is no VPN', () => {
    expect(otherVpnIn({ interfaces: { ...lo, ppp0: [address('100.64.0.9')] }, routes: '' })).toBeNull();
  });

  test('if two VPNs are up, the one that carries the traffic is named', () => {
    const interfaces = { ...lo, ...wifi, tun0: [address('10.8.0.2')], wg0: [address('10.9.0.2')] };
    const halves = head + [route('wlan0', '00000000', '00000000'), route('wg0', '00000080', '00000080')].join('\n');
    expect(otherVpnIn({ interfaces, routes: halves })).toBe('wg0');
    expect(otherVpnIn({ interfaces, routes: head + route('tun0', '00000000', '00000000') })).toBe('tun0');
  });

  test('our own tunnel is not another VPN', () => {
    const interfaces = { ...lo, ...wifi, tun0: [address('10.8.0.2')] };
    expect(otherVpnIn({ interfaces, routes: '', ours: 'tun0' })).toBeNull();
    expect(otherVpnIn({ interfaces: { ...interfaces, wg0: [address('10.9.0.2')] }, routes: '', ours: 'tun0' })).toBe('wg0');
  });

  test('another VPN’s name is shown without invisible characters', () => {
    const name = 'wg\u202E0';
    expect(otherVpnIn({ interfaces: { ...wifi, [`${name} vpn`]: [address('10.8.0.2')] }, routes: '' })).toBe('wg0 vpn');
  });

  test('looking for another VPN works on this computer', async () => {
    expect(await otherVpn()).toSatisfy((found: unknown) => found === null || typeof found === 'string');
  });
});

describe('in the app', () => {
  let bench: AppBench | null = null;
  afterEach(async () => {
    await bench?.close();
    bench = null;
  });
  const notices = ({ app }: AppBench) => app.state.notices.map(({ failure }) => failure);

  test('another VPN is named while connecting, refuses nothing, and is forgotten when it ends', async () => {
    let network: string | null = 'wg0';
    const b = (bench = await startAppBench({}, { otherVpn: () => Promise.resolve(network) }));
    expect(notices(b)).toEqual([]);
    await b.app.verbs.connect({ profileId: b.campus.profile.id });
    await when(b.app, promptOf('notice'));
    expect(notices(b)).toEqual([{ code: 'other-vpn', params: { network: 'wg0' } }]);
    network = null;
    b.environment.networkChange();
    await expect.poll(() => notices(b)).toEqual([]);
    network = 'tun0';
    await b.app.verbs.disconnect();
    b.environment.networkChange();
    await b.app.verbs.connect({ profileId: b.campus.profile.id });
    await expect.poll(() => notices(b)).toEqual([{ code: 'other-vpn', params: { network: 'tun0' } }]);
  });
});
