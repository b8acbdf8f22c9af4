import { readFile } from 'node:fs/promises';

/** The kernel's table of IPv4 routes, as text. Empty if it cannot be read. */
export const readRoutes = (): Promise<string> => readFile('/proc/net/route', 'utf8').catch(() => '');

/** The interfaces with a default route: to 0.0.0.0/0, or to its two halves, as many VPNs set it. */
export function defaultRoutes(routes: string): string[] {
  return routes.split('\n').flatMap((line) => {
    const [name = '', destination, , , , , , mask] = line.trim().split(/\s+/);
    const isAll = (destination === '00000000' || destination === '00000080') && (mask === '00000000' || mask === '00000080');
    return isAll ? [name] : [];
  });
}
