import { readFile } from 'node:fs/promises';
import { tunnelMarks } from '../../shared/tunnel-marks.ts';

const { device, resolver } = tunnelMarks;
const resolverFile = '/etc/resolv.conf';

/** What a dead tunnel left behind; empty if a tunnel is up. Reads only what any user may read. */
export async function readOrphanTunnel(): Promise<string[]> {
  // The kernel says here whether a program holds the other end (Documentation/ABI/testing/sysfs-class-net)
  const carrier = await readQuietly(`/sys/class/net/${device}/carrier`);
  if (carrier?.trim() === '1') return [];
  const isOurs = (await readQuietly(resolverFile))?.includes(resolver) ?? false;
  const hasDevice = (await readQuietly(`/sys/class/net/${device}/ifindex`)) !== null;
  return [...(isOurs ? [resolverFile] : []), ...(hasDevice ? [device] : [])];
}

const readQuietly = (file: string): Promise<string | null> => readFile(file, 'latin1').catch(() => null);
