/** The few globals that `shared/` needs besides the language's own. Node and browsers both have them. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(encoding: 'utf-8', options: { ignoreBOM: true });
  decode(bytes: Uint8Array): string;
}
declare function setInterval(callback: () => void, ms: number): unknown;
declare function clearInterval(timer: unknown): void;
declare function setTimeout(callback: () => void, ms: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function queueMicrotask(callback: () => void): void;
interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options: { once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare const AbortSignal: { any(signals: readonly AbortSignal[]): AbortSignal };
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}
declare class DOMException extends Error {
  constructor(message: string, name: string);
}
declare const performance: { now(): number };
declare class URL {
  constructor(address: string);
  readonly host: string;
  readonly hostname: string;
}
