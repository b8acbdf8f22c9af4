/** Packets that lie back to back in `bytes`, with the length of each. */
export interface PacketBatch {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
  readonly count: number;
}

/** The other side of an {@link IpStack}: where its packets go. The owner of both gives the stack what comes in. */
export interface PacketLink {
  /**
   * Sends the packets, or copies what it cannot send yet: the batch's memory is reused after the call. False: send nothing
   * more before the stack's `writable()` is called.
   */
  send(batch: PacketBatch): boolean;
}
