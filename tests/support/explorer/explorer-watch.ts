import { transitions, type AccessState, accessStateSchema } from '../../../shared/access-state.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Answer } from '../../../shared/prompt.ts';
import type { Campus } from '../../../campus/campus.ts';
import type { Application } from '../../../electron/app/ports.ts';
import type { AppRun } from '../app.ts';

const legal = new Set(transitions.flatMap((row) => row.from.map((from) => `${from} ${row.to}`)));

/** What a person did in our own window, and what must not happen unless they did. */
interface Gestures {
  pushes: number;
  passcodes: number;
  /** They entered a password with Remember. */
  remember: boolean;
  copied: boolean;
}

/** Observes one run and records everything that should not have happened. */
export class Watch {
  readonly violations: string[] = [];
  /** What happened, for the reader of a counterexample. */
  readonly trace: string[] = [];
  /** Every prompt so far, oldest first. */
  readonly prompts: string[] = [];
  readonly gestures: Gestures = { pushes: 0, passcodes: 0, remember: false, copied: false };
  /** What the campus was asked to do since this run began. */
  readonly asked = { pushes: 0, passcodes: 0 };
  private readonly answered = new Map<string, number>();
  private last: AccessState;

  constructor(app: Application) {
    this.last = app.state.access;
    app.onState(({ access, notices }) => {
      this.saw(access);
      for (const { failure } of notices) if (failure.code === 'internal') this.violate(`told of an internal failure: ${failure.detail}`);
    });
  }

  violate(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }

  note(line: string): void {
    this.trace.push(line);
  }

  /** The person's answer was sent. Notes what it permits from now on. */
  gave(promptId: string, answer: Answer, remember: boolean): void {
    const times = (this.answered.get(promptId) ?? 0) + 1;
    this.answered.set(promptId, times);
    if (times > 1) this.violate(`prompt ${promptId} was answered ${times} times`);
    if (answer.kind === 'second-factor') this.gestures.pushes += 1;
    if ((answer.kind === 'second-factor-passcode' || answer.kind === 'passcode') && answer.passcode !== undefined)
      this.gestures.passcodes += 1;
    if (answer.kind === 'credentials' && remember) this.gestures.remember = true;
  }

  /** A verb may be refused with a catalogued failure. Anything else is an internal error. */
  refused(verb: string, error: unknown): void {
    const { code, detail } = failureOf(error);
    this.note(`    ${verb}: ${code}`);
    if (code === 'internal') this.violate(`${verb} failed: ${detail}`);
  }

  /** Fails with everything that is wrong so far. */
  verify(campus: Campus | null, { keytar, desktop }: AppRun, installation: string): void {
    const { gestures, asked } = this;
    if (asked.pushes > gestures.pushes) this.violate(`${asked.pushes} pushes were sent, and asked for ${gestures.pushes} times`);
    if (asked.passcodes > gestures.passcodes)
      this.violate(`${asked.passcodes} passcodes were checked, and ${gestures.passcodes} were given`);
    const sessions = campus?.records.sessions().filter((session) => session.installation === installation) ?? [];
    if (sessions.length > 1) this.violate(`${sessions.length} sessions of this computer at the campus`);
    // The entry that probes the keychain may exist for a moment
    const kept = [...keytar.entries.keys()].filter((entry) => !entry.startsWith('Causeway probe\n'));
    if (kept.length > 0 && !gestures.remember) this.violate('a password is in the keychain that nobody asked to keep');
    if (desktop.clipboard !== '' && !gestures.copied) this.violate('something is on the clipboard that nobody copied');
    if (this.violations.length > 0) throw new Error(`${this.violations.join('\n')}\n  after\n${this.trace.join('\n')}`);
  }

  private saw(access: AccessState): void {
    if (access === this.last) return;
    const { kind } = this.last;
    // Acknowledging an ending is no event of the state machine: the state stays idle
    const acknowledged = kind === 'idle' && access.kind === 'idle' && access.ending === null;
    if (!legal.has(`${kind} ${access.kind}`) && !acknowledged) this.violate(`illegal: ${kind} to ${access.kind}`);
    if (!accessStateSchema.safeParse(access).success) this.violate(`not a state: ${JSON.stringify(access)}`);
    if (access.kind === 'asking' && this.prompts.at(-1) !== access.promptId) {
      if (this.prompts.includes(access.promptId)) this.violate(`prompt ${access.promptId} came back`);
      this.prompts.push(access.promptId);
    }
    if (access.kind !== kind || access.kind === 'asking') this.note(`    ${lineOf(access)}`);
    this.last = access;
  }
}

function lineOf(access: AccessState): string {
  if (access.kind === 'asking') return `asking ${access.prompt.kind} ${access.promptId}${access.answered ? ' (answered)' : ''}`;
  if (access.kind === 'idle' || access.kind === 'closing') return `${access.kind} ${access.ending?.code ?? ''}`;
  return access.kind === 'reconnecting' ? `reconnecting ${access.why.code}` : access.kind;
}
