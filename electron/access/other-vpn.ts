import { networkInterfaces } from 'node:os';
import { plainLine } from '../../shared/plain-text.ts';
import { defaultRoutes, readRoutes } from './other-vpn-linux.ts';
import { adaptersOf } from './other-vpn-windows.ts';
import type { Adapter } from '../system/windows/adapters.ts';

/** What this computer's network looks like. */
export interface NetworkFacts {
  interfaces: ReturnType<typeof networkInterfaces>;
  /** The text of Linux's table of routes (`other-vpn-linux.ts`); empty elsewhere. */
  routes: string;
  /** What Windows knows of them, by their names; empty elsewhere. */
  adapters?: ReadonlyMap<string, Pick<Adapter, 'description' | 'type'>>;
  /** The device of a tunnel of ours, where one is up. */
  ours?: string | undefined;
}

/**
 * By what VPNs call their interfaces on Linux and macOS, and by what they call their adapters on Windows, where the
 * interface's own name is the person's or Windows's ("Ethernet 3").
 */
const unixName = /^((tun|tap|utun|ppp|ipsec|vti|gpd|cscotun)\d+|(tun-|vpn|wg|tailscale|zt|nordlynx|proton)[\w-]*)$/;
const windowsName =
  /\b(vpn|tap-windows|wintun|wireguard|anyconnect|secure client|pangp|globalprotect|fortinet|fortissl|pulse|juniper|tailscale|zerotier|nordlynx)\b| Tunnel$/i;
/** A connection that Windows dials by itself has its own name for a description (IANA's `ifType` 23). */
const pointToPoint = 23;

/**
 * The other VPN that is up, by the name of its interface; null where there is none. To be looked at while no tunnel of
 * ours is up. An interface of that kind without an address of its own carries nothing (macOS always has some), and one
 * that nothing else carries is this computer's way to the Internet, as a modem's is.
 */
export function otherVpnIn({ interfaces, routes, ours, adapters }: NetworkFacts): string | null {
  const makers = (name: string): string => adapters?.get(name)?.description ?? '';
  const isVpn = (name: string): boolean =>
    unixName.test(name) || windowsName.test(name) || windowsName.test(makers(name)) || adapters?.get(name)?.type === pointToPoint;
  const up = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).some(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address)) ? [name] : [],
  );
  const vpns = up.filter((name) => isVpn(name) && name !== ours);
  if (up.every(isVpn)) return null;
  const carrying = vpns.find((name) => defaultRoutes(routes).includes(name)) ?? vpns[0];
  if (carrying === undefined) return null;
  // The maker's name is the one that a person knows the program by
  return plainLine(windowsName.test(makers(carrying)) ? makers(carrying) : carrying).slice(0, 80);
}

/** The other VPN that is up on this computer now, or null. Never rejects. */
export async function otherVpn(ours?: string): Promise<string | null> {
  const interfaces = networkInterfaces();
  const routes = process.platform === 'linux' ? await readRoutes() : '';
  const adapters = process.platform === 'win32' ? await adaptersOf(Object.keys(interfaces)) : new Map<string, never>();
  return otherVpnIn({ interfaces, routes, ours, adapters });
}
