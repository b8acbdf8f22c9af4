import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { holdsSession, type AccessState, type AccessStateOf } from '../../shared/access-state.ts';
import { CausewayError, fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptKind, PromptSelect } from '../../shared/prompt.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import { pathOfArgument } from '../app/file-argument.ts';
import { readProfileFile } from '../storage/profiles.ts';
import { atMost } from '../net/deadline.ts';
import type { PreparedAnswers } from './answers.ts';
import { fillIn, UsageError, type ConnectCommand } from './arguments.ts';
import { exitCode, exitCodeOf, failureIn, type ExitCode } from './exit-codes.ts';
import { askInTerminal, linesWhile } from './questions.ts';
import type { Report } from './report.ts';
import type { SessionClient } from './session-client.ts';
import type { Terminal } from './terminal.ts';

/** How long a Disconnect may take before the run ends without waiting for it. */
const leaveWithinMs = 5_000;

export interface Attempt {
  client: SessionClient;
  profile: Profile;
  answers: PreparedAnswers | null;
  terminal: Terminal | null;
  report: Report;
  localizer: Localizer;
  now: () => number;
  /** Calls back at Ctrl-C, a hang-up or a request to stop; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

export interface Outcome {
  code: ExitCode;
  failure: Failure | null;
  /** In place of the failure's sentences. */
  says?: string;
}

/** The profile that the command names. A file is taken as it is, and kept nowhere. */
export async function profileFor(
  { profile: named }: Pick<ConnectCommand, 'profile'>,
  known: readonly Profile[],
  report: Pick<Report, 'failure'>,
): Promise<Profile> {
  const found = known.find(({ id }) => id === named);
  if (found) return found;
  const file = pathOfArgument(named);
  if (file === null) throw fail('profile-file-missing', { file: named.slice(0, 300) });
  if (!file.endsWith('.causeway') && !file.includes('/') && !file.includes(path.sep) && !existsSync(file))
    throw fail('profile-none', { address: named });
  const { profile, dropped } = await readProfileFile(file);
  if (dropped.length > 0) report.failure({ code: 'profile-dropped', params: { file: path.basename(file), key: dropped.join(', ') } });
  return profile;
}

/** Connects and stays until the session is over; resolves with how it ended. */
export async function converse(attempt: Attempt): Promise<Outcome> {
  const { client, profile, report } = attempt;
  const talk = new Talk(attempt);
  const off = [
    client.onAccess((access) => talk.see(access)),
    client.onNotice((failure) => report.failure(failure)),
    attempt.onInterrupt(() => talk.leave()),
  ];
  try {
    for (const { failure } of client.notices) report.failure(failure);
    await client.connect(profile, attempt.terminal !== null);
    return await Promise.race([talk.outcome, client.lost.then(() => lostOutcome(client.access, profile))]);
  } finally {
    talk.over();
    for (const stop of off) stop();
  }
}

/** One attempt's questions, from the first state that is not idle to the next that is. */
class Talk {
  readonly outcome: Promise<Outcome>;
  private settle: (outcome: Outcome) => void = () => undefined;
  private begun = false;
  private open: { id: string; withdraw: AbortController } | null = null;
  private lastAsked: PromptKind | null = null;
  /** Why we left by ourselves. */
  private why: Outcome | null = null;
  private leaving = false;

