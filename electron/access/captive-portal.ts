import http from 'node:http';
import { fail, type CausewayError, type Failure, type FailureCode } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import { bounded } from '../trust/bounded.ts';
import { endpointOf } from '../trust/endpoint.ts';
import { hostOf, inAddress, plainHost, sameHost } from '../trust/host.ts';
import { isLoopback } from '../trust/loopback.ts';

const answersWithinMs = 2_000;
const maxAddress = 1_000;

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
 * one plain GET to `http://<host>/`, so that no third party hears of it. Resolves with where the network sends people,
 * or null. Never rejects but with `cancelled`.
 */
export async function captivePortal(profile: Profile, host: string, signal: AbortSignal): Promise<string | null> {
  const isLab = profile.connectTo?.some((entry) => sameHost(entry.host, host)) ?? false;
  const endpoint = endpointOf({ host, port: 80 }, profile.connectTo);
  // A lab's names are on no network that could hold anybody up
  if (isLab && endpoint.loopbackPort === undefined) return null;
  const here = `http://${inAddress(host)}/`;
  try {
    const { status, location, type } = await firstWords(endpoint.loopbackPort, host, signal);
    if (status === 511) return here;
    if (status >= 300 && status < 400) return elsewhere(location, here, profile);
    return status < 300 && /html/i.test(type) ? here : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null; // nobody answers there at all
  }
}

/** In place of a failure, what the network does where it does that. Never rejects but with `cancelled`. */
export async function explained(failure: Failure, profile: Profile, host: string, signal: AbortSignal): Promise<CausewayError | null> {
  const address = suspicious.includes(failure.code) ? await captivePortal(profile, host, signal) : null;
  return address === null ? null : fail('captive-portal', { address }, { detail: failure.code });
}

/** Where a redirect leads, unless the campus itself sends people there. */
function elsewhere(location: string | undefined, here: string, profile: Profile): string | null {
  if (location === undefined || !URL.canParse(location, here)) return null;
  const url = new URL(location, here);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const own = new URL(here).hostname;
  if (url.hostname === own) return url.protocol === 'http:' ? here : null;
  if (hostsOf(profile).some((host) => hostOf(url) === host || url.hostname.endsWith(`.${host}`))) return null;
  // An address that leads to this computer is nothing to open by a click
  return isLoopback(url.hostname) || url.username !== '' || url.href.length > maxAddress ? here : url.href;
}

function hostsOf(profile: Profile): string[] {
  const { gateways, portal, recovery, helpDesk } = profile;
  const addresses = [portal.address, recovery?.address, helpDesk?.address].flatMap((address) => (address === undefined ? [] : [address]));
  return [
    ...gateways.map((gateway) => splitHost(gateway).host),
    ...portal.hosts,
    ...addresses.map((address) => new URL(address).hostname),
  ].map(plainHost);
}

interface FirstWords {
  status: number;
  location: string | undefined;
  type: string;
}

/** The head of an answer; its body is of no interest. */
function firstWords(loopbackPort: number | undefined, host: string, signal: AbortSignal): Promise<FirstWords> {
  const request = http.request({
    ...(loopbackPort === undefined ? { host, port: 80 } : { host: '127.0.0.1', port: loopbackPort }),
    path: '/',
    agent: false,
    headers: { host: inAddress(host), accept: 'text/html', connection: 'close' },
  });
  const bound = {
    signal,
    ms: answersWithinMs,
    late: () => fail('gateway-silent', { host }),
    release: () => request.destroy(),
  };
  request.on('error', () => undefined);
  return bounded<FirstWords>(bound, (done, failed) => {
    request.on('error', failed);
    request.on('response', (response) => {
      const { location, 'content-type': type = '' } = response.headers;
      done({ status: response.statusCode ?? 0, location, type });
      request.destroy();
    });
    request.end();
  });
}
