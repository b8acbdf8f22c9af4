import { throughProxy, throughSocks } from '../through.ts';
import { Line } from './line.ts';

export type RouteName = 'direct TCP' | 'Causeway' | 'OpenSSH -D' | 'stunnel' | 'Node’s TLS alone';

/** A route to the target: how a program on this computer opens one stream to it. */
export interface Route {
  readonly name: RouteName;
  open(): Promise<Line>;
}

/** Plain TCP to `port`: the target itself, or a pair of stunnels or of Node's own TLS in front of it. */
export function plainRoute(name: 'direct TCP' | 'stunnel' | 'Node’s TLS alone', port: number): Route {
  return { name, open: () => Line.connect(port) };
}

/** Through the loopback proxy by HTTP CONNECT, like the portal view. */
export function causewayRoute(proxy: { port: number; authorization: string }, target: number): Route {
  return { name: 'Causeway', open: () => throughProxy(proxy, '127.0.0.1', target) };
}

/** Through a SOCKS5 port, as programs use with `ssh -D`. */
export function socksRoute(port: number, target: number): Route {
  return { name: 'OpenSSH -D', open: () => throughSocks(port, '127.0.0.1', target) };
}
