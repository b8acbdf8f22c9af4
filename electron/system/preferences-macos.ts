import type { LibraryHandle } from 'koffi';

/** A reference to an object of Core Foundation. Short texts are in the reference itself, so it may need all 64 bits. */
type Ref = number | bigint;

/** What is used of Core Foundation (CFPreferences.h, CFPropertyList.h). */
export interface CoreFoundation {
  string(text: string): Ref;
  release(object: Ref): void;
  synchronize(domain: Ref): void;
  copyValue(key: Ref, domain: Ref): Ref;
  isForced(key: Ref, domain: Ref): boolean;
  kindOf(object: Ref): 'text' | 'switch' | 'number' | 'list' | 'dictionary' | 'other';
  textOf(object: Ref): string;
  switchOf(object: Ref): boolean;
  numberOf(object: Ref): number;
  itemsOf(list: Ref): readonly Ref[];
  entriesOf(dictionary: Ref): readonly (readonly [Ref, Ref])[];
}

/** One value of a domain. `forced`: a configuration profile sets it, and nobody else can. */
export interface Preference {
  readonly value: unknown;
  readonly forced: boolean;
}

/** Deeper than any policy. */
const maxDepth = 6;

/**
 * The values of these keys in a domain of preferences, as JSON has them. What JSON has not, such as a date, is null. Reads
 * again what has changed on disk.
 */
export function readPreferences(cf: CoreFoundation, domain: string, keys: readonly string[]): Map<string, Preference> {
  const found = new Map<string, Preference>();
  const app = cf.string(domain);
  try {
    cf.synchronize(app);
    for (const name of keys) {
      const key = cf.string(name);
      const value = cf.copyValue(key, app);
      if (!isNone(value)) {
        found.set(name, { value: plain(cf, value, maxDepth), forced: cf.isForced(key, app) });
        cf.release(value);
      }
      cf.release(key);
    }
    return found;
  } finally {
    cf.release(app);
  }
}

const isNone = (object: Ref): boolean => object === 0 || object === 0n;

function plain(cf: CoreFoundation, object: Ref, depth: number): unknown {
  switch (cf.kindOf(object)) {
    case 'text':
      return cf.textOf(object);
    case 'switch':
      return cf.switchOf(object);
    case 'number':
      return cf.numberOf(object);
    case 'list':
      return depth === 0 ? null : cf.itemsOf(object).map((item) => plain(cf, item, depth - 1));
    case 'dictionary':
      return depth === 0
        ? null
        : Object.fromEntries(cf.entriesOf(object).map(([key, item]) => [cf.textOf(key), plain(cf, item, depth - 1)]));
    case 'other':
      return null;
  }
}

/** Core Foundation of this Mac. Nobody has run this yet (`docs/unverified.md`). Rejects on other systems. */
export async function coreFoundation(): Promise<CoreFoundation> {
  const { default: loader } = await import('koffi');
  return bind(loader.load('/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation'));
}

/** kCFStringEncodingUTF8 and kCFNumberDoubleType. */
const [utf8, double] = [0x08000100, 13];
const maxItems = 1_000;

function bind(library: LibraryHandle): CoreFoundation {
  const create: (allocator: null, text: string, encoding: number) => Ref = library.func(
    'intptr_t CFStringCreateWithCString(void *, const char *, uint32_t)',
  );
  const release: (object: Ref) => void = library.func('void CFRelease(intptr_t)');
  const synchronize: (domain: Ref) => number = library.func('uint8_t CFPreferencesAppSynchronize(intptr_t)');
  const copyValue: (key: Ref, domain: Ref) => Ref = library.func('intptr_t CFPreferencesCopyAppValue(intptr_t, intptr_t)');
  const isForced: (key: Ref, domain: Ref) => number = library.func('uint8_t CFPreferencesAppValueIsForced(intptr_t, intptr_t)');
  const typeOf: (object: Ref) => number = library.func('uintptr_t CFGetTypeID(intptr_t)');
  const typeId = (name: string): number => {
    const id: () => number = library.func(`uintptr_t ${name}GetTypeID()`);
    return id();
  };
  const kinds = new Map([
    [typeId('CFString'), 'text'],
    [typeId('CFBoolean'), 'switch'],
    [typeId('CFNumber'), 'number'],
    [typeId('CFArray'), 'list'],
    [typeId('CFDictionary'), 'dictionary'],
  ] as const);
  const lengthOf: (text: Ref) => number = library.func('intptr_t CFStringGetLength(intptr_t)');
  const copyText: (text: Ref, into: Buffer, size: number, encoding: number) => number = library.func(
    'uint8_t CFStringGetCString(intptr_t, void *, intptr_t, uint32_t)',
  );
  const switchOf: (object: Ref) => number = library.func('uint8_t CFBooleanGetValue(intptr_t)');
  const numberOf: (object: Ref, type: number, into: Buffer) => number = library.func(
    'uint8_t CFNumberGetValue(intptr_t, intptr_t, void *)',
  );
  const countOf: (list: Ref) => number = library.func('intptr_t CFArrayGetCount(intptr_t)');
  const itemAt: (list: Ref, index: number) => Ref = library.func('intptr_t CFArrayGetValueAtIndex(intptr_t, intptr_t)');
  const sizeOf: (dictionary: Ref) => number = library.func('intptr_t CFDictionaryGetCount(intptr_t)');
  const copyEntries: (dictionary: Ref, keys: Buffer, values: Buffer) => void = library.func(
    'void CFDictionaryGetKeysAndValues(intptr_t, void *, void *)',
  );
  return {
    string: (text) => create(null, text, utf8),
    release,
    synchronize,
    copyValue,
    isForced: (key, domain) => isForced(key, domain) !== 0,
    kindOf: (object) => kinds.get(typeOf(object)) ?? 'other',
    textOf(object) {
      // At most three bytes for each UTF-16 unit, and the end
      const into = Buffer.alloc(lengthOf(object) * 3 + 1);
      if (copyText(object, into, into.length, utf8) === 0) return '';
      return into.toString('utf8', 0, into.indexOf(0));
    },
    switchOf: (object) => switchOf(object) !== 0,
    numberOf(object) {
      const into = Buffer.alloc(8);
      return numberOf(object, double, into) === 0 ? Number.NaN : into.readDoubleLE(0);
    },
    itemsOf: (list) => Array.from({ length: Math.min(countOf(list), maxItems) }, (_, index) => itemAt(list, index)),
    entriesOf(dictionary) {
      const count = sizeOf(dictionary);
      if (count > maxItems) return [];
      const [keys, values] = [Buffer.alloc(count * 8), Buffer.alloc(count * 8)];
      copyEntries(dictionary, keys, values);
      return Array.from({ length: count }, (_, index) => [keys.readBigInt64LE(index * 8), values.readBigInt64LE(index * 8)] as const);
    },
  };
}

/** Where macOS keeps what configuration profiles set in a domain, for everybody and for one user. */
export const managedPreferenceFiles = (domain: string, user: string): string[] => [
  `/Library/Managed Preferences/${domain}.plist`,
  `/Library/Managed Preferences/${user}/${domain}.plist`,
];
