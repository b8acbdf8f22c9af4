import { failureCodes, type FailureCode } from './failure-catalogue.ts';
import { steps, type Step } from './step.ts';

/**
 * The code that a person reads to the help desk over the phone: which failure, at which step, in which version on which
 * system, and two symbols that show a slip. Three groups of four symbols.
 *
 * The alphabet is that of Open Location Code: 20 digits and capitals that are not taken for each other when written or
 * heard, and spell no words (https://github.com/google/open-location-code, "Codes").
 */
const alphabet = '23456789CFGHJMPQRVWX';
const base = BigInt(alphabet.length);
const dataSymbols = 10;
const groupSymbols = 4;
/** A prime below 20²: two symbols hold the remainder, and it changes with every slip in one symbol and with every swap of two. */
const modulus = 397n;

const platforms = ['linux', 'darwin', 'win32'] as const;
export type Platform = (typeof platforms)[number];

export interface HelpCode {
  /** Null: the person asks for help without a failure. */
  failure: FailureCode | null;
  step: Step;
  /** `major.minor.patch`; anything after it is left out. */
  version: string;
  platform: Platform;
}

/** Parts from the least significant, and how many values each has. 2²⁰ · 32 · 4 · 16 · 64 · 64 is less than 20¹⁰. */
const sizes = { failure: 1n << 20n, step: 32n, platform: 4n, major: 16n, minor: 64n, patch: 64n } as const;

/** The code of a failure. */
export function helpCode({ failure, step, version, platform }: HelpCode): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const capped = (value: number, size: bigint): bigint => (BigInt(value) < size ? BigInt(value) : size - 1n);
  const parts: readonly (readonly [bigint, bigint])[] = [
    [failure === null ? 0n : digestOf(failure), sizes.failure],
    [BigInt(steps.indexOf(step)), sizes.step],
    [BigInt(platforms.indexOf(platform)), sizes.platform],
    [capped(major, sizes.major), sizes.major],
    [capped(minor, sizes.minor), sizes.minor],
    [capped(patch, sizes.patch), sizes.patch],
  ];
  const number = parts.reduceRight((sum, [value, size]) => sum * size + value, 0n);
  return inGroups(symbolsOf(number, dataSymbols) + symbolsOf((number * 7n + 1n) % modulus, 2));
}

/** What a code says. `wrong`: a symbol was misheard, or it is no code. `unknown`: the failure is none of this version. */
export type ReadCode = ({ ok: true } & HelpCode) | { ok: false; why: 'wrong' | 'unknown' };

/** Reads a code as it was typed: small or full-width letters, blanks, hyphens and punctuation around them do not matter. */
export function readHelpCode(text: string): ReadCode {
  const symbols = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\p{P}\s]/gu, '');
  if (symbols.length !== dataSymbols + 2 || Array.from(symbols).some((symbol) => !alphabet.includes(symbol)))
    return { ok: false, why: 'wrong' };
  let number = numberOf(symbols.slice(0, dataSymbols));
  if (numberOf(symbols.slice(dataSymbols)) !== (number * 7n + 1n) % modulus) return { ok: false, why: 'wrong' };
  const take = (size: bigint): bigint => {
    const value = number % size;
    number /= size;
    return value;
  };
  const digest = take(sizes.failure);
  const step = steps[Number(take(sizes.step))];
  const platform = platforms[Number(take(sizes.platform))];
  const version = [take(sizes.major), take(sizes.minor), take(sizes.patch)].join('.');
  const failure = digest === 0n ? null : failureCodes.find((code) => digestOf(code) === digest);
  if (step === undefined || platform === undefined) return { ok: false, why: 'wrong' };
  return failure === undefined ? { ok: false, why: 'unknown' } : { ok: true, failure, step, version, platform };
}

/**
 * A failure by its name (FNV-1a, 20 bits), so that a code means the same in every version. A test sees to it that no two have
 * the same.
 */
export function digestOf(code: FailureCode): bigint {
  let hash = 0x811c9dc5;
  for (let index = 0; index < code.length; index++) hash = Math.imul(hash ^ code.charCodeAt(index), 0x01000193);
  return BigInt(((hash >>> 20) ^ hash) & 0xfffff) || 1n;
}

function symbolsOf(number: bigint, length: number): string {
  let symbols = '';
  for (let rest = number; symbols.length < length; rest /= base) symbols = `${alphabet.charAt(Number(rest % base))}${symbols}`;
  return symbols;
}
const numberOf = (symbols: string): bigint =>
  Array.from(symbols).reduce((sum, symbol) => sum * base + BigInt(alphabet.indexOf(symbol)), 0n);

const inGroups = (symbols: string): string =>
  Array.from({ length: symbols.length / groupSymbols }, (_, index) => symbols.slice(index * groupSymbols, (index + 1) * groupSymbols)).join(
    ' ',
  );

/** The failures whose advice is to read the code “below” to the help desk. A test compares them with the catalogue. */
export const readAloud: readonly FailureCode[] = [
  'no-gateway',
  'tunnel-refused',
  'tunnel-failed',
  'helper-denied',
  'gateway-unproven',
  'component-altered',
  'component-failed',
  'control-foreign',
  'request-invalid',
  'internal',
];
