import koffi, { type TypeObject } from 'koffi';
import { readString, type Pointer } from './memory.ts';
import { ReportableText } from './reportable-text.ts';
import { logLevels } from './messages.ts';

/** The library's callbacks in every run. All run on the thread that called the library. */
interface CommonCallbacks {
  /** 0: accepted. */
  validatePeer(): number;
  /** `words`: the part of the line's values that may be reported. */
  progress(level: number, format: string | null, words: string | null): void;
  /** Returns a result of getaddrinfo: 0 or an error. */
  resolve(node: string, service: string, hints: Pointer, result: Pointer): number;
  /** The library made a socket and is about to connect it. */
  onSocket(fd: number): void;
  /** A callback threw, at `where`. From now on all callbacks refuse without running. Must not throw. */
  failed(where: string): void;
}

/** The callbacks of a sign-in. */
export interface SignInCallbacks extends CommonCallbacks {
  /** Returns a form result of `openconnect.h`. */
  processForm(form: Pointer): number;
  /** 0: the person has signed in. */
  webview(url: string): number;
  ownBrowser(url: string): number;
}

/** The callbacks of a tunnel. It asks nobody anything: every form is refused. */
export interface TunnelCallbacks extends CommonCallbacks {
  /** All that the gateway pushes is known. Gives the library its end of the packet channel. */
  setUpTun(): void;
  /** The connection is up again after a break. */
  reconnected(): void;
}

/** Callbacks as pointers for C. */
type Pointers<C extends CommonCallbacks> = Record<Exclude<keyof C, 'failed'>, bigint>;
export type SignInPointers = Pointers<SignInCallbacks>;
export type TunnelPointers = Pointers<TunnelCallbacks> & { processForm: bigint };

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
  setUpTun: koffi.proto('void oc_setup_tun(void *)'),
  reconnected: koffi.proto('void oc_reconnected(void *)'),
};

type Register = <A extends unknown[]>(name: string, prototype: TypeObject, refusal: number, call: (...args: A) => number) => bigint;

/**
 * Registers callbacks that never throw into C. If one throws, it refuses and reports where. From then on all of them
 * refuse, because the work of the one that threw was not done. The caller unregisters the pointers.
 */
function registrar(failed: (where: string) => void): Register {
  let hasFailed = false;
  return <A extends unknown[]>(name: string, prototype: TypeObject, refusal: number, call: (...args: A) => number): bigint =>
    koffi.register((...args: A): number => {
      if (hasFailed) return refusal;
      try {
        const result = call(...args);
        if (!Number.isInteger(result)) throw new TypeError('no result');
        return result;
      } catch (error) {
        hasFailed = true;
        failed(`${name}: ${placeOf(error)}`);
        return refusal;
      }
    }, koffi.pointer(prototype));
}

/** Registers the callbacks of a sign-in: see {@link registrar}. */
export function guarded(callbacks: SignInCallbacks): SignInPointers {
  const register = registrar((where) => callbacks.failed(where));
  return {
    ...common(register, callbacks),
    processForm: register('processForm', prototypes.processForm, refusedResult, (_: Pointer, form: Pointer) => callbacks.processForm(form)),
    webview: register('webview', prototypes.webview, refusedResult, (_: Pointer, url: Pointer) => callbacks.webview(readString(url) ?? '')),
    ownBrowser: register('ownBrowser', prototypes.ownBrowser, refusedResult, (_: Pointer, url: Pointer) =>
      callbacks.ownBrowser(readString(url) ?? ''),
    ),
  };
}

/** Registers the callbacks of a tunnel: see {@link registrar}. */
export function guardedForTunnel(callbacks: TunnelCallbacks): TunnelPointers {
  const register = registrar((where) => callbacks.failed(where));
  return {
    ...common(register, callbacks),
    processForm: register('processForm', prototypes.processForm, refusedResult, () => refusedResult),
    setUpTun: register('setUpTun', prototypes.setUpTun, 0, () => {
      callbacks.setUpTun();
      return 0;
    }),
    reconnected: register('reconnected', prototypes.reconnected, 0, () => {
      callbacks.reconnected();
      return 0;
    }),
  };
}

function common(register: Register, callbacks: CommonCallbacks): Pointers<CommonCallbacks> {
  const reportable = new ReportableText();
  return {
    validatePeer: register('validatePeer', prototypes.validatePeer, refusedResult, () => callbacks.validatePeer()),
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
  };
}

/** The kind of an error and the line that threw it. Not its message, which may hold values. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const place = /(?:^|[/\\( ])([^/\\( \n]{1,100}:\d{1,6}:\d{1,6})\)?$/m.exec(error.stack ?? '')?.[1] ?? 'nowhere';
  return `${error.name} at ${place}`;
}
