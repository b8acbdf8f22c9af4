/** Splits a stream of bytes into lines of UTF-8. After a line that is too long, everything is an error. */
export class Lines {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private begun: Uint8Array[] = [];
  private length = 0;

  /** @param limit most bytes in a line, not counting its end */
  constructor(private readonly limit: number) {}

  /** Adds bytes and returns the lines that are now complete. Null: a line is too long. */
  add(bytes: Uint8Array): string[] | null {
    const lines: string[] = [];
    let rest = bytes;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      if (this.length + end > this.limit) return null;
      lines.push(this.decoder.decode(joined([...this.begun, rest.subarray(0, end)])));
      this.begun = [];
      this.length = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.begun.push(rest);
    this.length += rest.length;
    return this.length > this.limit ? null : lines;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
