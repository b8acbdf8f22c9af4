import { fail, type CausewayError, type FailureCode } from '../../../shared/failure.ts';
import { shownAs } from '../../net/endpoint.ts';
import { proxyName } from '../../net/proxy/proxy.ts';
import type { GatewayTarget } from '../gateway.ts';
import { noGatewayListed, type Done } from './process/messages.ts';

type CertificateTrouble = 'client-certificate-missing' | 'client-certificate-unreadable' | 'client-certificate-rejected';

/** How a call of the library's ended that gave no cookie. */
export type Outcome =
  /** The gateway took what it was given and did not like it. */
  | { kind: 'rejected'; detail: string }
  /** It wants a certificate of the person's: there was none, it could not be read, it was no good. */
  | { kind: 'certificate'; code: CertificateTrouble }
  /** What the person's own browser came back with is nothing that a gateway has written for us. */
  | { kind: 'page'; code: 'browser-answer'; detail: string }
  | { kind: 'failed'; error: CausewayError };

/**
 * What the library's lines mean, by the start of their formats in the C locale (OpenConnect 9.01: `ssl.c`, `http.c`,
 * `auth.c`, `gnutls.c`, `auth-juniper.c`, `pulse.c`). Where several were logged, the first of this list counts.
 */
const meanings: readonly (readonly [start: string, code: FailureCode])[] = [
  ['getaddrinfo failed for host', 'gateway-name-unknown'],
  ['Failed to connect to host', 'gateway-unreachable'],
  ['Failed to reconnect to host', 'gateway-unreachable'],
  ['Failed to reconnect to proxy', 'proxy-unreachable'],
  ['Proxy CONNECT request failed', 'gateway-unreachable'],
  ['Proxy requested', 'proxy-rejected'],
  ['Password authentication to SOCKS server failed', 'proxy-rejected'],
  ['SOCKS server requested username/password', 'proxy-rejected'],
  ['SOCKS server requires authentication', 'proxy-rejected'],
  ['SOCKS server requested', 'proxy-rejected'],
  ['SOCKS proxy error', 'gateway-unreachable'],
  ['Error reading auth response from SOCKS', 'proxy-unreachable'],
  ['Error: Server asked us', 'host-check'],
  ["Error: Running the 'Cisco Secure Desktop'", 'host-check'],
  ['Pulse server requested Host Checker', 'host-check'],
  ['Form action (%s) likely indicates that TNCC', 'host-check'],
  ['Authentication failure: Account locked out', 'account-locked-out'],
  // The portal was content with the sign-in
  ['GlobalProtect portal configuration lists no gateway', 'no-gateway'],
  ['Authentication failure: Client certificate required', 'client-certificate-missing'],
  ['Failed to listen on local port', 'browser-port'],
  ['Failed to decode SSO token', 'browser-answer'],
  ['Failed to decode server DH key', 'browser-answer'],
  ['Failed to create ECC public point', 'browser-answer'],
  ['HPKE uses unsupported EC curve', 'browser-answer'],
  ['SSO token', 'browser-answer'],
  ['No SSO handler', 'component-missing'],
  ['When SAML authentication is complete', 'component-missing'],
  ['Error reading HTTP response', 'gateway-closed'],
  ['Failed to read from TLS/DTLS socket', 'gateway-closed'],
  ['Failed to write to TLS/DTLS socket', 'gateway-closed'],
  ['Failed to open key/certificate file', 'client-certificate-unreadable'],
  ['Failed to determine type of private key', 'client-certificate-unreadable'],
  ['Failed to load PKCS', 'client-certificate-unreadable'],
  ['Failed to load private key', 'client-certificate-unreadable'],
  ['Failed to process PKCS', 'client-certificate-unreadable'],
  ['Failed to decrypt PKCS', 'client-certificate-unreadable'],
  ['Failed to decrypt PEM', 'client-certificate-unreadable'],
  ['No SSL certificate found to match private key', 'client-certificate-unreadable'],
  ['Failed to load certificate', 'client-certificate-unreadable'],
  ['Loading certificate failed', 'client-certificate-unreadable'],
  ['SSL certificate authentication failed', 'client-certificate-rejected'],
  ['Server requested SSL client certificate after one was provided', 'client-certificate-rejected'],
  ['Server requested SSL client certificate; none was configured', 'client-certificate-missing'],
  ['SSL connection failure', 'gateway-not-secure'],
  ['Failed to open HTTPS connection', 'gateway-not-secure'],
];

const aboutCertificate = /certificate/i;

