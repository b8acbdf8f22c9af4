import type { TrafficCount } from '../../tunnels/tunnel.ts';

/** The last columns of `netstat -b`: Ipkts Ierrs Ibytes Opkts Oerrs Obytes Coll (Apple's netstat, `if.c`). */
const columnsAtEnd = 7;
const receivedColumn = 2;
const sentColumn = 5;

/**
 * A device's bytes, from what `netstat -I DEVICE -b -n` prints on macOS. The line of the link itself counts; those of its addresses repeat
 * it. A tunnel has no hardware address, so its line has a column less: the numbers are counted from the end. Null if there is
 * no such line.
 */
export function trafficInNetstat(printed: string, device: string): TrafficCount | null {
  for (const line of printed.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0]?.replace(/\*$/, '') !== device || !words.some((word) => word.startsWith('<Link#'))) continue;
    const numbers = words.slice(-columnsAtEnd).map(Number);
    const [received, sent] = [numbers[receivedColumn], numbers[sentColumn]];
    if (received === undefined || sent === undefined || !Number.isSafeInteger(received) || !Number.isSafeInteger(sent)) return null;
    return { received, sent };
  }
  return null;
}
