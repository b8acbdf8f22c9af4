import { delay, onAbort } from '../../../shared/abort.ts';
import type { Environment } from '../environment.ts';

/** A new network needs a moment for its addresses and name servers. */
const settleMs = 500;
/** A probe that fails once may have met a network that was not ready. */
const probes = 2;
const betweenProbesMs = 1_500;

export interface CampusWatchOptions {
  /** Whether to follow it now. */
  isWanted: () => boolean;
  /** Asks the campus's probe. False also if there is no answer. Rejects when the signal aborts. */
  probe: (signal: AbortSignal) => Promise<boolean>;
  environment: Environment;
}

/** Follows whether this computer comes on campus or leaves it. The probe is asked only after the network changed or the computer woke. */
export class CampusWatch {
  private hasMoved = false;

  constructor(private readonly options: CampusWatchOptions) {}

  /** The network changed, or the computer woke. */
  noteMove(): void {
    this.hasMoved = true;
  }

  /** Whether the computer is on campus since it last moved. Asks once for each move. */
  async hasArrived(signal: AbortSignal): Promise<boolean> {
    if (!this.hasMoved || !this.options.isWanted()) return false;
    this.hasMoved = false;
    return this.options.probe(signal);
  }

  /** Resolves once the computer has left campus, or when the signal aborts. Never rejects. */
  async left(signal: AbortSignal): Promise<void> {
    const { environment, isWanted } = this.options;
    let wake = (): void => undefined;
    const moved = (): void => {
      this.hasMoved = true;
      wake();
    };
    const off = [environment.onNetworkChange(moved), environment.onResume(moved), onAbort(signal, () => wake())];
    try {
      while (!signal.aborted) {
        if (!this.hasMoved) await new Promise<void>((resolve) => (wake = resolve));
        this.hasMoved = false;
        if (isWanted() && (await this.isAway(signal))) return;
      }
    } finally {
      for (const stop of off) stop();
    }
  }

  private async isAway(signal: AbortSignal): Promise<boolean> {
    for (let probe = 0; probe < probes; probe++) {
      await delay(probe === 0 ? settleMs : betweenProbesMs, signal);
      if (signal.aborted || (await this.options.probe(signal).catch(() => false))) return false;
    }
    return !signal.aborted;
  }
}
