import { fail, type CausewayError, type Failure, type FailureCode } from '../../../shared/failure.ts';
import { splitHost, type Profile } from '../../../shared/profile.ts';
import { domainOf } from '../../net/domain.ts';
import { endpointOf } from '../../net/endpoint.ts';
import { hostOf, inAddress, plainHost, sameHost } from '../../trust/host.ts';
import { isLoopback } from '../../net/loopback.ts';
import { orphanTunnel, maybeOrphanTunnel } from '../orphan-tunnels.ts';
import { answersForNobody, firstWords, namesNobodyAs, nobodysAddress, type FirstWords } from './network-probe.ts';

const maxAddress = 1_000;
const maxTags = 100;

/** What a network that answers in a gateway's place looks like from here. */
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
 * Whether this network holds people up before it lets them out, as hotels and cafés do: asked of the gateway itself, by
 * one plain GET to `http://<host>/`, so that no third party hears of it. An answer that leads to somebody else's host, or
 * says so by its status (511), is the network's. Any other may be the campus's own front page: then the network is tried
 * at an address and by a name that nobody has. Resolves with where the network sends people, or null. Never rejects but
 * with `cancelled`.
 */
export async function captivePortal(profile: Profile, host: string, signal: AbortSignal): Promise<string | null> {
  const endpoint = endpointOf({ host, port: 80 }, profile.connectTo);
  // A lab's names are on no network that could hold anybody up
  const lab = isLab(profile, host);
  if (lab && endpoint.loopbackPort === undefined) return null;
  const here = `http://${inAddress(host)}/`;
  try {
    const answer = await firstWords(endpoint, signal);
    const found = portalIn(answer, here, profile);
    if (found !== null || !mayBePortal(answer)) return found;
  } catch (error) {
    if (signal.aborted) throw error;
    return null; // nobody answers there at all
  }
  const nobody = endpointOf({ host: nobodysAddress, port: 80 }, profile.connectTo);
  const [everywhere, named] = await Promise.all([
    lab && nobody.loopbackPort === undefined ? null : answersForNobody(nobody, signal),
    lab ? false : namesNobodyAs(host, signal),
  ]);
  if (signal.aborted) throw fail('cancelled');
  // A company's transparent proxy answers there too, but with an error
  if (everywhere && (everywhere.status === 511 || mayBePortal(everywhere)))
    return portalIn(everywhere, `http://${nobodysAddress}/`, profile, here) ?? here;
  return named ? here : null;
}

/** In place of a failure, what this computer's network does where that is why. Never rejects but with `cancelled`. */
export async function explained(failure: Failure, profile: Profile, host: string, signal: AbortSignal): Promise<CausewayError | null> {
  const left = maybeOrphanTunnel.includes(failure.code) && !isLab(profile, host) ? await orphanTunnel() : null;
  if (left !== null) return fail('tunnel-leftover', { left }, { detail: failure.code });
  const address = suspicious.includes(failure.code) ? await captivePortal(profile, host, signal) : null;
  return address === null ? null : fail('captive-portal', { address }, { detail: failure.code });
}

/** A lab's hosts are reached on loopback, whatever the network is like. */
const isLab = (profile: Profile, host: string): boolean => profile.connectTo?.some((entry) => sameHost(entry.host, host)) ?? false;

/** Whether an answer could be a network's in the place of the host that was asked: a page, or a way to one. */
const mayBePortal = ({ status, type, location }: FirstWords): boolean =>
  (status >= 200 && status < 300 && /html/i.test(type)) || (status >= 300 && status < 400 && !/^https:/i.test(location ?? ''));

/** Where an answer by itself shows that the network gave it. `asked`: the address that was asked for; `here`: what is opened then. */
function portalIn({ status, location, body }: FirstWords, asked: string, profile: Profile, here = asked): string | null {
  // Wi-Fi Alliance's WISPr: how a hotspot tells a program that it is one
  if (status === 511 || body.includes('<WISPAccessGatewayParam')) return here;
  const to = status >= 300 && status < 400 ? location : refreshIn(body);
  return to === undefined ? null : elsewhere(to, asked, profile, here);
}

/** `<meta http-equiv="refresh" content="0; url=…">`: how a page without a redirect's status leads on (HTML, 4.2.5.3). */
function refreshIn(body: string): string | undefined {
  const tags = body.split(/<meta/i, maxTags).slice(1);
  const heads = tags.map((each) => each.slice(0, maxAddress).split('>', 1)[0] ?? '');
  const tag = heads.find((each) => /http-equiv\s{0,9}=\s{0,9}["']?refresh\b/i.test(each)) ?? '';
  return /url\s{0,9}=\s{0,9}["']?([^"'\s>]{1,1000})/i.exec(tag)?.[1]?.replaceAll('&amp;', '&');
}

/** Where a redirect leads, unless it stays at the host that was asked or the campus itself sends people there. */
function elsewhere(location: string, asked: string, profile: Profile, here: string): string | null {
  if (!URL.canParse(location, asked)) return null;
  const url = new URL(location, asked);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.hostname === new URL(asked).hostname || isCampus(hostOf(url), profile)) return null;
  // An address that leads to this computer is nothing to open by a click
  return isLoopback(url.hostname) || url.username !== '' || url.href.length > maxAddress ? here : url.href;
}

/** A host that the profile names, one below it, or one of the same owner's as a gateway or the portal: `www.campus.example` beside `vpn.campus.example`. */
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

/** A profile's host may come with a port. */
const hostNamed = (name: string): string => plainHost(splitHost(name).host);
