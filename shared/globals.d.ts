/** The one global that `shared/` needs beside the language's own; Node and browsers both have it. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
