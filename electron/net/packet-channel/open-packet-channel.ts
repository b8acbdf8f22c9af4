import type { PacketChannel } from './packet-channel.ts';
import { PosixPacketChannel } from './packet-channel-posix.ts';

/** Opens the channel of this system. Throws if the system refuses descriptors or memory. */
export function openPacketChannel(): PacketChannel {
  return new PosixPacketChannel();
}