/** The library's own results for "no": EPERM, EACCES. */
const no: readonly number[] = [-1, -13];
/** Of Pulse's for what it could not read (EIO); the line that shows what it was (`dump_buf_hex` of its `http.c`). */
const ioError = -5;
const shownBytes = '%c %s';
/** A reply of 401 shows as a request for a way of signing in that we do not offer. */
const refusals = [
  "Server '%s' requested",
  'No ANsession cookie found',
  'Authentication failed',
  // Pulse's, with its own words of which the library tells the length first
  'Authentication failure: %',
  'No more authentication methods',
];

/** What was said since the last answer. */
interface LoggedSince {
  lines: readonly string[];
  /** By the gateway, to the person. */
  words: string;
  /** How far the sign-in ever came: to whoever answers first, and to the gateway's own TLS. */
  connected: boolean;
  secured: boolean;
}

/** What the lines since the last answer, and the result, come to. */
export function outcomeOf(
  done: Done,
  { lines, words, connected, secured }: LoggedSince,
  target: GatewayTarget,
  given: { answered: boolean; certificate: boolean },
): Outcome {
  const host = shownAs(target);
  const atProxy = { host: target.via ? proxyName(target.via) : host };
  // Formats of which nothing is left but places for values say nothing to the help desk
  const telling = lines.filter((line) => /[A-Za-z]{3}/.test(line.replaceAll(/%\w/g, '')));
  const detail = [`result ${done.result}`, ...(words ? [words.slice(0, 500)] : []), ...telling.slice(-6)].join(' · ').slice(0, 1000);
  const failed = (code: FailureCode, params: Record<string, string> = { host }): Outcome => ({
    kind: 'failed',
    error: fail(code, params, { detail }),
  });
  if (done.excess !== null) return { kind: 'failed', error: fail('gateway-protocol', { host }, { detail: beyondBounds(done.excess) }) };
  const meaning = meanings.find(([start]) => lines.some((line) => line.startsWith(start)))?.[1];
  const refused = lines.some((line) => refusals.some((start) => line.startsWith(start))) || no.includes(done.result);
  if (isCertificateTrouble(meaning)) return { kind: 'certificate', code: meaning };
  if (meaning?.startsWith('proxy-')) return failed(meaning, atProxy);
  if (target.via && !secured) {
    // What could not be found or reached is the proxy itself; what it refused at the door, it refused to us
    if (!connected) return failed('proxy-unreachable', atProxy);
    if (lines.some((line) => line.startsWith('No more authentication methods'))) return failed('proxy-rejected', atProxy);
  }
  if (meaning === 'browser-answer') return { kind: 'page', code: meaning, detail };
  if (meaning === 'component-missing') return failed(meaning, { component: 'browser' });
  // It spoke TLS before
  if (meaning === 'gateway-not-secure' && secured) return failed('gateway-closed');
  if (meaning !== undefined) return failed(meaning);
  if (target.profile.protocol === 'pulse' && !refused && hungUp(done, lines)) return failed('gateway-closed');
  if (isHostCheck(done)) return failed('host-check');
  if (words === noGatewayListed) return failed('no-gateway');
  if (words === 'HTTP 503') return failed('gateway-busy');
  // GlobalProtect's own: a certificate is needed (and 512: a sign-in is refused)
  if (words === 'HTTP 513') return aboutOurs(given.certificate);
  if (/^HTTP 5(?!12$)\d\d$/.test(words)) return failed('campus-trouble');
  if (refused && given.answered) return { kind: 'rejected', detail };
  // It let nobody in and asked for nothing: Cisco's kind lets in by certificate alone, and says no word of it
  if (refused && (target.profile.protocol === 'anyconnect' || aboutCertificate.test(words))) return aboutOurs(given.certificate);
  if (refused) return failed('sign-in-rejected');
  return failed('gateway-protocol');
}

/** What the help desk is told of a gateway that sent too much. */
export const beyondBounds = (what: NonNullable<Done['excess']>): string => `beyond bounds: ${what}`;

function isCertificateTrouble(code: FailureCode | undefined): code is CertificateTrouble {
  return code?.startsWith('client-certificate-') === true;
}

/** The gateway wants a certificate of the person's: another one, where it was shown one. */
function aboutOurs(shown: boolean): Outcome {
  return { kind: 'certificate', code: shown ? 'client-certificate-rejected' : 'client-certificate-missing' };
}

/** Pulse's packets are read without a word where the gateway has closed: what came and was none is shown byte by byte. */
function hungUp({ result }: Done, lines: readonly string[]): boolean {
  return result === ioError && !lines.includes(shownBytes);
}

/** Ivanti sends who has not been checked to a page of its own, which the library cannot read. */
function isHostCheck({ urlPath }: Done): boolean {
  return urlPath !== null && /\bp=preauth\b/.test(urlPath);
}
