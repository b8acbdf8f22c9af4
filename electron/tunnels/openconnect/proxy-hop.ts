import type { Endpoint, WebProxy } from '../../trust/endpoint.ts';

/** The proxy that openconnect is sent through. */
export interface ProxyHop {
  readonly proxy: Pick<WebProxy, 'kind' | 'host' | 'port'>;
  close(): void;
}

/** The endpoint's proxy as openconnect may be told of it; null where there is none. */
export async function proxyFor({ via }: Endpoint): Promise<ProxyHop | null> {
  if (!via) return null;
  return { proxy: { kind: via.kind, host: via.host, port: via.port }, close: () => undefined };
}