  constructor(private readonly attempt: Attempt) {
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  see(access: AccessState): void {
    if (access.kind === 'idle') {
      if (this.begun) this.settle(this.why ?? { code: exitCodeOf(access.ending, this.lastAsked), failure: access.ending });
      return;
    }
    this.begun = true;
    this.attempt.report.state(access);
    if (access.kind !== 'asking' || access.promptId !== this.open?.id) this.withdraw();
    if (access.kind === 'asking' && !access.answered && !this.open) void this.put(access);
  }

  /** The first time politely; the second time the caller leaves at once. */
  leave(outcome: Outcome = { code: exitCode.requested, failure: null }): void {
    this.why ??= outcome;
    if (this.leaving) return;
    this.leaving = true;
    void atMost(leaveWithinMs, this.attempt.client.disconnect()).then(() => this.settle(this.why ?? outcome));
  }

  over(): void {
    this.withdraw();
  }

  private withdraw(): void {
    this.open?.withdraw.abort();
    this.open = null;
  }

  /** Never rejects: a question that cannot be answered ends the attempt. */
  private async put(access: AccessStateOf<'asking'>): Promise<void> {
    const { prompt, promptId: id } = access;
    const { report, client } = this.attempt;
    const open = { id, withdraw: new AbortController() };
    this.open = open;
    const failure = failureIn(access);
    const number = prompt.kind === 'push' ? prompt.number : undefined;
    const until = prompt.kind === 'waiting' ? prompt.until : undefined;
    const says = toldBy(prompt);
    const { autoAnswerAt } = access;
    report.event({
      event: 'prompt',
      id,
      kind: prompt.kind,
      ...(autoAnswerAt === undefined ? {} : { autoAnswerAt }),
      ...(failure ? { failure } : {}),
      ...(number === undefined ? {} : { number }),
      ...(until === undefined ? {} : { until }),
      ...(says === undefined ? {} : { says }),
    });
    if (autoAnswerAt !== undefined) report.say(this.wait(autoAnswerAt));
    try {
      const { answer, typed } = await this.answerTo(access, open.withdraw.signal);
      if (open.withdraw.signal.aborted) return;
      this.lastAsked = prompt.kind;
      await client.answer({ id, prompt }, answer, typed);
    } catch (error) {
      const why = failureOf(error);
      // Withdrawn, or answered elsewhere a moment before: what comes next is a state of its own
      if (open.withdraw.signal.aborted || why.code === 'not-now') return;
      if (error instanceof UsageError) this.leave(this.unanswered(failure, prompt.kind, error.message));
      else this.leave({ code: exitCodeOf(why, prompt.kind), failure: why.code === 'cancelled' ? null : why });
    }
  }

  private wait(until: number): string {
    const { localizer, terminal, now } = this.attempt;
    const { codeWaiting, codeOrYours } = commandLine.ask;
    const wait = localizer.format(codeWaiting, { count: Math.max(1, Math.ceil((until - now()) / 1000)) });
    return terminal ? `${wait} ${codeOrYours}` : wait;
  }

  private async answerTo(
    { prompt, autoAnswerAt }: AccessStateOf<'asking'>,
    signal: AbortSignal,
  ): Promise<{ answer: Answer; typed: boolean }> {
    const { terminal, profile, report, localizer, now } = this.attempt;
    const prepared = await this.preparedFor(prompt, signal);
    if (prepared) {
      const says = toldBy(prompt);
      if (says !== undefined) report.say(says);
      return { answer: prepared, typed: false };
    }
    // A push is out already, by a person's hand elsewhere, or a kept key answers, or the gateway does: there is nothing to do
    if ((prompt.kind === 'push' || prompt.kind === 'waiting' || autoAnswerAt !== undefined) && !terminal) {
      for (const line of linesWhile(prompt, localizer, now())) report.say(line);
      return new Promise(() => undefined);
    }
    // In a browser of the person's own the terminal is as good as the app; a page that needs our window is not for it
    if (prompt.kind === 'browser' && !(prompt.where === 'own' && terminal)) {
      report.say(commandLine.ask.browser);
      throw fail('component-missing', { component: commandLine.ask.desktopApp });
    }
    if (!terminal) {
      const fields = 'fields' in prompt ? prompt.fields.map(({ label, name }) => label ?? name).join(', ') : '';
      const about = 'title' in prompt && prompt.title !== undefined ? prompt.title : fields;
      const what = about === '' ? prompt.kind : `${prompt.kind}: ${about}`;
      throw new UsageError(fillIn(commandLine.usage.unanswered, { what }));
    }
    const chosen = 'selects' in prompt ? this.chosenIn(prompt.selects) : new Map<string, string>();
    return { answer: await askInTerminal(prompt, { terminal, localizer, labels: profile.labels, now, signal, chosen }), typed: true };
  }

  /** The answer of the file. A name of it that is not offered ends the attempt where there is nobody to ask. */
  private async preparedFor(prompt: Prompt, signal: AbortSignal): Promise<Answer | null> {
    const { answers, terminal, report } = this.attempt;
    if (!answers) return null;
    for (let at = answers.codeAt(prompt); at !== null; at = answers.codeAt(prompt)) await this.waitForCode(at, signal);
    const answer = answers.answer(prompt);
    const { problem } = answers;
    if (problem === null) return answer;
    if (!terminal) throw new CausewayError(problem);
    // A question says by itself why it is asked
    if (!('failure' in prompt && prompt.failure)) report.failure(problem);
    return null;
  }

  /** Tells that the next code is waited for, and waits. Rejects where the question is withdrawn or the run ends. */
  private async waitForCode(at: number, signal: AbortSignal): Promise<void> {
    const { report, localizer, now } = this.attempt;
    const ms = Math.max(0, at - now());
    report.say(localizer.format(commandLine.ask.codeWaiting, { count: Math.max(1, Math.ceil(ms / 1000)) }));
    if (this.open) report.event({ event: 'prompt', id: this.open.id, kind: 'passcode', autoAnswerAt: at });
    await setTimeout(ms, undefined, { signal });
  }

  private chosenIn(selects: readonly PromptSelect[]): Map<string, string> {
    try {
      return this.attempt.answers?.choicesIn(selects) ?? new Map<string, string>();
    } catch {
      return new Map(); // told a moment before; the person chooses
    }
  }

  /** Where the last answer was turned down, that is why; otherwise the answers are not enough. */
  private unanswered(failure: Failure | null, kind: PromptKind, says: string): Outcome {
    return failure ? { code: exitCodeOf(failure, kind), failure } : { code: exitCode.usage, failure: null, says };
  }
}

/** What the gateway only tells with a prompt that asks for nothing. */
function toldBy(prompt: Prompt): string | undefined {
  if (prompt.kind === 'push') return prompt.message;
  return prompt.kind === 'fields' && prompt.fields.length === 0 && prompt.selects.length === 0 ? prompt.message : undefined;
}

/** The app was quit, or killed: its session went with it. */
function lostOutcome(access: AccessState, profile: Profile): Outcome {
  const up = holdsSession(access);
  const failure: Failure = { code: up ? 'session-interrupted' : 'sign-in-interrupted', params: { campus: profile.name } };
  return { code: exitCodeOf(failure), failure };
}
