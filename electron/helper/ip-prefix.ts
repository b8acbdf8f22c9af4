import { isIP } from 'node:net';

/** A block of addresses: its first address as a number, and its prefix length. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly length: number;
}

const width = { 4: 32, 6: 128 } as const;

/** Parses `10.0.0.0/8`, `fd00::/8`, or one address. Null: invalid. Bits beyond the length are cleared. */
export function prefixOf(text: string): Prefix | null {
  const [address = '', length, ...more] = text.split('/');
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const long = length === undefined ? width[family] : Number(length);
  const bits = family === 4 ? bitsOf4(address) : bitsOf6(address);
  if (bits === null || long > width[family]) return null;
  const rest = BigInt(width[family] - long);
  return { family, bits: (bits >> rest) << rest, length: long };
}

/** Formats a block for `ip`, always with its length. */
export function prefixText({ family, bits, length }: Prefix): string {
  const parts =
    family === 4
      ? split(bits, 4, 8n).join('.')
      : split(bits, 8, 16n)
          .map((part) => part.toString(16))
          .join(':');
  return `${parts}/${length}`;
}

/** Whether `outer` contains all of `inner`. */
export const covers = (outer: Prefix, inner: Prefix): boolean =>
  outer.family === inner.family && outer.length <= inner.length && highBits(outer, outer.length) === highBits(inner, outer.length);

/** Whether a block is a single address. */
export const isOne = ({ family, length }: Prefix): boolean => length === width[family];

/** The two halves of a block of more than one address. */
export function halvesOf(whole: Prefix): [Prefix, Prefix] {
  const length = whole.length + 1;
  return [
    { ...whole, length },
    { ...whole, length, bits: whole.bits | (1n << BigInt(width[whole.family] - length)) },
  ];
}

/** The prefix length of a mask such as `255.255.255.0`. Null: not a mask. */
export function lengthOfMask(mask: string): number | null {
  const bits = isIP(mask) === 4 ? bitsOf4(mask).toString(2).padStart(32, '0') : '';
  return /^1*0*$/.test(bits) && bits !== '' ? bits.lastIndexOf('1') + 1 : null;
}

const highBits = ({ family, bits }: Prefix, length: number): bigint => bits >> BigInt(width[family] - length);

const bitsOf4 = (address: string): bigint => address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);

function bitsOf6(address: string): bigint | null {
  // Normalize first: the end of an IPv6 address may be written as IPv4
  const plain = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (plain === undefined) return null;
  const [head = '', tail] = plain.split('::');
  const [first, last] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean));
  if (!first || !last) return null;
  const groups = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => '0'), ...last];
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

const split = (bits: bigint, count: number, size: bigint): number[] =>
  Array.from({ length: count }, (_, at) => Number((bits >> (size * BigInt(count - 1 - at))) & ((1n << size) - 1n)));
