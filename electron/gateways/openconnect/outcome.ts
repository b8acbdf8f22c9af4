import { fail, type CausewayError, type FailureCode } from '../../../shared/failure.ts';
import { shownAs } from '../../net/endpoint.ts';
import { proxyName } from '../../net/proxy/proxy.ts';
import type { GatewayTarget } from '../gateway.ts';
import { noGatewayListed, type Done } from './process/messages.ts';

type CertificateTrouble = 'client-certificate-missing' | 'client-certificate-unreadable' | 'client-certificate-rejected';

/** How a run of the library ended if it gave no cookie. */
export type Outcome =
  /** The gateway rejected what it was given. */
  | { kind: 'rejected'; detail: string }
  /** It needs a client certificate: there was none, it could not be read, or it was rejected. */
  | { kind: 'certificate'; code: CertificateTrouble }
  /** The person's own browser returned something that no gateway wrote for us. */
  | { kind: 'page'; code: 'browser-answer'; detail: string }
  | { kind: 'failed'; error: CausewayError };

/**
 * What the library's log lines mean, by the start of their formats in the C locale (OpenConnect 9.01: `ssl.c`, `http.c`,
 * `auth.c`, `gnutls.c`, `auth-juniper.c`, `pulse.c`). If several were logged, the first in this list counts.
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
  // The portal accepted the sign-in
  ['GlobalProtect portal configuration lists no gateway', 'no-gateway'],
  ['Authentication failure: Client certificate required', 'client-certificate-missing'],
  ['Failed to listen on local port', 'browser-port'],
  ['Failed to decode SSO token', 'browser-answer'],
  ['Failed to decode server DH key', 'browser-answer'],
  ['Failed to create ECC public point', 'browser-answer'],
  ['HPKE uses unsupported EC curve', 'browser-answer'],
  ['SSO token', 'browser-answer'],
  ['No SSO handler', 'app-needed'],
  ['When SAML authentication is complete', 'app-needed'],
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

/**
 * A Pulse gateway refuses our client before it asks anything: the first if it misses `clientCapabilities` in the client's
 * first packet (`errorType=6`, as 9.12 and older meet it), the second for the realm's demands on the client (`Code 0x00`, as
 * newer ones meet it).
 */
const pulseRefusals = ['Unexpected IF-T/TLS authentication challenge', 'Authentication failure: Code'];

const aboutCertificate = /certificate/i;

/** The library's own results for "no": EPERM, EACCES. */
const refusalResults: readonly number[] = [-1, -13];
/** Pulse's result for data that it could not read (EIO), and the log format that dumps that data (`dump_buf_hex` in `http.c`). */
const ioError = -5;
const shownBytes = '%c %s';
/** Log lines that mean "refused". The library logs a 401 as a request for an authentication method that we do not offer. */
const refusalLines = [
  "Server '%s' requested",
  'No ANsession cookie found',
  'Authentication failed',
  // Pulse's: a message with its length first
  'Authentication failure: %',
  'No more authentication methods',
];

/** What was logged since the last answer. */
interface LoggedSince {
  lines: readonly string[];
  /** The gateway's message to the person. */
  gatewayMessage: string;
  /** How far the sign-in got: to the first server (the gateway or a proxy), and through the gateway's TLS. */
  connected: boolean;
  secured: boolean;
}

/** Derives the outcome from the result and the lines logged since the last answer. */
export function outcomeOf(
  done: Done,
  { lines, gatewayMessage, connected, secured }: LoggedSince,
  target: GatewayTarget,
  sent: { answered: boolean; certificate: boolean },
): Outcome {
  const host = shownAs(target);
  const proxyParams = { host: target.via ? proxyName(target.via) : host };
  // A format of placeholders only tells the help desk nothing
  const readableLines = lines.filter((line) => /[A-Za-z]{3}/.test(line.replaceAll(/%\w/g, '')));
  const detail = [`result ${done.result}`, ...(gatewayMessage ? [gatewayMessage.slice(0, 500)] : []), ...readableLines.slice(-6)]
    .join(' · ')
    .slice(0, 1000);
  const failed = (code: FailureCode, params: Record<string, string> = { host }): Outcome => ({
    kind: 'failed',
    error: fail(code, params, { detail }),
  });
  if (done.excess !== null) return { kind: 'failed', error: fail('gateway-protocol', { host }, { detail: beyondBounds(done.excess) }) };
  const meaning = meanings.find(([start]) => lines.some((line) => line.startsWith(start)))?.[1];
  const refused = lines.some((line) => refusalLines.some((start) => line.startsWith(start))) || refusalResults.includes(done.result);
  const isPulse = target.profile.protocol === 'pulse';
  const refusesClient = isPulse && !sent.answered && lines.some((line) => pulseRefusals.some((start) => line.startsWith(start)));
  // A locked account and a missing certificate have lines of their own
  if (refusesClient && meaning === undefined) return failed('pulse-refused');
  if (isCertificateTrouble(meaning)) return { kind: 'certificate', code: meaning };
  if (meaning?.startsWith('proxy-')) return failed(meaning, proxyParams);
  if (target.via && !secured) {
    // Until TLS starts, every error is about the proxy: not found, not reached, or it refused us
    if (!connected) return failed('proxy-unreachable', proxyParams);
    if (lines.some((line) => line.startsWith('No more authentication methods'))) return failed('proxy-rejected', proxyParams);
  }
  if (meaning === 'browser-answer') return { kind: 'page', code: meaning, detail };
  // TLS worked before, so the connection was closed
  if (meaning === 'gateway-not-secure' && secured) return failed('gateway-closed');
  if (meaning !== undefined) return failed(meaning);
  if (isPulse && !refused && hungUp(done, lines)) return failed('gateway-closed');
  if (isHostCheck(done)) return failed('host-check');
  if (gatewayMessage === noGatewayListed) return failed('no-gateway');
  if (gatewayMessage === 'HTTP 503') return failed('gateway-busy');
  // GlobalProtect's own status codes: 513 means that a certificate is needed, 512 that the sign-in was refused
  if (gatewayMessage === 'HTTP 513') return certificateOutcome(sent.certificate);
  if (/^HTTP 5(?!12$)\d\d$/.test(gatewayMessage)) return failed('campus-trouble');
  if (refused && sent.answered) return { kind: 'rejected', detail };
  // Refused without a question: some Cisco gateways want only a certificate and do not say so
  if (refused && (target.profile.protocol === 'anyconnect' || aboutCertificate.test(gatewayMessage)))
    return certificateOutcome(sent.certificate);
  if (refused) return failed('sign-in-rejected');
  return failed('gateway-protocol');
}

/** The detail for the help desk if a gateway sent too much. */
export const beyondBounds = (what: NonNullable<Done['excess']>): string => `beyond bounds: ${what}`;

function isCertificateTrouble(code: FailureCode | undefined): code is CertificateTrouble {
  return code?.startsWith('client-certificate-') === true;
}

/** The gateway wants a client certificate, or another one if it was shown one. */
function certificateOutcome(shown: boolean): Outcome {
  return { kind: 'certificate', code: shown ? 'client-certificate-rejected' : 'client-certificate-missing' };
}

/** Whether a Pulse gateway closed the connection. The library logs nothing then; unreadable data it would have dumped byte by byte. */
function hungUp({ result }: Done, lines: readonly string[]): boolean {
  return result === ioError && !lines.includes(shownBytes);
}

/** Whether Ivanti redirected to its host check page, which the library cannot read. */
function isHostCheck({ urlPath }: Done): boolean {
  return urlPath !== null && /\bp=preauth\b/.test(urlPath);
}
