import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Whether an error may mean that macOS blocks access to the local network. Since version 15 a program needs the person's
 * permission for that, and a connection without it fails with EHOSTUNREACH
 * (https://developer.apple.com/documentation/technotes/tn3179-understanding-local-network-privacy). A host that is
 * switched off fails the same way. False on other systems.
 */
export function mayBeBlockedByMacOs(error: Error): boolean {
  if (process.platform !== 'darwin') return false;
  // For a name with several addresses Node reports all failures in one error
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return causes.some((cause) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EHOSTUNREACH' && 'address' in cause)) return false;
    return typeof cause.address === 'string' && isOnOwnNetwork(cause.address);
  });
}

function isOnOwnNetwork(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const own = new BlockList();
  for (const { cidr, family, internal } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    const [prefix = '', bits] = cidr?.split('/') ?? [];
    if (!internal && isIP(prefix) !== 0 && bits !== undefined) own.addSubnet(prefix, Number(bits), family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return isIP(plain) !== 0 && own.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
