import { echo } from '../../../campus/tunnel-network/icmp.ts';
import { addressNumber, protocols, readIp } from '../../../campus/tunnel-network/ip.ts';
import { WireFault } from './byte-reader.ts';
import type { EspKeys } from './esp.ts';

/**
 * GlobalProtect's tunnel inside TLS, as OpenConnect 9.01 and 9.21 speak it. There is no specification: everything here comes
 * from OpenConnect's `gpst.c`, and names the function that it comes from.
 *
 * A client fetches its configuration ({@link configuration}), asks whether a report about its computer is wanted, and then asks
 * for the tunnel ({@link tunnelTicket}). What follows in both directions are frames: a header of 16 bytes and a packet. Each must
 * be a TLS record of its own, for the client reads one as the other (`gpst_mainloop`).
 */

/** The path of the request that begins a tunnel, as the configuration names it (`gpst_parse_config_xml`). */
export const tunnelPath = '/ssl-tunnel-connect.sslvpn';
/** The answer to that request, instead of HTTP's (`gpst_connect`). */
export const startTunnel = Buffer.from('START_TUNNEL');

/**
 * Whom a client pings by ESP, with a fixed text: at first to open ESP, and later to see whether it is there
 * (`gpst_esp_send_probes`). It has nothing to do with the route of a packet.
 */
const magicAddress = '127.0.0.1';
const magicText = Buffer.from('monitor\0\0pan ha ');

/** The answer to such a ping. Null for another packet. */
export function answerMagicPing(packet: Buffer): Buffer | null {
  const ip = readIp(packet);
  const isMagic =
    ip?.protocol === protocols.icmp && ip.destination === addressNumber(magicAddress) && ip.payload.subarray(8, 24).equals(magicText);
  return isMagic ? echo(ip) : null;
}

export const headerBytes = 16;
const magic = 0x1a2b3c4d;
/** The types of Ethernet, and none for a keep-alive. */
const types = { keepAlive: 0, v4: 0x0800, v6: 0x86dd } as const;
const maxPacketBytes = 16_384;

/** Asks whether the other side is there, and says so: both ends send the same (`dpd_pkt`). */
export const keepAlive = Buffer.concat([Buffer.from('1a2b3c4d', 'hex'), Buffer.alloc(12)]);

/** The frame of an IPv4 or IPv6 packet (`gpst_mainloop`). After the length come a 1 and a 0, both little-endian. */
export function packetFrame(packet: Buffer): Buffer {
  const frame = Buffer.alloc(headerBytes + packet.length);
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt16BE((packet[0] ?? 0) >> 4 === 6 ? types.v6 : types.v4, 4);
  frame.writeUInt16BE(packet.length, 6);
  frame.writeUInt32LE(1, 8);
  packet.copy(frame, headerBytes);
  return frame;
}

export type FrameHeader = { kind: 'keep-alive' } | { kind: 'packet'; version: 4 | 6; bytes: number };

/** Reads a frame's first {@link headerBytes}. Throws {@link WireFault} for any that OpenConnect does not send. */
export function readFrameHeader(header: Buffer): FrameHeader {
  const fault = (what: string): WireFault => new WireFault(`GlobalProtect frame with ${what}: ${header.toString('hex')}`);
  if (header.readUInt32BE(0) !== magic) throw fault('a wrong beginning');
  const type = header.readUInt16BE(4);
  const bytes = header.readUInt16BE(6);
  const one = header.readUInt32LE(8);
  if (header.readUInt32LE(12) !== 0) throw fault('a wrong end');
  if (type === types.keepAlive) {
    if (bytes !== 0 || one !== 0) throw fault('a keep-alive that carries something');
    return { kind: 'keep-alive' };
  }
  if (type !== types.v4 && type !== types.v6) throw fault('an unknown type');
  if (one !== 1 || bytes === 0 || bytes > maxPacketBytes) throw fault('a wrong length or mark');
  return { kind: 'packet', version: type === types.v4 ? 4 : 6, bytes };
}

/** What a gateway tells a client about its tunnel (`gpst_parse_config_xml`). */
export interface GpConfiguration {
  address: string;
  netmask: string;
  /** 0, as most gateways say: the client computes its own. */
  mtu: number;
  nameServers: readonly string[];
  searchDomains: readonly string[];
  /** What goes through the tunnel, as `10.0.0.0/8`. Empty: everything. */
  routes: readonly string[];
  /** Seconds until the session ends, and of idleness after which it does. */
  lifetime: number;
  idleSeconds: number;
  /** Seconds after which the client connects anew; a minute earlier, in fact. */
  rekeySeconds: number;
  /** ESP over UDP on this port, with the keys from the client and to it. Absent: TLS only. */
  esp?: { port: number; incoming: EspKeys; outgoing: EspKeys };
}

