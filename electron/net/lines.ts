/** Splits a stream of bytes into lines of UTF-8. After a line that is too long, everything is an error. */
export class Lines {
  private begun: Buffer[] = [];
  private length = 0;

  /** @param limit most bytes in a line, not counting its end */
  constructor(private readonly limit: number) {}

  /** Adds bytes and returns the lines that are now complete. Null: a line is too long. */
  add(bytes: Buffer): string[] | null {
    const lines: string[] = [];
    let rest = bytes;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      if (this.length + end > this.limit) return null;
      lines.push(Buffer.concat([...this.begun, rest.subarray(0, end)]).toString('utf8'));
      this.begun = [];
      this.length = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.begun.push(rest);
    this.length += rest.length;
    return this.length > this.limit ? null : lines;
  }
}
