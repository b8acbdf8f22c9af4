import koffi from 'koffi';
import { systemLibrary } from '../../../system/windows/libraries.ts';

const isWindows = process.platform === 'win32';
/** poll(2) and WSAPoll: hung up, an error, something to read, and on Linux that the peer has closed its half. */
const events = isWindows ? { hup: 0x02, err: 0x01, in: 0x300, rdhup: 0 } : { hup: 0x10, err: 0x08, in: 0x01, rdhup: 0x2000 };
const bothDirections = 2;

/** Functions of the C library, on Windows those of Winsock with the same names. */
const c = (() => {
  const library = isWindows ? systemLibrary(koffi, 'ws2_32.dll') : koffi.load(null);
  const [call, socket, length] = isWindows ? ['__stdcall', 'uintptr_t', 'int'] : ['', 'int', 'uint'];
  return {
    poll: library.func(`int ${call} ${isWindows ? 'WSAPoll' : 'poll'}(void *, uint, int)`) as (
      sockets: Buffer,
      count: number,
      timeoutMs: number,
    ) => number,
    setsockopt: library.func(`int ${call} setsockopt(${socket}, int, int, void *, ${length})`) as (
      fd: number,
      level: number,
      name: number,
      value: Buffer,
      length: number,
    ) => number,
    getsockopt: library.func(`int ${call} getsockopt(${socket}, int, int, _Out_ void *, _Inout_ ${length} *)`) as (
      fd: number,
      level: number,
      name: number,
      value: Buffer,
      length: [number],
    ) => number,
    shutdown: library.func(`int ${call} shutdown(${socket}, int)`) as (fd: number, how: number) => number,
  };
})();

/** IPPROTO_TCP and TCP_MAXSEG on Linux and macOS. The size fits IPv6's minimum MTU with the headers of IPv4 or IPv6. */
const maxSegment = { level: 6, name: 2, bytes: 1220 } as const;

/**
 * Limits a new connection to short packets in both directions. Some paths silently drop long ones, and then a gateway's
 * certificates would never arrive. Call it before the socket connects.
 */
export function limitPacketSize(fd: number): void {
  // Windows has no such option
  if (!isWindows) setOption(fd, maxSegment.level, maxSegment.name, maxSegment.bytes);
}

/**
 * SOL_SOCKET, SO_TYPE, SO_RCVBUF and SO_KEEPALIVE, and TCP's own options (IPPROTO_TCP is 6): socket(7) and tcp(7), macOS's `tcp.h`, and
 * https://learn.microsoft.com/windows/win32/winsock/ipproto-tcp-socket-options.
 */
const allOptions = {
  linux: { level: 1, type: 3, receiveBuffer: 8, keepAlive: 9, idle: 4, interval: 5 },
  darwin: { level: 0xffff, type: 0x1008, receiveBuffer: 0x1002, keepAlive: 0x08, idle: 0x10, interval: 0x101 },
  win32: { level: 0xffff, type: 0x1008, receiveBuffer: 0x1002, keepAlive: 0x08, idle: 3, interval: 17 },
} as const;
const socketOptions = allOptions[process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux'];
const tcp = 6;
const streamType = 1;

/** Whether a socket is for TCP. True if the system does not say. */
export function isStream(fd: number): boolean {
  const value = Buffer.alloc(4);
  return c.getsockopt(fd, socketOptions.level, socketOptions.type, value, [value.length]) !== 0 || value.readInt32LE() === streamType;
}

/** The stack's largest window, 1 MiB, and as much again for what the system keeps with each packet. */
const burstBytes = 2 * 1024 * 1024;

/**
 * Gives a socket for datagrams room for what comes while the library does something else. By default that is fewer than a
 * hundred packets, and a download loses the rest. The system may give less: `net.core.rmem_max` on Linux.
 */
export function takeBursts(fd: number): void {
  setOption(fd, socketOptions.level, socketOptions.receiveBuffer, burstBytes);
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
  c.setsockopt(fd, level, name, value, value.length);
}

/**
 * Shuts down a connection that the peer has closed, so that nothing more is sent on it. Returns whether it did. The library
 * may still believe that the connection is alive, because nobody has read the peer's TLS close yet.
 */
export function endIfHungUp(fd: number): boolean {
  if (fd < 0) return false;
  // struct pollfd: int fd, on Windows of 64 bits; short events; short revents
  const at = isWindows ? 8 : 4;
  const socket = Buffer.alloc(at * 2);
  socket.writeInt32LE(fd, 0);
  socket.writeInt16LE(events.in | (process.platform === 'darwin' ? 0 : events.rdhup), at);
  if (c.poll(socket, 1, 0) !== 1) return false;
  const isGone = (socket.readInt16LE(at + 2) & (events.hup | events.err | events.rdhup)) !== 0;
  return isGone && c.shutdown(fd, bothDirections) === 0;
}
