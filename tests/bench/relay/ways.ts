import { throughProxy, throughSocks } from '../through.ts';
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
  return { name: 'Causeway', open: () => throughProxy(proxy, '127.0.0.1', target) };
}

/** Through a SOCKS5 port, as programs use `ssh -D`. */
export function socksWay(port: number, target: number): Way {
  return { name: 'OpenSSH -D', open: () => throughSocks(port, '127.0.0.1', target) };
}
