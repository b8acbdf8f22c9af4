import type { ProfileContents } from '../../../shared/app-state.ts';
import { destinationsIn, everythingIn } from '../../../shared/profile-contents.ts';
import { plainLine } from '../../../shared/plain-text.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { readAuthorities } from '../../trust/verifier.ts';
import { domainOf } from '../../net/domain.ts';
import { plainHost } from '../../trust/host.ts';

/**
 * All that a profile does, for whoever is to say yes to it: every host that it names, marked where it lies outside the
 * domain of the first gateway; every authority and key that it believes; and everything else that it says.
 *
 * Throws `profile-invalid` where its authority cannot be read.
 */
export function contentsOf(profile: Profile): ProfileContents {
  const own = splitHost(profile.gateways[0] ?? '').host;
  const domain = domainOf(own);
  const isOutside = (host: string): boolean => plainHost(host) !== plainHost(own) && (domain === null || domainOf(host) !== domain);
  /** A host may be led to loopback by each of its ports. */
  const detours = (host: string): string[] =>
    (profile.connectTo ?? [])
      .filter((each) => each.host === host)
      .map(({ port, loopbackPort }) => ` (${port} → 127.0.0.1:${loopbackPort})`);
  const said = everythingIn(profile);
  return {
    domain,
    destinations: destinationsIn(profile).flatMap(({ path, host, shown }) =>
      (path === 'connectTo.host' ? detours(host) : ['']).map((detour) => ({ path, shown: `${shown}${detour}`, outside: isOutside(host) })),
    ),
    authorities: authoritiesOf(profile),
    pins: said.filter(({ names }) => names === 'pin').map(({ value }) => String(value)),
    settings: said.filter(({ names }) => names === null || names === 'words').map(({ path, value }) => ({ path, value })),
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
