import { readFile } from 'node:fs/promises';

const established = '01';

/** The remote addresses of a user's established TCP connections, on Linux. */
export async function peersOf(uid: number): Promise<string[]> {
  return (await tcpRows()).filter((row) => row.state === established && row.uid === uid).flatMap(({ remote }) => addressIn(remote) ?? []);
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
  remote: string;
  state: string;
  uid: number;
}

/** The kernel's table of TCP sockets. */
async function tcpRows(): Promise<TcpRow[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => '')));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, , remote, state, , , , uid] = line.trim().split(/\s+/);
        return remote && state && uid ? [{ remote, state, uid: Number(uid) }] : [];
      }),
  );
}