/** The answer to `ssl-vpn/getconfig.esp`, with the elements of a real one in their order. */
export function configuration(values: GpConfiguration): string {
  const members = (list: readonly string[]): string => list.map((each) => `<member>${each}</member>`).join('');
  const esp = values.esp ? espElement(values.esp) : '';
  return (
    `<?xml version="1.0" encoding="UTF-8" ?><response status="success"><need-tunnel>yes</need-tunnel><ssl-tunnel-url>${tunnelPath}</ssl-tunnel-url>` +
    `<portal>portal</portal><lifetime>${values.lifetime}</lifetime><timeout>${values.rekeySeconds}</timeout><disconnect-on-idle>${values.idleSeconds}</disconnect-on-idle>` +
    `<bw-c2s>1000</bw-c2s><bw-s2c>1000</bw-s2c><gw-address>${magicAddress}</gw-address><ip-address>${values.address}</ip-address><netmask>${values.netmask}</netmask>` +
    `<dns>${members(values.nameServers)}</dns><wins></wins><default-gateway>${values.address}</default-gateway><mtu>${values.mtu}</mtu>` +
    `<dns-suffix>${members(values.searchDomains)}</dns-suffix><no-direct-access-to-local-network>no</no-direct-access-to-local-network>` +
    `<access-routes>${members(values.routes)}</access-routes><exclude-access-routes></exclude-access-routes>${esp}</response>`
  );
}

const element = (name: string, bytes: Buffer): string =>
  `<${name}><bits>${bytes.length * 8}</bits><val>${bytes.toString('hex')}</val></${name}>`;

const espElement = ({ port, incoming, outgoing }: NonNullable<GpConfiguration['esp']>): string =>
  `<ipsec><udp-port>${port}</udp-port><ipsec-mode>esp-tunnel</ipsec-mode><enc-algo>aes-128-cbc</enc-algo><hmac-algo>sha1</hmac-algo>` +
  `<c2s-spi>0x${(incoming.spi >>> 0).toString(16)}</c2s-spi><s2c-spi>0x${(outgoing.spi >>> 0).toString(16)}</s2c-spi>` +
  `${element('akey-s2c', outgoing.digest)}${element('ekey-s2c', outgoing.cipher)}` +
  `${element('akey-c2s', incoming.digest)}${element('ekey-c2s', incoming.cipher)}</ipsec>`;

/** The answer to `getconfig.esp` with a cookie that is not valid, after which a client does not try again (`gpst_xml_or_error`). */
export const invalidCookie = '<response status="error"><error>Invalid authentication cookie</error></response>';
/** The same as a status: what some gateways answer (`gpst_xml_or_error`, in a comment). */
export const invalidCookieStatus = 512;
/** The answer to the request for a tunnel with such a cookie (`gpst_connect`). */
export const tunnelRefused = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n';
/** The answer to `ssl-vpn/hipreportcheck.esp` (`parse_hip_report_check`). */
export const reportCheck = (isWanted: boolean): string =>
  `<?xml version="1.0"?><response status="success"><hip-report-needed>${isWanted ? 'yes' : 'no'}</hip-report-needed></response>`;

/** What every cookie has, besides the ticket (`gp_login_args` in `auth-globalprotect.c`). */
const cookieFields = ['portal', 'user', 'domain', 'computer'] as const;

/**
 * The ticket in a request for the configuration (`gpst_get_config`) or about a report (`check_or_submit_hip_report`). Throws
 * {@link WireFault} for a request that OpenConnect does not send.
 */
export function requestTicket({ method, form }: { method: string; form: URLSearchParams }, about: 'configuration' | 'report'): string {
  const needed =
    about === 'configuration'
      ? ['client-type', 'protocol-version', 'app-version', 'clientos', 'os-version', 'hmac-algo', 'enc-algo']
      : ['client-role', 'client-ip', 'md5'];
  const missing = [...needed, ...cookieFields, 'authcookie'].filter((name) => (form.get(name) ?? '') === '');
  if (method !== 'POST' || missing.length > 0) throw new WireFault(`a request about the ${about} by ${method} without ${missing.join()}`);
  return form.get('authcookie') ?? '';
}

/**
 * The ticket in the request that begins a tunnel: it has no headers at all (`gpst_connect`). Throws {@link WireFault} for any other
 * request.
 */
export function tunnelTicket({ method, path, headers }: { method: string; path: string; headers: ReadonlyMap<string, string> }): string {
  const [at, search = ''] = path.split('?');
  const query = new URLSearchParams(search);
  const names = [...query.keys()].sort().join();
  if (method !== 'GET' || at !== tunnelPath || names !== 'authcookie,user' || headers.size > 0)
    throw new WireFault(`a request for a tunnel as ${method} ${at ?? ''} with ${names} and ${headers.size} headers`);
  return query.get('authcookie') ?? '';
}
