/** Pieces smaller than this are worth gathering: beside them, the object that holds each weighs more than its bytes. */
export const smallBytes = 1024;
const gatherBytes = 16 * 1024;

/**
 * Gathers small pieces that have to wait into few large ones, so that what waits takes as much room as its bytes
 * and no more, however thinly a peer slices them.
 */
export class ByteBuffer {
  private room: Uint8Array | null = null;
  private used = 0;

  /** @param pass gets what was gathered, in order, when it is full or flushed */
  constructor(private readonly pass: (bytes: Uint8Array) => void) {}

  /** Takes a copy of a piece of less than {@link smallBytes}. */
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
