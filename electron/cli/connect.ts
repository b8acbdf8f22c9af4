import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { holdsSession, type AccessState, type AccessStateOf } from '../../shared/access-state.ts';
import { CausewayError, fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptKind, PromptSelect } from '../../shared/prompt.ts';
import { pathOfArgument } from '../app/file-argument.ts';
import { findCampuses } from '../app/profiles/campus-search.ts';
import type { ShippedCampus } from '../storage/campuses.ts';
import { readProfileFile } from '../storage/profile-file.ts';
import { atMost } from '../net/deadline.ts';
import type { PreparedAnswers } from './answers.ts';
import { UsageError } from './arguments.ts';
import { exitCode, exitCodeOf, failureIn, type ExitCode } from './exit-codes.ts';
import { askInTerminal, waitingLines, type HeldAnswer } from './questions.ts';
import type { Report } from './report.ts';
import type { SessionClient } from './session-client.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/** How long the run waits for the session to disconnect before it ends. */
const disconnectTimeoutMs = 5_000;

export interface Attempt {
  client: SessionClient;
  profile: Profile;
  /** The command did not name the campus. */
  quick: boolean;
  answers: PreparedAnswers | null;
  terminal: Terminal | null;
  report: Report;
  localizer: TerminalLocalizer;
  now: () => number;
  /** Calls back at Ctrl-C, a hang-up or a request to stop. Returns a function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}

export interface Outcome {
  code: ExitCode;
  failure: Failure | null;
  /** Shown instead of the failure's sentences. */
  says?: string;
}

/** Where a command finds the profile that it names. */
export interface ProfileSources {
  known: readonly Profile[];
  /** The campuses that ship with Causeway. */
  campuses: () => Promise<readonly ShippedCampus[]>;
}

/**
 * The profile that the command names: a saved one, one in a file, or one that ships with Causeway, by the whole name of its
 * campus, its web address or an e-mail address there. The last two are used as they are and not saved. A saved profile of the
 * same id counts more than the one that ships.
 */
export async function profileFor(
  { profile: name }: { profile: string },
  { known, campuses }: ProfileSources,
  report: Pick<Report, 'failure'>,
): Promise<Profile> {
  const found = known.find(({ id }) => id === name);
  if (found) return found;
  const isFile = existsSync(name) || name.endsWith('.causeway');
  const shipped = isFile ? [] : await campuses();
  const byId = shipped.filter(({ read }) => read.profile.id === name);
  const [campus, ...others] = byId.length > 0 ? byId : findCampuses(name, shipped, { whole: true });
  if (campus && others.length > 0) {
    const ids = [campus, ...others].map(({ read }) => `${read.profile.name}: ${read.profile.id}`).join('; ');
    throw new UsageError('severalCampuses', { ids });
  }
  if (campus) return shippedProfile(campus, known, report);
  const file = pathOfArgument(name);
  if (file === null) throw fail('profile-file-missing', { file: name.slice(0, 300) });
  if (!file.endsWith('.causeway') && !file.includes('/') && !file.includes(path.sep) && !existsSync(file))
    throw fail('profile-none', { address: name });
  const { profile, dropped } = await readProfileFile(file);
  if (dropped.length > 0) report.failure({ code: 'profile-dropped', params: { file: path.basename(file), key: dropped.join(', ') } });
  return profile;
}

/** The profile of a campus that ships with Causeway. Reports that nobody has signed in with it, if nobody has. */
function shippedProfile(
  { read: { profile }, signedIn }: ShippedCampus,
  known: readonly Profile[],
  report: Pick<Report, 'failure'>,
): Profile {
  const saved = known.find(({ id }) => id === profile.id);
  if (saved) return saved;
  if (signedIn === null) report.failure({ code: 'profile-untried', params: { campus: profile.name } });
  return profile;
}

