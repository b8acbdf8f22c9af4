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
          shutdown: library.func('int shutdown(int, int)') as (fd: number, how: number) => number,
        };
      })();

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
