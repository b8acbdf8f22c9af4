/** The few globals that `shared/` needs beside the language's own; Node and browsers both have them. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare function setInterval(callback: () => void, ms: number): unknown;
declare function clearInterval(timer: unknown): void;
declare const performance: { now(): number };
declare class URL {
  constructor(address: string);
  readonly host: string;
  readonly hostname: string;
}
