import type { PacketChannel } from './packet-channel.ts';
import { PosixPacketChannel } from './packet-channel-posix.ts';
import { WindowsPacketChannel } from './packet-channel-windows.ts';

/** Opens the channel of this system. Throws if the system refuses descriptors or memory. */
export function openPacketChannel(): PacketChannel {
  return process.platform === 'win32' ? new WindowsPacketChannel() : new PosixPacketChannel();
}
