import type { ProfileContents } from '../../../shared/app-state.ts';
import { destinationsIn, everythingIn } from '../../../shared/profile-contents.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { readAuthorities } from '../../trust/verifier.ts';
import { domainOf } from '../../net/domain.ts';
import { plainHost } from '../../trust/host.ts';

/**
 * Everything that a profile does, for the person who decides on it: every host that it names, marked if it is outside the
 * first gateway's domain, every authority and key that it trusts, and every other setting.
 *
 * Throws `profile-invalid` when its authority cannot be read.
 */
export function contentsOf(profile: Profile): ProfileContents {
  const own = splitHost(profile.gateways[0] ?? '').host;
  const domain = domainOf(own);
  const isOutside = (host: string): boolean => plainHost(host) !== plainHost(own) && (domain === null || domainOf(host) !== domain);
  /** `connectTo` can send any port of a host to a loopback port. */
  const detours = (host: string): string[] =>
    (profile.connectTo ?? [])
      .filter((each) => each.host === host)
      .map(({ port, loopbackPort }) => ` (${port} → 127.0.0.1:${loopbackPort})`);
  const entries = everythingIn(profile);
  return {
    domain,
    destinations: destinationsIn(profile).flatMap(({ path, host, shown }) =>
      (path === 'connectTo.host' ? detours(host) : ['']).map((detour) => ({ path, shown: `${shown}${detour}`, outside: isOutside(host) })),
    ),
    authorities: authoritiesOf(profile),
    pins: entries.filter(({ names }) => names === 'pin').map(({ value }) => String(value)),
    settings: entries.filter(({ names }) => names === null || names === 'words').map(({ path, value }) => ({ path, value })),
  };
}

function authoritiesOf({ trust }: Profile): ProfileContents['authorities'] {
  if (trust.kind !== 'authority') return [];
  return readAuthorities(trust.pem).map(({ fingerprint256, subject, validTo }) => ({
    sha256: fingerprint256,
    subject: plainLine(subject.replaceAll('\n', ', ')).slice(0, 300),
    validUntil: Date.parse(validTo),
  }));
}
