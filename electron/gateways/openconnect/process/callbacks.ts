import koffi, { type TypeObject } from 'koffi';
import { readString, type Pointer } from './memory.ts';
import { logLevels, noGatewayListed, passwordDays } from './messages.ts';

/** The library's callbacks during a sign-in. All run on the thread that called the library. */
export interface Callbacks {
  /** 0: accepted. */
  validatePeer(): number;
  /** Returns a form result of `openconnect.h`. */
  processForm(form: Pointer): number;
  /** `words`: the part of the line's values that may be reported. */
  progress(level: number, format: string | null, words: string | null): void;
  /** Returns a result of getaddrinfo: 0 or an error. */
  resolve(node: string, service: string, hints: Pointer, result: Pointer): number;
  /** The library made a socket and is about to connect it. */
  onSocket(fd: number): void;
  /** 0: the person has signed in. */
  webview(url: string): number;
  ownBrowser(url: string): number;
  /** A callback threw, at `where`. From now on all callbacks refuse without running. Must not throw. */
  failed(where: string): void;
}

/** The callbacks as pointers for C. */
export type Guarded = Record<Exclude<keyof Callbacks, 'failed'>, bigint>;

/**
 * What C gets if a callback cannot answer: not accepted, an error (`OC_FORM_RESULT_ERR`), EAI_FAIL of this system, or not
 * signed in. If a callback throws, koffi returns 0 to C instead, and the library reads 0 as yes in every case.
 */
const refusedResult = -1;
export const noAddress = process.platform === 'win32' ? 11_003 : process.platform === 'darwin' ? 4 : -4;

/** Apple's processors pass variadic arguments elsewhere, so they are not read there. */
const readsVariadic = !(process.platform === 'darwin' && process.arch === 'arm64');

/** Only pointers and numbers. If koffi failed to decode a string, it would return 0 to C before any of our code runs. */
const prototypes = {
  validatePeer: koffi.proto('int oc_validate(void *, void *)'),
  processForm: koffi.proto('int oc_form(void *, void *)'),
  progress: koffi.proto(`void oc_progress(void *, int, void *${readsVariadic ? ', void *, void *' : ''})`),
  resolve: koffi.proto('int oc_resolve(void *, void *, void *, void *, void *)'),
  onSocket: koffi.proto('int oc_protect(void *, int)'),
  webview: koffi.proto('int oc_webview(void *, void *, void *)'),
  ownBrowser: koffi.proto('int oc_own_browser(void *, void *, void *)'),
};

/**
 * Registers callbacks that never throw into C. If one throws, it refuses and reports where. From then on all of them
 * refuse, because the work of the one that threw was not done. The caller unregisters the pointers.
 */
export function guarded(callbacks: Callbacks): Guarded {
  let hasFailed = false;
  const register = <A extends unknown[]>(name: string, prototype: TypeObject, refusal: number, call: (...args: A) => number): bigint =>
    koffi.register((...args: A): number => {
      if (hasFailed) return refusal;
      try {
        const result = call(...args);
        if (!Number.isInteger(result)) throw new TypeError('no result');
        return result;
      } catch (error) {
        hasFailed = true;
        callbacks.failed(`${name}: ${placeOf(error)}`);
        return refusal;
      }
    }, koffi.pointer(prototype));
  const reportable = new ReportableText();
  return {
    validatePeer: register('validatePeer', prototypes.validatePeer, refusedResult, () => callbacks.validatePeer()),
    processForm: register('processForm', prototypes.processForm, refusedResult, (_: Pointer, form: Pointer) => callbacks.processForm(form)),
    progress: register(
      'progress',
      prototypes.progress,
      0,
      (_: Pointer, level: number, format: Pointer, first?: Pointer, second?: Pointer) => {
        const line = readString(format);
        const words = reportable.of(line, first ?? null, second ?? null);
        // Of the debug lines we need only the ones with words
        if (level <= logLevels.info || words !== null) callbacks.progress(level, line, words);
        return 0;
      },
    ),
    resolve: register(
      'resolve',
      prototypes.resolve,
      noAddress,
      (_: Pointer, node: Pointer, service: Pointer, hints: Pointer, result: Pointer) =>
        callbacks.resolve(readString(node) ?? '', readString(service) ?? '', hints, result),
    ),
    onSocket: register('connects', prototypes.onSocket, 0, (_: Pointer, fd: number) => {
      callbacks.onSocket(fd);
      return 0;
    }),
    webview: register('webview', prototypes.webview, refusedResult, (_: Pointer, url: Pointer) => callbacks.webview(readString(url) ?? '')),
    ownBrowser: register('ownBrowser', prototypes.ownBrowser, refusedResult, (_: Pointer, url: Pointer) =>
      callbacks.ownBrowser(readString(url) ?? ''),
    ),
  };
}

/** The kind of an error and the line that threw it. Not its message, which may hold values. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = /(?:^|[/\\( ])([^/\\( \n]{1,100}:\d{1,6}:\d{1,6})\)?$/m.exec(error.stack ?? '')?.[1] ?? 'nowhere';
  return `${error.name} at ${place}`;
}

/** GlobalProtect logs this for each field of its login reply (`parse_login_xml` in `auth-globalprotect.c`). */
const loginReturned = 'GlobalProtect login returned %s=%s\n';
const wordsOnly = '%s\n';
const response = 'Response was: %s\n';
const statusOnly = 'Unexpected %d result from server\n';

/** 9.21 logs this instead of the status if a reply has no body. The status is in an earlier line (`http.c`). */
const emptyBody = 'Unexpected empty response body from server\n';
const statusLine = 'Got HTTP response: %s\n';

/** Picks the part of a line's values that may be reported: the gateway's message, the status of its reply, or what is missing from it. */
class ReportableText {
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
      const status = /^HTTP\/1\.\d (\d{3})/.exec(readString(first) ?? '')?.[1];
      this.status = status === undefined || status === '200' ? null : `HTTP ${status}`;
    }
    // Some of the other fields are secrets
    if (format === loginReturned) return readString(first) === passwordDays ? `${passwordDays}=${readString(second) ?? ''}` : null;
    if (format === wordsOnly) return readString(first);
    if (format === response) return listsNoGateway(readString(first) ?? '') ? noGatewayListed : null;
    return format === statusOnly ? `HTTP ${BigInt.asIntN(32, first)}` : null;
  }
}

/** Whether a portal's configuration has `<has-config>no</has-config>` or a list without entries. https://github.com/openconnect/openconnect/blob/master/auth-globalprotect.c */
const listsNoGateway = (text: string): boolean =>
  /<has-config>\s{0,20}no\b/i.test(text) || (/<policy[\s/>]/.test(text) && !text.includes('<entry'));
