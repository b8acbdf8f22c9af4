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
