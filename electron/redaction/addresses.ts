import { isIPv4, isIPv6 } from 'node:net';

/**
 * Finds out whether a piece of text is an IP or MAC address, in any spelling, and gives its one spelling, so that the same
 * address always gets the same stand-in. Null for anything else.
 */
export function addressIn(text: string): string | null {
  return macIn(text) ?? ipv4In(text) ?? ipv6In(text);
}

/** Addresses that every computer has. They tell nothing about one. */
const everybodys = new Set(['127.0.0.1', '0.0.0.0', '255.255.255.255', '::', '::1', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff']);
export const isEverybodys = (address: string): boolean => everybodys.has(address) || address.startsWith('127.');

/** Colons, hyphens (Windows) or dots (Cisco) between the digits; EUI-64 too. macOS leaves out a leading zero (`arp -a`). */
function macIn(text: string): string | null {
  const isMac =
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?:\1[0-9a-f]{2}\1[0-9a-f]{2})?$/i.test(text) ||
    /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(text);
  const isShort = !isMac && /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i.test(text);
  if (isShort)
    return text
      .toLowerCase()
      .split(':')
      .map((digits) => digits.padStart(2, '0'))
      .join(':');
  if (!isMac) return null;
  const digits = text.toLowerCase().replaceAll(/[^0-9a-f]/g, '');
  return (digits.match(/../g) ?? []).join(':');
}

function ipv4In(text: string): string | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return null;
  const plain = text.split('.').map(Number).join('.');
  return isIPv4(plain) ? plain : null;
}

/** Without its zone. An IPv4 address inside IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. */
function ipv6In(text: string): string | null {
  const bare = text.split('%', 1)[0] ?? '';
  if (!isIPv6(bare)) return null;
  const plain = URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1);
  if (plain === undefined) return null;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain);
  if (!mapped) return plain;
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
