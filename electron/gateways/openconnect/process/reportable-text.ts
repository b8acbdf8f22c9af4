import { readString, type Pointer } from './memory.ts';
import { noGatewayListed, passwordDays } from './messages.ts';

/** GlobalProtect logs this for each field of its login reply (`parse_login_xml` in `auth-globalprotect.c`). */
const loginReturned = 'GlobalProtect login returned %s=%s\n';
const wordsOnly = '%s\n';
const response = 'Response was: %s\n';
const statusOnly = 'Unexpected %d result from server\n';

/** 9.21 logs this instead of the status if a reply has no body. The status is in an earlier line (`http.c`). */
const emptyBody = 'Unexpected empty response body from server\n';
const statusLine = 'Got HTTP response: %s\n';

/** A Cisco gateway refuses to open a tunnel (`cstp.c`). The value is the status line. */
const tunnelRefused = 'Got inappropriate HTTP CONNECT response: %s\n';

/** A Pulse gateway refuses (`pulse.c`). The value is a number. */
const pulseCode = 'Authentication failure: Code 0x%02x\n';

/** A Pulse gateway ends a session (`pulse_mainloop`). The first value is a number. */
const pulseFatal = 'Pulse fatal error (reason: %ld): %s\n';

/** Picks the part of a line's values that may be reported: the gateway's message, the status of its reply, or what is missing from it. */
export class ReportableText {
  /** The status of the last reply that was not a 200, until it is reported. */
  private status: string | null = null;

  of(format: string | null, first: Pointer, second: Pointer): string | null {
    if (format === emptyBody) {
      const { status } = this;
      this.status = null;
      return status;
    }
    if (first === null) return null;
    if (format === statusLine) {
      const status = statusIn(readString(first));
      this.status = status === 'HTTP 200' ? null : status;
    }
    // Some of the other fields are secrets
    if (format === loginReturned) return readString(first) === passwordDays ? `${passwordDays}=${readString(second) ?? ''}` : null;
    if (format === tunnelRefused) return statusIn(readString(first));
    if (format === pulseFatal) return `reason ${BigInt.asIntN(32, first)}`;
    if (format === pulseCode) return `Code 0x${(first & 0xffn).toString(16).padStart(2, '0')}`;
    if (format === wordsOnly) return readString(first);
    if (format === response) return listsNoGateway(readString(first) ?? '') ? noGatewayListed : null;
    return format === statusOnly ? `HTTP ${BigInt.asIntN(32, first)}` : null;
  }
}

/** Whether a portal's configuration has `<has-config>no</has-config>` or a list without entries. https://github.com/openconnect/openconnect/blob/master/auth-globalprotect.c */
const listsNoGateway = (text: string): boolean =>
  /<has-config>\s{0,20}no\b/i.test(text) || (/<policy[\s/>]/.test(text) && !text.includes('<entry'));

/** The status in a reply's first line. */
function statusIn(line: string | null): string | null {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(line ?? '')?.[1];
  return status === undefined ? null : `HTTP ${status}`;
}
