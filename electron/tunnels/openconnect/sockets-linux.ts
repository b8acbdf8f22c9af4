import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Whether a process has an established TCP connection, on Linux. Null if unknown. openconnect reconnects when the far end
 * is silent and may then wait for minutes; this shows us that.
 */
export async function hasConnection(pid: number): Promise<boolean | null> {
  try {
    const links = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    const mine = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
    return (await tcpRows(pid)).some(({ state, inode }) => state === established && mine.has(inode));
  } catch {
    return null;
  }
}

const established = '01';
const listening = '0A';

/** Formats an IPv4 address and a port as the kernel does in /proc/net/tcp. */
function kernelAddress(address: string, port: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0');
  return `${[d, c, b, a].map((part) => hex(part, 2)).join('')}:${hex(port, 4)}`;
}

/** Whether another user of this computer is connected to our port, on Linux. */
export async function hasStrangers(address: string, port: number, uid: number): Promise<boolean> {
  const place = kernelAddress(address, port);
  return (await tcpRows('self')).some((row) => row.state === established && row.remote === place && row.uid !== uid);
}

/** The user whose socket listens on a port of this computer. Null: none, or unknown. */
export async function listenerOf(address: string, port: number): Promise<number | null> {
  const place = kernelAddress(address, port);
  try {
    return (await tcpRows('self')).find((row) => row.state === listening && row.local === place)?.uid ?? null;
  } catch {
    return null;
  }
}

/** The remote addresses of a user's established TCP connections, on Linux. */
export async function peersOf(uid: number): Promise<string[]> {
  return (await tcpRows('self'))
    .filter((row) => row.state === established && row.uid === uid)
    .flatMap(({ remote }) => addressIn(remote) ?? []);
}

/** Reads the address from the kernel's format: one 32-bit word, or four for IPv6, each with its bytes reversed (proc(5), /proc/net/tcp). */
function addressIn(place: string): string | null {
  const groups = place.split(':')[0]?.match(/[0-9A-F]{8}/g);
  const bytes = groups?.flatMap((word) => [6, 4, 2, 0].map((at) => parseInt(word.slice(at, at + 2), 16)));
  if (bytes?.length === 4) return bytes.join('.');
  if (bytes?.length !== 16) return null;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  return Array.from({ length: 8 }, (_, at) => (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16)).join(':');
}

interface TcpRow {
  local: string;
  remote: string;
  state: string;
  uid: number;
  inode: string;
}

/** The kernel's table of TCP sockets, as that process sees it. */
async function tcpRows(pid: number | 'self'): Promise<TcpRow[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
        return local && remote && state && uid && inode ? [{ local, remote, state, uid: Number(uid), inode }] : [];
      }),
  );
}
