import { fail, throwIfCancelled, type CausewayError, type Failure, type FailureCode } from '../../../shared/failure.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { domainOf } from '../../net/domain.ts';
import { endpointOf } from '../../net/endpoint.ts';
import { hostOf, inAddress, plainHost, sameHost } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';
import { orphanTunnel, maybeOrphanTunnel } from '../orphan-tunnels.ts';
import { answersForNobody, firstWords, namesNobodyAs, nobodysAddress, type FirstWords } from './network-probe.ts';

const maxAddress = 1_000;
const maxTags = 100;

/** The failures that a network causes if it answers in a gateway's place. */
const suspicious: readonly FailureCode[] = [
  'gateway-not-secure',
  'gateway-unreachable',
  'gateway-silent',
  'gateway-closed',
  'certificate-wrong-host',
  'certificate-untrusted',
  'certificate-changed',
  'certificate-incomplete',
];

/**
 * Finds a captive portal, as hotels and cafés have one. Sends one plain GET to `http://<host>/` of the gateway itself, so
 * that no third party learns of it. If the answer leads to a foreign host or has status 511, the network gave it. Any other
 * answer may be the campus's own front page, so the network is then probed at an address and by a name that nobody has.
 * Resolves with the address where the network sends people, or null. Rejects only with `cancelled`.
 */
export async function captivePortal(profile: Profile, host: string, signal: AbortSignal): Promise<string | null> {
  const endpoint = endpointOf({ host, port: 80 }, profile.connectTo);
  // The hosts of a test campus are on loopback, where no network can interfere
  const lab = isLab(profile, host);
  if (lab && endpoint.loopbackPort === undefined) return null;
  const here = `http://${inAddress(host)}/`;
  try {
    const answer = await firstWords(endpoint, signal);
    const found = portalIn(answer, here, profile);
    if (found !== null || !mayBePortal(answer)) return found;
  } catch (error) {
    if (signal.aborted) throw error;
    return null; // nothing answers there
  }
  const nobody = endpointOf({ host: nobodysAddress, port: 80 }, profile.connectTo);
  const [everywhere, named] = await Promise.all([
    lab && nobody.loopbackPort === undefined ? null : answersForNobody(nobody, signal),
    lab ? false : namesNobodyAs(host, signal),
  ]);
  throwIfCancelled(signal);
  // A company's transparent proxy answers there as well, but with an error
  if (everywhere && (everywhere.status === 511 || mayBePortal(everywhere)))
    return portalIn(everywhere, `http://${nobodysAddress}/`, profile, here) ?? here;
  return named ? here : null;
}

/** Replaces a failure by what this computer's network did to cause it; null if the network is not the cause. Rejects only with `cancelled`. */
export async function explained(failure: Failure, profile: Profile, host: string, signal: AbortSignal): Promise<CausewayError | null> {
  const left = maybeOrphanTunnel.includes(failure.code) && !isLab(profile, host) ? await orphanTunnel() : null;
  if (left !== null) return fail('tunnel-leftover', { left }, { detail: failure.code });
  const address = suspicious.includes(failure.code) ? await captivePortal(profile, host, signal) : null;
  return address === null ? null : captivePortalFailure(address, failure.code);
}

/** `captive-portal`, with the address to open and the host to name: the rest of such an address says nothing to a person. */
export const captivePortalFailure = (address: string, detail?: string): CausewayError =>
  fail('captive-portal', { address, host: new URL(address).host }, detail === undefined ? {} : { detail });

/** The hosts of a test campus are reached on loopback. */
const isLab = (profile: Profile, host: string): boolean => profile.connectTo?.some((entry) => sameHost(entry.host, host)) ?? false;

/** Whether a network could have given this answer in the host's place: a page, or a redirect to one. */
const mayBePortal = ({ status, type, location }: FirstWords): boolean =>
  (status >= 200 && status < 300 && /html/i.test(type)) || (status >= 300 && status < 400 && !/^https:/i.test(location ?? ''));

/** The captive portal's address if the answer alone proves that the network gave it. `asked`: the address of the GET; `here`: what to open. */
function portalIn({ status, location, body }: FirstWords, asked: string, profile: Profile, here = asked): string | null {
  // WISPr of the Wi-Fi Alliance: a hotspot tells programs what it is
  if (status === 511 || body.includes('<WISPAccessGatewayParam')) return here;
  const to = status >= 300 && status < 400 ? location : refreshIn(body);
  return to === undefined ? null : elsewhere(to, asked, profile, here);
}

/** `<meta http-equiv="refresh" content="0; url=…">`: a redirect inside a page (HTML, 4.2.5.3). */
function refreshIn(body: string): string | undefined {
  const tags = body.split(/<meta/i, maxTags).slice(1);
  const heads = tags.map((each) => each.slice(0, maxAddress).split('>', 1)[0] ?? '');
  const tag = heads.find((each) => /http-equiv\s{0,9}=\s{0,9}["']?refresh\b/i.test(each)) ?? '';
  return /url\s{0,9}=\s{0,9}["']?([^"'\s>]{1,1000})/i.exec(tag)?.[1]?.replaceAll('&amp;', '&');
}

/** Where a redirect leads; null if it stays at the host or leads to a host of the campus. */
function elsewhere(location: string, asked: string, profile: Profile, here: string): string | null {
  if (!URL.canParse(location, asked)) return null;
  const url = new URL(location, asked);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.hostname === new URL(asked).hostname || isCampus(hostOf(url), profile)) return null;
  // Never open an address of this computer
  return isLoopback(url.hostname) || url.username !== '' || url.href.length > maxAddress ? here : url.href;
}

/** A host that the profile names, a host below one, or a host in the domain of a gateway or the portal (`www.campus.example` beside `vpn.campus.example`). */
function isCampus(host: string, { gateways, portal, recovery, helpDesk, browser }: Profile): boolean {
  const hostIn = (address: string | undefined): string[] => (address === undefined ? [] : [hostOf(new URL(address))]);
  const own = [...gateways.map((gateway) => plainHost(splitHost(gateway).host)), ...hostIn(portal.address)];
  const named = [...own, ...portal.hosts.map(plainHost), ...(browser?.hosts ?? []).map(hostNamed)];
  named.push(...hostIn(recovery?.address), ...hostIn(helpDesk?.address), ...hostIn(browser?.address));
  const domain = domainOf(host);
  return (
    named.some((each) => host === each || host.endsWith(`.${each}`)) || (domain !== null && own.some((each) => domainOf(each) === domain))
  );
}

/** A host of a profile may have a port. */
const hostNamed = (name: string): string => plainHost(splitHost(name).host);
