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
          getsockopt: library.func('int getsockopt(int, int, int, _Out_ void *, _Inout_ uint *)') as (
            fd: number,
            level: number,
            name: number,
            value: Buffer,
            length: [number],
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
  setOption(fd, maxSegment.level, maxSegment.name, maxSegment.bytes);
}

/** SOL_SOCKET, SO_TYPE and SO_KEEPALIVE, and TCP's own options (IPPROTO_TCP is 6): socket(7) and tcp(7), and macOS's `tcp.h`. */
const socketOptions =
  process.platform === 'darwin'
    ? { level: 0xffff, type: 0x1008, keepAlive: 0x08, idle: 0x10, interval: 0x101 }
    : { level: 1, type: 3, keepAlive: 9, idle: 4, interval: 5 };
const tcp = 6;
const streamType = 1;

/** Whether a socket is for TCP. True on Windows, where it is unknown. */
export function isStream(fd: number): boolean {
  if (c === null) return true;
  const value = Buffer.alloc(4);
  return c.getsockopt(fd, socketOptions.level, socketOptions.type, value, [value.length]) !== 0 || value.readInt32LE() === streamType;
}

/** Makes TCP probe a connection that has carried nothing for so long, so that nothing on the way forgets it. */
export function keepAlive(fd: number, seconds: number): void {
  setOption(fd, socketOptions.level, socketOptions.keepAlive, 1);
  setOption(fd, tcp, socketOptions.idle, seconds);
  setOption(fd, tcp, socketOptions.interval, seconds);
}

function setOption(fd: number, level: number, name: number, number: number): void {
  const value = Buffer.alloc(4);
  value.writeInt32LE(number);
  c?.setsockopt(fd, level, name, value, value.length);
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
