import { once } from 'node:events';
import net from 'node:net';

export type WayName = 'direct TCP' | 'Causeway' | 'OpenSSH -D' | 'stunnel' | 'Node’s TLS alone';

/** A way to the target: how a program on this computer opens one stream through it. */
export interface Way {
  readonly name: WayName;
  open(): Promise<net.Socket>;
}

async function connectTo(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  // Whoever waits for something on it is told; a connection that is done with may break as it likes
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Plain TCP to `port`: the target itself, or a pair of stunnels or of Node's own TLS in front of it. */
export function plainWay(name: 'direct TCP' | 'stunnel' | 'Node’s TLS alone', port: number): Way {
  return { name, open: () => connectTo(port) };
}

/** Through the loopback proxy by HTTP CONNECT, as the portal view goes. */
export function causewayWay(proxy: { port: number; authorization: string }, target: number): Way {
  const request = `CONNECT 127.0.0.1:${target} HTTP/1.1\r\nHost: 127.0.0.1:${target}\r\nProxy-Authorization: Basic ${proxy.authorization}\r\n\r\n`;
  return {
    name: 'Causeway',
    async open() {
      const socket = await connectTo(proxy.port);
      socket.write(request);
      const answer = (await exactly(socket, 'HTTP/1.1 200 Connection established\r\n\r\n'.length)).toString('latin1');
      if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(answer);
      return socket;
    },
  };
}

/** Through a SOCKS5 port (RFC 1928), as programs use `ssh -D`. */
export function socksWay(port: number, target: number): Way {
  return {
    name: 'OpenSSH -D',
    async open() {
      const socket = await connectTo(port);
      socket.write(Buffer.from([5, 1, 0]));
      await exactly(socket, 2);
      socket.write(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, target >> 8, target & 0xff]));
      const answer = await exactly(socket, 10);
      if (answer[1] !== 0) throw new Error(`SOCKS refused: ${answer[1]}`);
      return socket;
    },
  };
}

/** The next `count` bytes, and not one more. */
export function exactly(socket: net.Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => void socket.off('readable', look).off('end', ended).off('close', ended);
    const look = (): void => {
      const read: unknown = socket.read(count);
      if (!Buffer.isBuffer(read)) return;
      settle();
      resolve(read);
    };
    const ended = (): void => {
      settle();
      reject(new Error('ended early'));
    };
    socket.on('readable', look).on('end', ended).on('close', ended);
    look();
  });
}
