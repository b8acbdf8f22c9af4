import koffi from 'koffi';

const events = { hup: 0x10, err: 0x08, in: 0x01, rdhup: 0x2000 } as const;
const bothDirections = 2;

/** Functions of the C library. Null on Windows, which has none of them. */
const c =
  process.platform === 'win32'
    ? null
    : (() => {
        const library = koffi.load(null);
        return {
          poll: library.func('int poll(void *, uint, int)') as (sockets: Buffer, count: number, timeoutMs: number) => number,
          setsockopt: library.func('int setsockopt(int, int, int, void *, uint)') as (
            fd: number,
            level: number,
            name: number,
            value: Buffer,
            length: number,
          ) => number,
          shutdown: library.func('int shutdown(int, int)') as (fd: number, how: number) => number,
        };
      })();

/** IPPROTO_TCP and TCP_MAXSEG on Linux and macOS. The size fits IPv6's minimum MTU with the headers of IPv4 or IPv6. */
const maxSegment = { level: 6, name: 2, bytes: 1220 } as const;

/**
 * Limits a new connection to short packets in both directions. Some paths silently drop long ones, and then a gateway's
 * certificates would never arrive. Call it before the socket connects.
 */
export function limitPacketSize(fd: number): void {
  const value = Buffer.alloc(4);
  value.writeInt32LE(maxSegment.bytes);
  c?.setsockopt(fd, maxSegment.level, maxSegment.name, value, value.length);
}

/**
 * Shuts down a connection that the peer has closed, so that nothing more is sent on it. Returns whether it did. The library
 * may still believe that the connection is alive, because nobody has read the peer's TLS close yet.
 */
export function endIfHungUp(fd: number): boolean {
  if (c === null || fd < 0) return false;
  // struct pollfd: int fd; short events; short revents
  const socket = Buffer.alloc(8);
  socket.writeInt32LE(fd, 0);
  socket.writeInt16LE(events.in | (process.platform === 'linux' ? events.rdhup : 0), 4);
  if (c.poll(socket, 1, 0) !== 1) return false;
  const isGone = (socket.readInt16LE(6) & (events.hup | events.err | events.rdhup)) !== 0;
  return isGone && c.shutdown(fd, bothDirections) === 0;
}
