import { networkInterfaces } from 'node:os';
import { plainLine } from '../../shared/plain-text.ts';
import { defaultRoutes, readRoutes } from './other-vpn-linux.ts';
import { adaptersOf } from './other-vpn-windows.ts';
import type { Adapter } from '../system/windows/adapters.ts';

/** The state of this computer's network. */
export interface NetworkFacts {
  interfaces: ReturnType<typeof networkInterfaces>;
  /** Linux's table of routes as text (`other-vpn-linux.ts`). Empty elsewhere. */
  routes: string;
  /** What Windows knows about the interfaces, by name. Empty elsewhere. */
  adapters?: ReadonlyMap<string, Pick<Adapter, 'description' | 'type'>>;
  /** The interface of our own tunnel, if one is up. */
  ours?: string | undefined;
}

/**
 * The names that VPNs give their interfaces on Linux and macOS, and their adapters on Windows. On Windows the interface's
 * own name comes from Windows or the person ("Ethernet 3").
 */
const unixName = /^((tun|tap|utun|ppp|ipsec|vti|gpd|cscotun)\d+|(tun-|vpn|wg|tailscale|zt|nordlynx|proton)[\w-]*)$/;
const windowsName =
  /\b(vpn|tap-windows|wintun|wireguard|anyconnect|secure client|pangp|globalprotect|fortinet|fortissl|pulse|juniper|tailscale|zerotier|nordlynx)\b| Tunnel$/i;
/** A connection that Windows itself dials (IANA's `ifType` 23) has its own name as its description. */
const pointToPoint = 23;

/**
 * The name of the interface of another VPN that is up, or null. Call it while no tunnel of ours is up. An interface without
 * an address of its own carries nothing (macOS always has a few). If an interface is the only route to the Internet, it is
 * the computer's own connection, such as a modem.
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
  // A person knows the program by the maker's name
  return plainLine(windowsName.test(makers(carrying)) ? makers(carrying) : carrying).slice(0, 80);
}

/** The name of another VPN that is up on this computer now, or null. Never rejects. */
export async function otherVpn(ours?: string): Promise<string | null> {
  const interfaces = networkInterfaces();
  const routes = process.platform === 'linux' ? await readRoutes() : '';
  const adapters = process.platform === 'win32' ? await adaptersOf(Object.keys(interfaces)) : new Map<string, never>();
  return otherVpnIn({ interfaces, routes, ours, adapters });
}
