import koffi from 'koffi';

/** The C library's calls for datagram sockets, which Node has only for the internet's addresses. POSIX; koffi loads once. */
export interface SocketCalls {
  /** Two connected datagram sockets without names, that never wait. */
  datagramPair(): [number, number];
  /** Two connected stream sockets. */
  streamPair(): [number, number];
  /** Makes `to` another descriptor of what `from` is. */
  replace(from: number, to: number): void;
  close(fd: number): void;
  /** Bytes, or below 0: see `errno`. Never waits. */
  send(fd: number, bytes: Uint8Array, length: number): number;
  receive(fd: number, bytes: Uint8Array, length: number): number;
  /** Whether the last call failed because it would have to wait. */
  wouldWait(): boolean;
}

/** `AF_UNIX` and the types are the same on Linux and macOS. */
const [unixFamily, streamType, datagramType] = [1, 1, 2];
const system =
  process.platform === 'darwin'
    ? { level: 0xffff, sendBuffer: 0x1001, receiveBuffer: 0x1002, doNotWait: 0x80, nonBlocking: 0x4 }
    : { level: 1, sendBuffer: 7, receiveBuffer: 8, doNotWait: 0x40, nonBlocking: 0x800 };
/** Commands of `fcntl` and `FD_CLOEXEC`. */
const [setDescriptorFlags, closeOnExec, setFlags] = [2, 1, 4];
/** As much as the system allows: it takes the smaller one (`net.core.wmem_max` on Linux, 208 KiB by default). */
const bufferBytes = 4 * 1024 * 1024;

export function socketCalls(): SocketCalls {
  const c = koffi.load(null);
  const socketpair = c.func('int socketpair(int, int, int, void *)') as (...args: [number, number, number, Int32Array]) => number;
  const setsockopt = c.func('int setsockopt(int, int, int, void *, uint)') as (
    ...args: [number, number, number, Int32Array, number]
  ) => number;
  const fcntl = c.func('int fcntl(int, int, ...)') as (...args: [number, number, string, number]) => number;
  const dup2 = c.func('int dup2(int, int)') as (from: number, to: number) => number;
  const send = c.func('intptr_t send(int, const void *, size_t, int)') as (...args: [number, Uint8Array, number, number]) => number;
  const recv = c.func('intptr_t recv(int, void *, size_t, int)') as (...args: [number, Uint8Array, number, number]) => number;
  const close = c.func('int close(int)') as (fd: number) => number;
  const failed = (what: string): Error => new Error(`${what}: error ${koffi.errno()}`);
  const pair = (type: number): [number, number] => {
    const fds = new Int32Array(2);
    if (socketpair(unixFamily, type, 0, fds) !== 0) throw failed('socketpair');
    const [one = -1, other = -1] = fds;
    for (const fd of [one, other]) fcntl(fd, setDescriptorFlags, 'int', closeOnExec);
    return [one, other];
  };
  const { EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR } = koffi.os.errno;
  const waits = new Set([EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR]);
  return {
    datagramPair: () => {
      const fds = pair(datagramType);
      for (const fd of fds) {
        // The event loop expects so of every descriptor that it watches
        fcntl(fd, setFlags, 'int', system.nonBlocking);
        for (const name of [system.sendBuffer, system.receiveBuffer]) setsockopt(fd, system.level, name, new Int32Array([bufferBytes]), 4);
      }
      return fds;
    },
    streamPair: () => pair(streamType),
    replace: (from, to) => {
      if (dup2(from, to) !== to) throw failed('dup2');
      fcntl(to, setDescriptorFlags, 'int', closeOnExec);
    },
    close: (fd) => void close(fd),
    send: (fd, bytes, length) => send(fd, bytes, length, system.doNotWait),
    receive: (fd, bytes, length) => recv(fd, bytes, length, system.doNotWait),
    wouldWait: () => waits.has(koffi.errno()),
  };
}
