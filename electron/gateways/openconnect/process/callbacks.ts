import koffi, { type TypeObject } from 'koffi';
import { readString, type Pointer } from './memory.ts';
import { logLevels, noGatewayListed, passwordDays } from './messages.ts';

/** What the library asks and tells during a sign-in, all on the thread that made the call. */
export interface Callbacks {
  /** 0: accepted. */
  validatePeer(): number;
  /** A result of `openconnect.h` for the form that lies there. */
  processForm(form: Pointer): number;
  /** `words`: what may be told of the line's values. */
  progress(level: number, format: string | null, words: string | null): void;
  /** The result of getaddrinfo: 0, or an error of it. */
  resolve(node: string, service: string, hints: Pointer, result: Pointer): number;
  /** The library has a new socket, and connects it. */
  connects(fd: number): void;
  /** 0: the person has signed in there. */
  webview(url: string): number;
  ownBrowser(url: string): number;
  /** One of these has thrown, `where`: from now on all of them refuse, unasked. Must not throw. */
  failed(where: string): void;
}

/** The callbacks as C is given them. */
export type Guarded = Record<Exclude<keyof Callbacks, 'failed'>, bigint>;

/**
 * What C is told where a callback cannot answer: not accepted, an error (`OC_FORM_RESULT_ERR`), EAI_FAIL of this system,
 * not signed in. When a callback throws, koffi hands C a 0 instead, which the library takes for a yes to each of them.
 */
const refused = -1;
export const noAddress = process.platform === 'win32' ? 11_003 : process.platform === 'darwin' ? 4 : -4;

/** What follows the format of a variadic callback lies elsewhere on Apple's processors, and is not read there. */
const readsVariadic = !(process.platform === 'darwin' && process.arch === 'arm64');

/** Only pointers and numbers: a string that koffi could not make one of would be such a 0 before any of our lines runs. */
const prototypes = {
  validatePeer: koffi.proto('int oc_validate(void *, void *)'),
  processForm: koffi.proto('int oc_form(void *, void *)'),
  progress: koffi.proto(`void oc_progress(void *, int, void *${readsVariadic ? ', void *, void *' : ''})`),
  resolve: koffi.proto('int oc_resolve(void *, void *, void *, void *, void *)'),
  connects: koffi.proto('int oc_protect(void *, int)'),
  webview: koffi.proto('int oc_webview(void *, void *, void *)'),
  ownBrowser: koffi.proto('int oc_own_browser(void *, void *, void *)'),
};

/**
 * Registers callbacks none of which ever throws into C: one that does refuses, tells where, and has all of them refuse
 * from then on, because what it was to do has not been done. Whoever has the pointers unregisters them.
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
  const lines = new Lines();
  return {
    validatePeer: register('validatePeer', prototypes.validatePeer, refused, () => callbacks.validatePeer()),
    processForm: register('processForm', prototypes.processForm, refused, (_: Pointer, form: Pointer) => callbacks.processForm(form)),
    progress: register(
      'progress',
      prototypes.progress,
      0,
      (_: Pointer, level: number, format: Pointer, first?: Pointer, second?: Pointer) => {
        const line = readString(format);
        const words = lines.wordsOf(line, first ?? null, second ?? null);
        // Of what is for those who look for faults only one line says something to us
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
    connects: register('connects', prototypes.connects, 0, (_: Pointer, fd: number) => {
      callbacks.connects(fd);
      return 0;
    }),
    webview: register('webview', prototypes.webview, refused, (_: Pointer, url: Pointer) => callbacks.webview(readString(url) ?? '')),
    ownBrowser: register('ownBrowser', prototypes.ownBrowser, refused, (_: Pointer, url: Pointer) =>
      callbacks.ownBrowser(readString(url) ?? ''),
    ),
  };
}

/** What kind of error, and at which line of ours. Not its message: values may stand in it. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = /(?:^|[/\\( ])([^/\\( \n]{1,100}:\d{1,6}:\d{1,6})\)?$/m.exec(error.stack ?? '')?.[1] ?? 'nowhere';
  return `${error.name} at ${place}`;
}

/** GlobalProtect's, of each argument that it shows (`parse_login_xml` in `auth-globalprotect.c`). */
const loginReturned = 'GlobalProtect login returned %s=%s\n';
const wordsOnly = '%s\n';
const response = 'Response was: %s\n';
const statusOnly = 'Unexpected %d result from server\n';

/** 9.21's, in the place of the status where a reply has no body; the line before has told it (`http.c`). */
const emptyBody = 'Unexpected empty response body from server\n';
const statusLine = 'Got HTTP response: %s\n';

/** What may be told of a line's values: the gateway's own words where the line is nothing else, the status of its reply, or what it lacks. */
class Lines {
  /** Of the last reply that was not a 200, until it has been told. */
  private status: string | null = null;

  wordsOf(format: string | null, first: Pointer, second: Pointer): string | null {
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
    // Of what else it returns some are secrets
    if (format === loginReturned) return readString(first) === passwordDays ? `${passwordDays}=${readString(second) ?? ''}` : null;
    if (format === wordsOnly) return readString(first);
    if (format === response) return listsNoGateway(readString(first) ?? '') ? noGatewayListed : null;
    return format === statusOnly ? `HTTP ${BigInt.asIntN(32, first)}` : null;
  }
}

/** Of a portal's configuration: `<has-config>no</has-config>`, or no entry in its list. https://github.com/openconnect/openconnect/blob/master/auth-globalprotect.c */
const listsNoGateway = (text: string): boolean =>
  /<has-config>\s{0,20}no\b/i.test(text) || (/<policy[\s/>]/.test(text) && !text.includes('<entry'));
