import type { AccessState } from '../../../shared/access-state.ts';
import { stepOf, steps, type Step } from '../../../shared/step.ts';

/** So many changes are remembered. Earlier ones are in the log. */
const maxEntries = 60;

export interface HistoryEntry {
  /** Epoch milliseconds. */
  at: number;
  step: Step;
  gateway: string | null;
  /** The code of the failure that led here, or that the question reports. */
  failure: string | null;
}

/** The last changes of the access state: what led to a failure. The log keeps them for the next run. */
export class AccessHistory {
  private readonly entries: HistoryEntry[] = [];
  private current: Step = 'idle';

  constructor(
    private readonly now: () => number,
    private readonly log: (line: string) => void,
  ) {}

  /** The step that a person is at, or was at when it failed. */
  get step(): Step {
    return this.current;
  }

  get all(): readonly HistoryEntry[] {
    return this.entries;
  }

  /** Notes a change. One that changes neither step nor failure is no change. */
  note(access: AccessState): void {
    this.current = stepOf(access, this.current);
    const step = access.kind === 'idle' || access.kind === 'closing' ? access.kind : this.current;
    const failure = failureIn(access);
    const last = this.entries.at(-1);
    if (last?.step === step && last.failure === failure) return;
    if (last === undefined && step === 'idle' && failure === null) return;
    const gateway = 'gateway' in access ? access.gateway : null;
    this.entries.push({ at: this.now(), step, gateway, failure });
    if (this.entries.length > maxEntries) this.entries.shift();
    this.log(`access: ${lineOf({ step, gateway, failure })}`);
  }
}

/** An entry in one line, without its time. */
export const lineOf = ({ step, gateway, failure }: Omit<HistoryEntry, 'at'>): string =>
  [step, ...(gateway === null ? [] : [gateway]), ...(failure === null ? [] : [`(${failure})`])].join(' ');

/** The entries that the lines of a log have: those of earlier runs, or of an app that another process looks at. */
export function historyIn(log: readonly string[]): HistoryEntry[] {
  const entries = log.flatMap((line): HistoryEntry[] => {
    const [, time = '', name = '', gateway, failure] =
      /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z) access: ([a-z-]{1,40})(?: ([^\s(]{1,300}))?(?: \(([a-z-]{1,60})\))?$/.exec(line) ?? [];
    const step = steps.find((each) => each === name);
    return step === undefined ? [] : [{ at: Date.parse(time), step, gateway: gateway ?? null, failure: failure ?? null }];
  });
  return entries.slice(-maxEntries);
}

function failureIn(access: AccessState): string | null {
  if (access.kind === 'idle' || access.kind === 'closing') return access.ending?.code ?? null;
  if (access.kind === 'reconnecting') return access.why.code;
  return access.kind === 'asking' && 'failure' in access.prompt ? (access.prompt.failure?.code ?? null) : null;
}
