import type { Failure } from '../../../shared/failure.ts';

/** A page of the portal that did not load, as Chromium tells it, beside what the verifier and the proxy know. */
export interface FailedLoad {
  host: string;
  /** Chromium's net error, negative. */
  errorCode: number;
  /** Its name, for example `ERR_TUNNEL_CONNECTION_FAILED`. */
  description: string;
  /** Why the verifier refused the host's certificate, if it did. */
  refusal: Failure | null;
  /** Why the loopback proxy could not carry the last request to this host, if it could not. */
  carried: Failure | null;
}

/** Chromium's net errors that mean something of their own here (net/base/net_error_list.h). */
const netError = { aborted: -3, blockedByClient: -20, tunnelConnectionFailed: -111, proxyConnectionFailed: -130 } as const;
const isCertificateError = (code: number): boolean => code <= -200 && code > -300;

/** What to tell the person, or null where nothing failed: the load was given up for another or denied before it began. */
export function portalFailure({ host, errorCode, description, refusal, carried }: FailedLoad): Failure | null {
  if (errorCode === netError.aborted) return null;
  if (refusal || isCertificateError(errorCode)) {
    return { code: 'portal-certificate', params: { host }, detail: refusal?.code ?? description };
  }
  if (errorCode === netError.blockedByClient) return { code: 'portal-left', params: { host } };
  if (carried) return carried;
  if (errorCode === netError.tunnelConnectionFailed || errorCode === netError.proxyConnectionFailed) {
    return { code: 'tunnel-down', params: { host }, detail: description };
  }
  return { code: 'portal-unreachable', params: { host }, detail: description };
}
