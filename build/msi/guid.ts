import { createHash } from 'node:crypto';

/** Ours alone: the namespace of every id that is derived from a name. Never change it: Windows would take an upgrade for another product. */
const namespace = Buffer.from('b6a9a1f5d6a34d0c9a6e2b7a6f3c51d4', 'hex');

/** The same for all versions, so that Windows knows an upgrade (Windows Installer, UpgradeCode). */
export const upgradeCode = guidOf('upgrade');

/** A GUID that stays the same for the same name: RFC 9562, version 5. In capitals, as Windows Installer wants it. */
export function guidOf(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
