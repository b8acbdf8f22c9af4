/** What is replaced by a stand-in: an IP or MAC address, a person, a host. */
export type StandInKind = 'address' | 'person' | 'host';

/** So many of a kind are kept apart. All others of that kind share one stand-in, so that the memory has a bound. */
const maxKept = 1_000;

/** Stable stand-ins: the same thing is always `address-3`, and never two things. */
export class StandIns {
  private readonly numbers: Record<StandInKind, Map<string, number>> = { address: new Map(), person: new Map(), host: new Map() };
  private readonly first: Record<StandInKind, number> = { address: 1, person: 1, host: 1 };

  /** The stand-in for a thing. `key`: its one spelling. */
  of(kind: StandInKind, key: string): string {
    const numbers = this.numbers[kind];
    const number = numbers.get(key);
    if (number !== undefined) return `${kind}-${number}`;
    if (numbers.size >= maxKept) return `${kind}-other`;
    const next = this.first[kind] + numbers.size;
    numbers.set(key, next);
    return `${kind}-${next}`;
  }

  /** Starts after the numbers that a text has already, because an earlier run gave them to other things. Call it before the first stand-in. */
  startAfter(text: string): void {
    for (const [, kind, number] of text.matchAll(/\b(address|person|host)-(\d{1,6})(?![\w-])/g))
      if (kind === 'address' || kind === 'person' || kind === 'host') this.first[kind] = Math.max(this.first[kind], Number(number) + 1);
  }
}

/** Whether a text is a stand-in already. */
export const isStandIn = (text: string): boolean => /^(?:address|person|host)-(?:\d{1,6}|other)$/.test(text);
