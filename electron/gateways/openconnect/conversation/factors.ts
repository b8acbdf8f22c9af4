import type { Failure } from '../../../../shared/failure.ts';
import { appendedWord, joiningOf, phoneWord, type Joining, type OwnWords } from '../../../../shared/phone-words.ts';
import type { Profile } from '../../../../shared/profile.ts';
import type { Answer, FactorDevice, Prompt } from '../../../../shared/prompt.ts';
import { reachOf, wordDevice } from './duo.ts';
import type { ReadField, ReadForm } from './forms.ts';
import { chooseFactor, type Factor, type FactorStart } from './second-factor.ts';

/** What {@link Factors} needs from the sign-in. */
export interface FactorDeps {
  profile: Pick<Profile, 'append' | 'secondFactorWords'>;
  put(prompt: Prompt): Promise<Answer>;
  /** Returns once why the last attempt failed. The next question shows it. */
  takeFailure(): { failure?: Failure };
  signal: AbortSignal;
}

/** The label of a code field. '' (our own label) if the gateway calls it a password, as ocserv does: people would type theirs. */
const codeLabel = (label: string): string => (/^(pass ?word|密[碼码]|palavra-passe|senha)[\s:：]*$/iu.test(label) ? '' : label);

/** Asks for the second factor of a sign-in, in whatever form the gateway takes it. */
export class Factors {
  /** Where the next question starts. */
  start: FactorStart = 'choose';
  /** The last question, unless it was part of the password's form. */
  private last: { question: string; ask: () => Promise<Factor> } | null = null;
  /** The person's answer to that question, given before the gateway asks it again. */
  private earlyAnswer: { question: string; factor: Factor } | null = null;

  constructor(private readonly deps: FactorDeps) {}

  get ownWords(): OwnWords {
    return this.deps.profile.secondFactorWords ?? {};
  }

  get joining(): Joining {
    return joiningOf(this.deps.profile.append);
  }

  /** Asks for a line of a numbered menu, or a code. */
  menu(form: ReadForm, devices: readonly FactorDevice[]): Promise<Factor> {
    return this.once(questionOf(form), () => this.choose(devices, true));
  }

  /** Asks for the second password of a gateway that takes words. */
  word(): Promise<Factor> {
    return this.choose(wordDevice(), false);
  }

  /** Asks for the code of a form that wants nothing else. */
  code(form: ReadForm, field: ReadField): Promise<Factor> {
    return this.once(questionOf(form), () => this.askCode(form.message || form.title, codeLabel(field.label)));
  }

  /** Asks for the code of a field beside the password's, on a screen of its own. */
  codeBeside(field: ReadField): Promise<Factor> {
    return this.askCode(field.label, '');
  }

  /** Asks for the second factor that goes into the password's field, and joins the two as this campus does. */
  async append(password: string): Promise<{ value: string; factor: Factor }> {
    const { separator, order } = this.joining;
    // The person already typed a word after the password: use that
    const word = appendedWord(password, this.joining, this.ownWords);
    if (word) {
      this.deps.takeFailure();
      return { value: password, factor: { kind: 'reach', ...reachOf(word, '') } };
    }
    const factor = await this.word();
    // Duo's push is the password alone
    const second = factor.kind === 'passcode' ? factor.passcode : factor.id === 'push' ? null : factor.id;
    if (second === null) return { value: password, factor };
    const parts = { 'password-first': [password, second], 'passcode-first': [second, password] };
    return { value: parts[order].join(separator), factor };
  }

  /**
   * The gateway ended the sign-in after a second factor. Asks that question again before anything is sent. The answer is
   * used when the same question comes. False: there was no such question.
   */
  async askAgain(): Promise<boolean> {
    const { last } = this;
    if (!last) return false;
    this.earlyAnswer = { question: last.question, factor: await last.ask() };
    return true;
  }

  private async once(question: string, ask: () => Promise<Factor>): Promise<Factor> {
    const { earlyAnswer } = this;
    this.earlyAnswer = null;
    this.last = { question, ask };
    return earlyAnswer?.question === question ? earlyAnswer.factor : ask();
  }

  private choose(devices: readonly FactorDevice[], isMenu: boolean): Promise<Factor> {
    const { start, ownWords: own, deps } = this;
    this.start = 'choose';
    const { failure = null } = deps.takeFailure();
    return chooseFactor((prompt) => deps.put(prompt), { devices, isMenu, own, start, failure, signal: deps.signal });
  }

  private async askCode(message: string, label: string): Promise<Factor> {
    for (;;) {
      const texts = { ...(message && { message }), ...(label && { label }) };
      const answer = await this.deps.put({ kind: 'passcode', lengths: [], only: true, ...texts, ...this.deps.takeFailure() });
      // Only a code works here: if the person asks for another method, ask again
      if (answer.kind !== 'passcode') continue;
      const { passcode } = answer;
      const word = phoneWord(passcode, this.ownWords);
      return word ? { kind: 'reach', ...reachOf(word, ''), id: passcode } : { kind: 'passcode', passcode };
    }
  }
}

/** Identifies a question: its form, its fields and its text. */
const questionOf = ({ signature, message, fields }: ReadForm): string =>
  JSON.stringify([signature, message, fields.map(({ name, label }) => [name, label])]);
