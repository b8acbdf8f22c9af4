import { noPolicyInForce, policyFrom, type PolicyInForce } from './policy.ts';
import type { PolicySource } from './source.ts';

/** The places of this computer's policy. */
export interface PolicyPlaces {
  /** What each place says now, best first. Never rejects. */
  read(): Promise<readonly PolicySource[]>;
  /** Calls back after a place may have changed. Returns a function that stops it. */
  watch(changed: () => void): () => void;
}

/** How long to wait after a change: administrators' tools write several values or files one after the other. */
const settleMs = 250;

/**
 * The policy that counts now. It is read at the start, at each Connect and when one of its places changes. If a
 * place could be read before and cannot be read now, what it said last still counts: damage never unlocks anything.
 */
export class LivePolicy {
  private inForce: PolicyInForce = noPolicyInForce;
  private readonly lastRead = new Map<string, PolicySource>();
  private readonly listeners = new Set<(policy: PolicyInForce) => void>();
  private reading: Promise<void> | null = null;
  private isStale = false;

  private constructor(
    private readonly places: PolicyPlaces,
    private readonly platform: NodeJS.Platform,
  ) {}

  /** Reads the policy for the first time. Never rejects. */
  static async open(places: PolicyPlaces, platform: NodeJS.Platform): Promise<LivePolicy> {
    const policy = new LivePolicy(places, platform);
    await policy.refresh();
    return policy;
  }

  get current(): PolicyInForce {
    return this.inForce;
  }

  /** Reads all places again. Resolves once {@link current} is at least as new as this call. Never rejects. */
  refresh(): Promise<void> {
    this.isStale = true;
    return (this.reading ??= this.readAll().finally(() => (this.reading = null)));
  }

  /** Calls back after the policy has changed. Returns a function that stops it. */
  onChange(listener: (policy: PolicyInForce) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads the policy again whenever one of its places changes. Returns a function that stops it. */
  watch(): () => void {
    let timer: NodeJS.Timeout | undefined;
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.refresh(), settleMs);
      timer.unref();
    };
    const stop = this.places.watch(changed);
    // What changed since the last reading, before anything was watched
    changed();
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  private async readAll(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      const read = (await this.places.read()).flatMap((source) => this.withLastRead(source));
      const before = JSON.stringify(comparable(this.inForce));
      this.inForce = await policyFrom(read, this.platform);
      if (JSON.stringify(comparable(this.inForce)) !== before) for (const listener of this.listeners) listener(this.inForce);
    }
  }

  /** Keeps what a place said last, beside the fault that it has now. */
  private withLastRead(source: PolicySource): PolicySource[] {
    if (source.state === 'read') this.lastRead.set(source.place, source);
    if (source.state === 'absent') this.lastRead.delete(source.place);
    const last = this.lastRead.get(source.place);
    if (source.state === 'read' || source.state === 'absent' || !last) return [source];
    return [last, { ...source, asBefore: true }];
  }
}

const comparable = ({ policy, decisions, faults }: PolicyInForce) => ({
  policy,
  faults,
  decisions: [...decisions.values()].map(({ key, value, source, overrides }) => [key, value, source.place, source.level, overrides]),
});
