import { readFile } from 'node:fs/promises';
import { tunnelMarks } from '../../shared/tunnel-marks.ts';

const { device, resolver } = tunnelMarks;
const resolverFile = '/etc/resolv.conf';

/** What is left of a tunnel that nobody carries; empty where one is up. What an ordinary person may read is enough for it. */
export async function readOrphanTunnel(): Promise<string[]> {
  // The kernel's word of whether a program holds the other end (Documentation/ABI/testing/sysfs-class-net)
  const carrier = await readQuietly(`/sys/class/net/${device}/carrier`);
  if (carrier?.trim() === '1') return [];
  const isOurs = (await readQuietly(resolverFile))?.includes(resolver) ?? false;
  const hasDevice = (await readQuietly(`/sys/class/net/${device}/ifindex`)) !== null;
  return [...(isOurs ? [resolverFile] : []), ...(hasDevice ? [device] : [])];
}

const readQuietly = (file: string): Promise<string | null> => readFile(file, 'latin1').catch(() => null);
