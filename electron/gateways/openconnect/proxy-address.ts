import { randomBytes } from 'node:crypto';
import type { WebProxy } from '../../net/endpoint.ts';
import { inAddress } from '../../trust/host.ts';
import { openForwardingProxy } from '../../net/proxy/forwarding-proxy.ts';
import type { GatewayTarget } from '../gateway.ts';

/**
 * The target's proxy as one address, which is what the library takes. For a kind of proxy that the library does not speak,
 * opens a forwarding proxy on loopback, with a password that only the library is given. Null: no proxy.
 */
export async function proxyFor({ via }: GatewayTarget): Promise<{ address: string; close: () => void } | null> {
  if (!via) return null;
  if (via.kind === 'http' || via.kind === 'socks5') return { address: addressOf(via), close: () => undefined };
  const signIn = { user: 'causeway', password: randomBytes(24).toString('base64url') };
  const forwarding = await openForwardingProxy(via, { signIn });
  return {
    address: addressOf({ kind: forwarding.kind, host: forwarding.host, port: forwarding.port, signIn }),
    close: () => forwarding.close(),
  };
}

function addressOf({ kind, host, port, signIn }: WebProxy): string {
  const user = signIn ? `${encodeURIComponent(signIn.user)}:${encodeURIComponent(signIn.password)}@` : '';
  return `${kind}://${user}${inAddress(host)}:${port}`;
}