/** Connects and stays until the session ends. Resolves with how it ended. */
export async function converse(attempt: Attempt): Promise<Outcome> {
  const { client, profile, report } = attempt;
  const conversation = new Conversation(attempt);
  const off = [
    client.onAccess((access) => conversation.onAccess(access)),
    client.onNotice((failure) => report.failure(failure)),
    attempt.onInterrupt(() => conversation.leave()),
  ];
  try {
    for (const { failure } of client.notices) report.failure(failure);
    await client.connect(profile, attempt.terminal !== null, attempt.quick);
    return await Promise.race([conversation.outcome, client.lost.then(() => lostOutcome(client.access, profile))]);
  } finally {
    conversation.close();
    for (const stop of off) stop();
  }
}

/** The questions and answers of one attempt, from the first state that is not idle to the next idle one. */
class Conversation {
  readonly outcome: Promise<Outcome>;
  private settle: (outcome: Outcome) => void = () => undefined;
  private started = false;
  private open: { id: string; withdraw: AbortController } | null = null;
  private lastAsked: PromptKind | null = null;
  /** The outcome if this run ended the attempt itself. */
  private ownOutcome: Outcome | null = null;
  private leaving = false;

  constructor(private readonly attempt: Attempt) {
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  onAccess(access: AccessState): void {
    // Until then it is the end of an attempt that nobody asked for
    this.started ||= access.kind === 'checking';
    if (!this.started) return;
    if (access.kind === 'idle') {
      this.settle(this.ownOutcome ?? { code: exitCodeOf(access.ending, this.lastAsked), failure: access.ending });
      return;
    }
    this.attempt.report.state(access);
    if (access.kind !== 'asking' || access.promptId !== this.open?.id) this.withdraw();
    if (access.kind === 'asking' && !access.answered && !this.open) void this.ask(access);
  }

  /** Disconnects and then ends. At a second Ctrl-C the caller exits at once. */
  leave(outcome: Outcome = { code: exitCode.requested, failure: null }): void {
    this.ownOutcome ??= outcome;
    if (this.leaving) return;
    this.leaving = true;
    void atMost(disconnectTimeoutMs, this.attempt.client.disconnect()).then(() => this.settle(this.ownOutcome ?? outcome));
  }

  close(): void {
    this.withdraw();
  }

  private withdraw(): void {
    this.open?.withdraw.abort();
    this.open = null;
  }

  /** Never rejects: a question that cannot be answered ends the attempt. */
  private async ask(access: AccessStateOf<'asking'>): Promise<void> {
    const { prompt, promptId: id } = access;
    const { report, client } = this.attempt;
    const open = { id, withdraw: new AbortController() };
    this.open = open;
    const failure = failureIn(access);
    const number = prompt.kind === 'push' ? prompt.number : undefined;
    const until = prompt.kind === 'waiting' ? prompt.until : undefined;
    const says = messageOnly(prompt);
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
      if (answer.kind === 'held-passcode') await client.answerHeld(id);
      else await client.answer({ id, prompt }, answer, typed);
    } catch (error) {
      const why = failureOf(error);
      // The question was withdrawn, or answered elsewhere a moment before: the next state follows
      if (open.withdraw.signal.aborted || why.code === 'not-now') return;
      if (error instanceof UsageError)
        this.leave(this.unanswered(failure, prompt.kind, error.sentence(this.attempt.localizer.commandLine.usage)));
      else this.leave({ code: exitCodeOf(why, prompt.kind), failure: why.code === 'cancelled' ? null : why });
    }
  }

  private wait(until: number): string {
    const { localizer, terminal, now } = this.attempt;
    const { codeWaiting, codeOrYours } = localizer.commandLine.ask;
    const wait = localizer.format(codeWaiting, { count: Math.max(1, Math.ceil((until - now()) / 1000)) });
    return terminal ? wait + localizer.gap + codeOrYours : wait;
  }

