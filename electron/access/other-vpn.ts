import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { plainLine } from '../../shared/plain-text.ts';

/** What this computer's network looks like. */
export interface NetworkFacts {
  interfaces: ReturnType<typeof networkInterfaces>;
  /** The text of Linux's `/proc/net/route`; empty elsewhere. */
  routes: string;
  /** The device of a tunnel of ours, where one is up. */
  ours?: string | undefined;
}

/** By what VPNs call their interfaces on Linux and macOS, and by what they call their adapters on Windows. */
const unixName = /^((tun|tap|utun|ppp|ipsec|vti|gpd|cscotun)\d+|(tun-|vpn|wg|tailscale|zt|nordlynx|proton)[\w-]*)$/;
const windowsName =
  /\b(vpn|tap-windows|wintun|wireguard|anyconnect|secure client|pangp|globalprotect|fortinet|fortissl|pulse|juniper|tailscale|zerotier|nordlynx)\b/i;

/**
 * The other VPN that is up, by the name of its interface; null where there is none. To be looked at while no tunnel of
 * ours is up. An interface of that kind without an address of its own carries nothing (macOS always has some), and one
 * that nothing else carries is this computer's way to the Internet, as a modem's is.
 */
export function otherVpnIn({ interfaces, routes, ours }: NetworkFacts): string | null {
  const up = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? []).some(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address)) ? [name] : [],
  );
  const vpns = up.filter((name) => isVpn(name) && name !== ours);
  if (up.every(isVpn)) return null;
  const carrying = vpns.find((name) => defaultRoutes(routes).includes(name)) ?? vpns[0];
  return carrying === undefined ? null : plainLine(carrying).slice(0, 80);
}

const isVpn = (name: string): boolean => unixName.test(name) || windowsName.test(name);

/** The interfaces that everything goes through: to 0.0.0.0, or to both of its halves, as VPNs like to have it. */
function defaultRoutes(routes: string): string[] {
  return routes.split('\n').flatMap((line) => {
    const [name = '', destination, , , , , , mask] = line.trim().split(/\s+/);
    const isAll = (destination === '00000000' || destination === '00000080') && (mask === '00000000' || mask === '00000080');
    return isAll ? [name] : [];
  });
}

/** The other VPN that is up on this computer now, or null. Never rejects. */
export async function otherVpn(ours?: string): Promise<string | null> {
  const routes = process.platform === 'linux' ? await readFile('/proc/net/route', 'utf8').catch(() => '') : '';
  return otherVpnIn({ interfaces: networkInterfaces(), routes, ours });
}
