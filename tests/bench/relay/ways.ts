import { Line } from './line.ts';

export type WayName = 'direct TCP' | 'Causeway' | 'OpenSSH -D' | 'stunnel' | 'Node’s TLS alone';

/** A way to the target: how a program on this computer opens one stream through it. */
export interface Way {
  readonly name: WayName;
  open(): Promise<Line>;
}

/** Plain TCP to `port`: the target itself, or a pair of stunnels or of Node's own TLS in front of it. */
export function plainWay(name: 'direct TCP' | 'stunnel' | 'Node’s TLS alone', port: number): Way {
  return { name, open: () => Line.connect(port) };
}

/** Through the loopback proxy by HTTP CONNECT, as the portal view goes. */
export function causewayWay(proxy: { port: number; authorization: string }, target: number): Way {
  const request = `CONNECT 127.0.0.1:${target} HTTP/1.1\r\nHost: 127.0.0.1:${target}\r\nProxy-Authorization: Basic ${proxy.authorization}\r\n\r\n`;
  return {
    name: 'Causeway',
    async open() {
      const line = await Line.connect(proxy.port);
      line.write(request);
      const answer = (await line.read('HTTP/1.1 200 Connection established\r\n\r\n'.length)).toString('latin1');
      if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(answer);
      return line;
    },
  };
}

/** Through a SOCKS5 port (RFC 1928), as programs use `ssh -D`. */
export function socksWay(port: number, target: number): Way {
  return {
    name: 'OpenSSH -D',
    async open() {
      const line = await Line.connect(port);
      line.write(Buffer.from([5, 1, 0]));
      await line.read(2);
      line.write(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, target >> 8, target & 0xff]));
      const answer = await line.read(10);
      if (answer[1] !== 0) throw new Error(`SOCKS refused: ${answer[1]}`);
      return line;
    },
  };
}
