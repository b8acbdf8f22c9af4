/** Pieces smaller than this are worth gathering, because the object that holds each needs more memory than its bytes. */
export const smallBytes = 1024;
const gatherBytes = 16 * 1024;

/**
 * Gathers small waiting pieces into few large ones, so that they need no more memory than their bytes, however small the
 * pieces that a peer sends.
 */
export class ByteBuffer {
  private room: Uint8Array | null = null;
  private used = 0;

  /** @param pass gets the gathered bytes, in order, when the buffer is full or flushed */
  constructor(private readonly pass: (bytes: Uint8Array) => void) {}

  /** Copies a piece of less than {@link smallBytes}. */
  add(piece: Uint8Array): void {
    if (this.room && this.used + piece.length > this.room.length) this.flush();
    this.room ??= new Uint8Array(gatherBytes);
    this.room.set(piece, this.used);
    this.used += piece.length;
  }

  flush(): void {
    const { room, used } = this;
    if (!room) return;
    this.room = null;
    this.used = 0;
    this.pass(room.subarray(0, used));
  }
}
