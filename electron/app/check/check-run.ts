import { whenAborted } from '../../../shared/abort.ts';
import type { CheckState, Finding } from '../../../shared/check.ts';
import { failureOf } from '../../../shared/failure.ts';

/** No check takes longer, whatever does not answer. */
const maxMs = 60_000;
/** A report uses a check of this age, and makes no new one. */
const recentMs = 2 * 60_000;

export interface CheckRunDeps {
  /** The findings, one by one. Ends early when the signal aborts, as far as it heeds it. */
  examine: (signal: AbortSignal) => AsyncGenerator<Finding>;
  now: () => number;
  changed: () => void;
  /** Aborts when the app ends. */
  stop: AbortSignal;
}

/** Check my connection: one check at a time, which can be stopped at any moment and has a bound. */
export class CheckRun {
  private current: CheckState = { running: false, cut: null, findings: [], at: null };
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly deps: CheckRunDeps) {}

  get state(): CheckState {
    return this.current;
  }

  /** Starts a check, unless one is running. Resolves at its end. Never rejects. */
  start(): Promise<void> {
    if (!this.current.running) this.done = this.run();
    return this.done;
  }

  /** Resolves when there is a check that is recent enough for a report: the last one, the one that is running, or a new one. */
  async ensureRecent(): Promise<void> {
    const { running, at, cut } = this.current;
    if (running || at === null || cut !== null || this.deps.now() - at > recentMs) await this.start();
  }

  /** Ends the check. What it has found stays. */
  cancel(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const { examine, now, stop } = this.deps;
    this.stopping = new AbortController();
    const late = AbortSignal.timeout(maxMs);
    const signal = AbortSignal.any([this.stopping.signal, late, stop]);
    this.set({ running: true, cut: null, findings: [], at: now() });
    const findings = examine(signal);
    const ended = whenAborted(signal).then(() => null);
    try {
      for (;;) {
        // A keychain that asks the person heeds no signal
        const next = await Promise.race([findings.next(), ended]);
        if (next === null || signal.aborted || next.done === true) break;
        this.set({ ...this.current, findings: [...this.current.findings, next.value], at: now() });
      }
    } catch (error) {
      const failure = failureOf(error);
      const finding: Finding = { check: 'check', result: 'attention', says: { kind: 'failure', failure }, todo: null, prevents: false };
      this.set({ ...this.current, findings: [...this.current.findings, finding] });
    }
    const cut = !signal.aborted ? null : late.aborted && !this.stopping.signal.aborted ? 'late' : 'stopped';
    this.set({ ...this.current, running: false, cut, at: now() });
  }

  private set(state: CheckState): void {
    this.current = state;
    this.deps.changed();
  }
}
