import { isIP } from 'node:net';
import koffi, { type LibraryHandle } from 'koffi';
import type { TunnelPointers } from './callbacks.ts';
import { decode, readString, type Pointer } from './memory.ts';
import type { Pushed } from './tunnel-messages.ts';

/** Layouts of `openconnect.h`, API 5.8 and 5.9. */
const ipInfo = koffi.struct('oc_ip_info', {
  addr: 'void *',
  netmask: 'void *',
  addr6: 'void *',
  netmask6: 'void *',
  dns: koffi.array('void *', 3),
  nbns: koffi.array('void *', 3),
  domain: 'void *',
  proxy_pac: 'void *',
  mtu: 'int',
  split_dns: 'void *',
  split_includes: 'void *',
  split_excludes: 'void *',
  gateway_addr: 'void *',
});
const splitInclude = koffi.struct('oc_split_include', { route: 'void *', next: 'void *' });
const vpnOption = koffi.struct('oc_vpn_option', { option: 'void *', value: 'void *', next: 'void *' });

interface RawInfo {
  addr: Pointer;
  addr6: Pointer;
  netmask6: Pointer;
  dns: Pointer[];
  domain: Pointer;
  mtu: number;
  split_dns: Pointer;
  split_includes: Pointer;
  split_excludes: Pointer;
}

/** A gateway may push this many of each, `tunnel-messages.ts`. What comes after them is not read. */
const most = { names: 1_000, routes: 2_000, options: 10_000, domains: 50 } as const;
/** Only these options of a Cisco gateway are read, `tunnels/openconnect/output.ts`. */
const readOptions: readonly string[] = ['X-CSTP-Banner', 'X-CSTP-Session-Timeout-Remaining'];

/** The library's functions for a tunnel. Most return 0 or minus errno. */
export class TunnelCalls {
  readonly setCookie: (vpn: Pointer, cookie: string) => number;
  /** 0: the gateway has this key. */
  readonly checkPin: (vpn: Pointer, pin: string) => number;
  readonly disableUdp: (vpn: Pointer) => number;
  readonly setDeadPeer: (vpn: Pointer, seconds: number) => void;
  /** The longest packet that may go to the gateway without the headers of IP and UDP or TCP. */
  readonly setRequestedMtu: (vpn: Pointer, bytes: number) => void;
  /** Connects to the gateway. Blocks. */
  readonly connect: (vpn: Pointer) => number;
  /** Call it after {@link connect}. Its failure means that there is no UDP. */
  readonly setUpUdp: (vpn: Pointer, attemptPeriodSeconds: number) => number;
  readonly setUpTun: (vpn: Pointer, tun: number | bigint) => number;
  /** Carries packets. Blocks until it is told to pause (0) or ends (minus errno). */
  readonly mainLoop: (vpn: Pointer, reconnectSeconds: number, intervalSeconds: number) => number;
  private readonly idleTimeout: (vpn: Pointer) => number;
  private readonly authExpiration: (vpn: Pointer) => number | bigint;
  private readonly ipInfo: (vpn: Pointer, info: [Pointer], options: [Pointer], dtlsOptions: null) => number;
  private readonly setSetUpTun: (vpn: Pointer, callback: bigint) => void;
  private readonly setReconnected: (vpn: Pointer, callback: bigint) => void;

  constructor(library: LibraryHandle) {
    const f = (signature: string) => library.func(signature);
    this.setCookie = f('int openconnect_set_cookie(void *, const char *)');
    this.checkPin = f('int openconnect_check_peer_cert_hash(void *, const char *)');
    this.disableUdp = f('int openconnect_disable_dtls(void *)');
    this.setDeadPeer = f('void openconnect_set_dpd(void *, int)');
    this.setRequestedMtu = f('void openconnect_set_reqmtu(void *, int)');
    this.connect = f('int openconnect_make_cstp_connection(void *)');
    this.setUpUdp = f('int openconnect_setup_dtls(void *, int)');
    // On Windows it takes a handle
    this.setUpTun = f(`int openconnect_setup_tun_fd(void *, ${process.platform === 'win32' ? 'intptr_t' : 'int'})`);
    this.mainLoop = f('int openconnect_mainloop(void *, int, int)');
    this.idleTimeout = f('int openconnect_get_idle_timeout(void *)');
    // `time_t`: 64 bits on every system that we ship for
    this.authExpiration = f('int64_t openconnect_get_auth_expiration(void *)');
    this.ipInfo = f('int openconnect_get_ip_info(void *, _Out_ void **, _Out_ void **, void *)');
    this.setSetUpTun = f('void openconnect_set_setup_tun_handler(void *, void *)');
    this.setReconnected = f('void openconnect_set_reconnected_handler(void *, void *)');
  }

  setHandlers(vpn: Pointer, pointers: TunnelPointers): void {
    this.setSetUpTun(vpn, pointers.setUpTun);
    this.setReconnected(vpn, pointers.reconnected);
  }

  /** What the gateway pushed. The library frees it at the next reconnect, so it is copied. */
  pushed(vpn: Pointer): Pushed {
    const info: [Pointer] = [null];
    const options: [Pointer] = [null];
    this.ipInfo(vpn, info, options, null);
    const raw = decode<RawInfo>(info[0], ipInfo);
    const six = readString(raw.addr6) ?? readString(raw.netmask6)?.split('/')[0] ?? '';
    return {
      addresses: [readString(raw.addr) ?? '', six].filter((address) => isIP(address) !== 0),
      mtu: Math.min(Math.max(raw.mtu, 0), 1_000_000),
      nameServers: raw.dns.map((pointer) => readString(pointer) ?? '').filter((address) => isIP(address) !== 0),
      domains: wordsIn(readString(raw.domain) ?? '').slice(0, most.domains),
      splitNames: listFrom(raw.split_dns, most.names).flatMap(wordsIn).slice(0, most.names),
      routes: listFrom(raw.split_includes, most.routes),
      excludedRoutes: listFrom(raw.split_excludes, most.routes),
      options: optionsFrom(options[0]).slice(0, 20_000),
      idleSeconds: Math.max(this.idleTimeout(vpn), 0),
      expiresAt: Math.max(Number(this.authExpiration(vpn)), 0),
    };
  }
}

/** Gateways separate domains by spaces or commas. */
const wordsIn = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '' && word.length <= 253);

function listFrom(first: Pointer, count: number): string[] {
  const list: string[] = [];
  for (let at = first; at !== null && list.length < count;) {
    const { route, next } = decode<{ route: Pointer; next: Pointer }>(at, splitInclude);
    list.push((readString(route) ?? '').slice(0, 100));
    at = next;
  }
  // The library puts each new one first
  return list.reverse();
}

function optionsFrom(first: Pointer): string {
  const lines: string[] = [];
  let count = 0;
  for (let at = first; at !== null && count < most.options; count++) {
    const { option, value, next } = decode<{ option: Pointer; value: Pointer; next: Pointer }>(at, vpnOption);
    const name = readString(option) ?? '';
    if (readOptions.includes(name)) lines.push(`${name}=${Buffer.from(readString(value) ?? '', 'utf8').toString('latin1')}`);
    at = next;
  }
  return lines.join('\n');
}
