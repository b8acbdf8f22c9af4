import koffi from 'koffi';

const events = { hup: 0x10, err: 0x08, in: 0x01, rdhup: 0x2000 } as const;
const bothWays = 2;

/** Of the C library; Windows has none of them, and nothing is known there. */
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

/** Linux and macOS: IPPROTO_TCP, TCP_MAXSEG. What fits the least that IPv6 takes whole, with the headers of either kind. */
const maxSegment = { level: 6, name: 2, bytes: 1220 } as const;

/**
 * Keeps a connection that is about to be made to short packets, both ways: some paths drop long ones without a word, and
 * a gateway's certificates would never arrive.
 */
export function keepShort(fd: number): void {
  const value = Buffer.alloc(4);
  value.writeInt32LE(maxSegment.bytes);
  c?.setsockopt(fd, maxSegment.level, maxSegment.name, value, value.length);
}

/**
 * Ends a connection that its other end has closed, so that nothing more goes out by it; whether it was so. The other end may
 * have said goodbye in TLS before that, which nobody has read yet: the library takes the connection for a live one then.
 */
export function endIfHungUp(fd: number): boolean {
  if (c === null || fd < 0) return false;
  // struct pollfd: int fd; short events; short revents
  const socket = Buffer.alloc(8);
  socket.writeInt32LE(fd, 0);
  socket.writeInt16LE(events.in | (process.platform === 'linux' ? events.rdhup : 0), 4);
  if (c.poll(socket, 1, 0) !== 1) return false;
  const isGone = (socket.readInt16LE(6) & (events.hup | events.err | events.rdhup)) !== 0;
  return isGone && c.shutdown(fd, bothWays) === 0;
}
