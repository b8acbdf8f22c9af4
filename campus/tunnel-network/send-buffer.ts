const firstBytes = 16 * 1024;

/** The bytes that a peer has not yet acknowledged: a ring that grows up to `limit` bytes, and gives its room back when it is empty. */
export class SendBuffer {
  private ring = Buffer.alloc(0);
  private start = 0;
  private used = 0;

  constructor(private readonly limit: number) {}

  get length(): number {
    return this.used;
  }

  get room(): number {
    return this.limit - this.used;
  }

  /** Appends a copy. Throws `RangeError` when there is no room. */
  append(bytes: Uint8Array): void {
    if (bytes.length > this.room) throw new RangeError('send buffer overflow');
    if (this.used + bytes.length > this.ring.length) this.grow(this.used + bytes.length);
    const at = (this.start + this.used) % this.ring.length;
    const first = Math.min(bytes.length, this.ring.length - at);
    this.ring.set(bytes.subarray(0, first), at);
    this.ring.set(bytes.subarray(first), 0);
    this.used += bytes.length;
  }

  /** Copies the bytes from `offset` on, as many as `target` takes. They must be there. */
  copy(offset: number, target: Buffer): void {
    const at = (this.start + offset) % this.ring.length;
    const first = Math.min(target.length, this.ring.length - at);
    this.ring.copy(target, 0, at, at + first);
    this.ring.copy(target, first, 0, target.length - first);
  }

  /** Removes bytes from the front. */
  drop(count: number): void {
    this.start = (this.start + count) % Math.max(1, this.ring.length);
    this.used -= count;
    if (this.used > 0) return;
    this.start = 0;
    if (this.ring.length > firstBytes) this.ring = Buffer.alloc(0);
  }

  private grow(wanted: number): void {
    let size = Math.max(firstBytes, this.ring.length);
    while (size < wanted) size *= 2;
    const larger = Buffer.allocUnsafeSlow(size);
    if (this.used > 0) this.copy(0, larger.subarray(0, this.used));
    this.ring = larger;
    this.start = 0;
  }
}
