import type { PacketBatch, PacketLink } from '../ip-stack/packet-link.ts';

/** What libopenconnect takes for a tun device, and its other end, which belongs to this process's event loop. */
export interface PacketChannel {
  /**
   * What `openconnect_setup_tun_fd` takes: a descriptor, which the channel closes, not the library. On Windows a handle, which
   * the library closes when its main loop ends.
   */
  readonly tun: number | bigint;
  /** Sends the stack's packets to the library. */
  readonly link: PacketLink;
  /** Sets the one listener for packets from the library, and starts to read. The batch's memory is reused after the call. */
  onPackets(listener: (batch: PacketBatch) => void): void;
  /** Sets the one listener for the time when the link, which had returned false, takes packets again. */
  onWritable(listener: () => void): void;
  /** Closes both ends. Call it after the library's main loop has returned. Calling it twice is harmless. */
  close(): void;
}

/** Bytes of a packet with the largest MTU of ours, 9,000, rounded up. A longer one arrives cut off, and the stack drops it. */
export const largestPacket = 9_216;
