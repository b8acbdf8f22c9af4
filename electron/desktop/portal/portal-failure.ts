import type { Failure } from '../../../shared/failure.ts';

/** A portal page that did not load: Chromium's error, and what the verifier and the proxy know about it. */
export interface FailedLoad {
  host: string;
  /** Chromium's net error, negative. */
  errorCode: number;
  /** Its name, for example `ERR_TUNNEL_CONNECTION_FAILED`. */
  description: string;
  /** Why the verifier refused the host's certificate, if it did. */
  refusal: Failure | null;
  /** Why the loopback proxy could not forward the last request to this host, if it failed. */
  proxyFailure: Failure | null;
}

/** Chromium's net errors that get a failure of their own here (net/base/net_error_list.h). */
const netError = { aborted: -3, blockedByClient: -20, tunnelConnectionFailed: -111, proxyConnectionFailed: -130 } as const;
const isCertificateError = (code: number): boolean => code <= -200 && code > -300;

/** The failure to show, or null when the load was aborted: another one replaced it, or it was denied before it started. */
export function portalFailure({ host, errorCode, description, refusal, proxyFailure }: FailedLoad): Failure | null {
  if (errorCode === netError.aborted) return null;
  if (refusal || isCertificateError(errorCode)) {
    return { code: 'portal-certificate', params: { host }, detail: refusal?.code ?? description };
  }
  if (errorCode === netError.blockedByClient) return { code: 'portal-left', params: { host } };
  if (proxyFailure) return proxyFailure;
  if (errorCode === netError.tunnelConnectionFailed || errorCode === netError.proxyConnectionFailed) {
    return { code: 'tunnel-down', params: { host }, detail: description };
  }
  return { code: 'portal-unreachable', params: { host }, detail: description };
}
