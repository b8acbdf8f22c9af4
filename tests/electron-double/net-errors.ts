/**
 * Chromium's network errors, name to number, as in `net/base/net_error_list.h`; the ones a page load can
 * end with. DevTools gives the names, Electron's events the numbers.
 */
const numbers: Readonly<Record<string, number>> = {
  ERR_IO_PENDING: -1,
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_INVALID_ARGUMENT: -4,
  ERR_FILE_NOT_FOUND: -6,
  ERR_TIMED_OUT: -7,
  ERR_UNEXPECTED: -9,
  ERR_ACCESS_DENIED: -10,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_NETWORK_CHANGED: -21,
  ERR_BLOCKED_BY_RESPONSE: -27,
  ERR_BLOCKED_BY_CSP: -30,
  ERR_CONNECTION_CLOSED: -100,
  ERR_CONNECTION_RESET: -101,
  ERR_CONNECTION_REFUSED: -102,
  ERR_CONNECTION_ABORTED: -103,
  ERR_CONNECTION_FAILED: -104,
  ERR_NAME_NOT_RESOLVED: -105,
  ERR_INTERNET_DISCONNECTED: -106,
  ERR_SSL_PROTOCOL_ERROR: -107,
  ERR_ADDRESS_INVALID: -108,
  ERR_ADDRESS_UNREACHABLE: -109,
  ERR_TUNNEL_CONNECTION_FAILED: -111,
  ERR_SSL_VERSION_OR_CIPHER_MISMATCH: -113,
  ERR_PROXY_AUTH_UNSUPPORTED: -115,
  ERR_CONNECTION_TIMED_OUT: -118,
  ERR_SOCKS_CONNECTION_FAILED: -120,
  ERR_PROXY_AUTH_REQUESTED: -127,
  ERR_PROXY_CONNECTION_FAILED: -130,
  ERR_NAME_RESOLUTION_FAILED: -137,
  ERR_NETWORK_ACCESS_DENIED: -138,
  ERR_CERT_COMMON_NAME_INVALID: -200,
  ERR_CERT_DATE_INVALID: -201,
  ERR_CERT_AUTHORITY_INVALID: -202,
  ERR_CERT_REVOKED: -206,
  ERR_CERT_INVALID: -207,
  ERR_CERT_WEAK_SIGNATURE_ALGORITHM: -208,
  ERR_CERT_WEAK_KEY: -211,
  ERR_INVALID_URL: -300,
  ERR_DISALLOWED_URL_SCHEME: -301,
  ERR_UNKNOWN_URL_SCHEME: -302,
  ERR_TOO_MANY_REDIRECTS: -310,
  ERR_UNSAFE_REDIRECT: -311,
  ERR_UNSAFE_PORT: -312,
  ERR_INVALID_RESPONSE: -320,
  ERR_EMPTY_RESPONSE: -324,
  ERR_RESPONSE_HEADERS_TOO_BIG: -325,
  ERR_UNEXPECTED_PROXY_AUTH: -323,
  ERR_HTTP_RESPONSE_CODE_FAILURE: -379,
};

/** One network error as Electron's events have it. */
export interface NetError {
  /** Negative, as in `did-fail-load`. */
  code: number;
  /** Without `net::`, for example `ERR_NAME_NOT_RESOLVED`. */
  name: string;
}

/** Reads DevTools' wording (`net::ERR_…`), or a number. What the table does not have is the general failure. */
export function netErrorOf(error: string | number): NetError {
  const wanted = typeof error === 'string' ? error.replace(/^net::/, '') : error;
  const found = Object.entries(numbers).find(([name, code]) => name === wanted || code === wanted);
  return found ? { name: found[0], code: found[1] } : { name: 'ERR_FAILED', code: -2 };
}