  private async answerTo(
    { prompt, autoAnswerAt }: AccessStateOf<'asking'>,
    signal: AbortSignal,
  ): Promise<{ answer: Answer | HeldAnswer; typed: boolean }> {
    const { client, terminal, profile, report, localizer, now } = this.attempt;
    const prepared = await this.preparedFor(prompt, signal);
    if (prepared) {
      const says = messageOnly(prompt);
      if (says !== undefined) report.say(says);
      return { answer: prepared, typed: false };
    }
    // Nothing to do here: a person has sent a push elsewhere, a saved key will answer, or the gateway will continue
    if ((prompt.kind === 'push' || prompt.kind === 'waiting' || autoAnswerAt !== undefined) && !terminal) {
      for (const line of waitingLines(prompt, localizer, now())) report.say(line);
      return new Promise(() => undefined);
    }
    // A terminal can lead to a sign-in in the person's own browser, but not to one that needs our window
    if (prompt.kind === 'browser' && !(prompt.where === 'own' && terminal)) {
      throw fail('app-needed');
    }
    if (!terminal) {
      const fields = 'fields' in prompt ? prompt.fields.map(({ label, name }) => label ?? name).join(', ') : '';
      const about = 'title' in prompt && prompt.title !== undefined ? prompt.title : fields;
      const what = about === '' ? prompt.kind : `${prompt.kind}: ${about}`;
      throw new UsageError('unanswered', { what });
    }
    const chosen = 'selects' in prompt ? this.chosenIn(prompt.selects) : new Map<string, string>();
    return {
      answer: await askInTerminal(prompt, { terminal, localizer, labels: profile.labels, now, signal, held: client.heldPasscode, chosen }),
      typed: true,
    };
  }

  /** The answer from the file. Without a terminal, a name that is not offered ends the attempt. */
  private async preparedFor(prompt: Prompt, signal: AbortSignal): Promise<Answer | null> {
    const { answers, terminal, report } = this.attempt;
    if (!answers) return null;
    for (let at = answers.codeAt(prompt); at !== null; at = answers.codeAt(prompt)) await this.waitForCode(at, signal);
    const answer = answers.answer(prompt);
    const { problem } = answers;
    if (problem === null) return answer;
    if (!terminal) throw new CausewayError(problem);
    // A question with a failure of its own already says why it is asked
    if (!('failure' in prompt && prompt.failure)) report.failure(problem);
    return null;
  }

  /** Reports that it waits for the next code, and waits. Rejects when the question is withdrawn or the run ends. */
  private async waitForCode(at: number, signal: AbortSignal): Promise<void> {
    const { report, localizer, now } = this.attempt;
    const ms = Math.max(0, at - now());
    report.say(localizer.format(localizer.commandLine.ask.codeWaiting, { count: Math.max(1, Math.ceil(ms / 1000)) }));
    if (this.open) report.event({ event: 'prompt', id: this.open.id, kind: 'passcode', autoAnswerAt: at });
    await setTimeout(ms, undefined, { signal });
  }

  private chosenIn(selects: readonly PromptSelect[]): Map<string, string> {
    try {
      return this.attempt.answers?.choicesIn(selects) ?? new Map<string, string>();
    } catch {
      return new Map(); // already reported: the person chooses
    }
  }

  /** The outcome when there is no answer: the failure of the last answer, or else wrong usage. */
  private unanswered(failure: Failure | null, kind: PromptKind, says: string): Outcome {
    return failure ? { code: exitCodeOf(failure, kind), failure } : { code: exitCode.usage, failure: null, says };
  }
}

/** The message of a prompt that asks for nothing. */
function messageOnly(prompt: Prompt): string | undefined {
  if (prompt.kind === 'push') return prompt.message;
  return prompt.kind === 'fields' && prompt.fields.length === 0 && prompt.selects.length === 0 ? prompt.message : undefined;
}

/** The outcome when the app quit or was killed, which ended its session. */
function lostOutcome(access: AccessState, profile: Profile): Outcome {
  const up = holdsSession(access);
  const failure: Failure = { code: up ? 'session-interrupted' : 'sign-in-interrupted', params: { campus: profile.name } };
  return { code: exitCodeOf(failure), failure };
}
