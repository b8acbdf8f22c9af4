import type { Failure } from '../../../shared/failure.ts';

/** Chromium's net errors that mean something of their own here (net/base/net_error_list.h). */
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
const closed: readonly number[] = [netError.connectionClosed, netError.connectionReset, netError.emptyResponse];
const nonsense: readonly number[] = [netError.tooManyRedirects, netError.invalidResponse];

/** What to tell the person of a page of their campus that did not load; null where the load was given up for another. */
export function signInFailure(load: { host: string; errorCode: number; description: string; refusal: Failure | null }): Failure | null {
  const { host, errorCode, description, refusal } = load;
  if (errorCode === netError.aborted) return null;
  if (refusal) return refusal;
  const of = (code: Failure['code']): Failure => ({ code, params: { host }, detail: description });
  if (errorCode <= -200 && errorCode > -300) return of('certificate-untrusted');
  if (errorCode === netError.blockedByClient) return of('browser-strayed');
  if (errorCode === netError.nameNotResolved) return of('gateway-name-unknown');
  if (errorCode === netError.proxyConnectionFailed) return of('proxy-unreachable');
  if (errorCode === netError.proxyAuthUnsupported) return of('proxy-sign-in-kind');
  if (errorCode === netError.proxyAuthRequested) return of('proxy-rejected');
  if (nonsense.includes(errorCode)) return of('gateway-protocol');
  return of(closed.includes(errorCode) ? 'gateway-closed' : 'gateway-unreachable');
}
