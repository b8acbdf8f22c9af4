import type { Failure } from '../../../shared/failure.ts';

/** Chromium's net errors that get a failure of their own here (net/base/net_error_list.h). */
const netError = {
  aborted: -3,
  blockedByClient: -20,
  connectionClosed: -100,
  connectionReset: -101,
  nameNotResolved: -105,
  proxyAuthUnsupported: -115,
  proxyAuthRequested: -127,
  proxyConnectionFailed: -130,
  tooManyRedirects: -310,
  invalidResponse: -320,
  emptyResponse: -324,
  httpResponseCodeFailure: -379,
} as const;
const closedCodes: readonly number[] = [netError.connectionClosed, netError.connectionReset, netError.emptyResponse];
const protocolCodes: readonly number[] = [netError.tooManyRedirects, netError.invalidResponse];

/** The failure to show for a sign-in page that did not load, or null when another load replaced it. */
export function signInFailure(load: { host: string; errorCode: number; description: string; refusal: Failure | null }): Failure | null {
  const { host, errorCode, description, refusal } = load;
  if (errorCode === netError.aborted) return null;
  if (refusal) return refusal;
  const failureWith = (code: Failure['code']): Failure => ({ code, params: { host }, detail: description });
  if (errorCode <= -200 && errorCode > -300) return failureWith('certificate-untrusted');
  if (errorCode === netError.blockedByClient) return failureWith('browser-strayed');
  if (errorCode === netError.nameNotResolved) return failureWith('gateway-name-unknown');
  if (errorCode === netError.proxyConnectionFailed) return failureWith('proxy-unreachable');
  if (errorCode === netError.proxyAuthUnsupported) return failureWith('proxy-sign-in-kind');
  if (errorCode === netError.proxyAuthRequested) return failureWith('proxy-rejected');
  if (protocolCodes.includes(errorCode)) return failureWith('gateway-protocol');
  return failureWith(closedCodes.includes(errorCode) ? 'gateway-closed' : 'gateway-unreachable');
}

/** Failures of a page's load that may pass. The page can be loaded again; nothing else was lost. */
const passing: readonly Failure['code'][] = [
  'gateway-unreachable',
  'gateway-closed',
  'gateway-name-unknown',
  'gateway-protocol',
  'proxy-unreachable',
  'proxy-rejected',
];
export const isPassing = ({ code }: Failure): boolean => passing.includes(code);

/** Servers take headers of at least this size; many refuse 8 KB in all. Fewer bytes of cookies are no reason to refuse a request. */
const manyCookieBytes = 4_096;

/** 431 means this (RFC 6585, 5). Some servers answer 400 or 413 instead (nginx: 400, "Request Header Or Cookie Too Large"). */
const tooLargeStatuses: readonly number[] = [400, 413, 431];

/** Whether a server refused a request for its cookies. */
export const areCookiesTooLarge = (httpResponseCode: number, cookieBytes: number): boolean =>
  tooLargeStatuses.includes(httpResponseCode) && cookieBytes > manyCookieBytes;

/** Whether a server refused with a status and an empty body. Chromium then shows an error page and does not report the status. */
export const isEmptyRefusal = (errorCode: number): boolean => errorCode === netError.httpResponseCodeFailure;
