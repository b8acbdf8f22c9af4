import type { Failure } from '../../../../shared/failure.ts';
import { appendedWord, joiningOf, phoneWord, type Joining, type OwnWords } from '../../../../shared/phone-words.ts';
import type { Profile } from '../../../../shared/profile.ts';
import type { Answer, FactorDevice, Prompt } from '../../../../shared/prompt.ts';
import { reachOf, wordDevice } from './duo.ts';
import type { ReadField, ReadForm } from './forms.ts';
import { chooseFactor, type Factor, type FactorStart } from './second-factor.ts';

/** What the second factor needs of the sign-in that it is part of. */
export interface FactorDeps {
  profile: Pick<Profile, 'append' | 'secondFactorWords'>;
  put(prompt: Prompt): Promise<Answer>;
  /** Why the last try did not work, once: it is told with the next question. */
  takeFailure(): { failure?: Failure };
  signal: AbortSignal;
}

/** What a field for a code is called: ours where the gateway calls it a password, as ocserv does, which a person would type. */
const codeLabel = (label: string): string => (/^(pass ?word|密[碼码]|palavra-passe|senha)[\s:：]*$/iu.test(label) ? '' : label);

/** How a sign-in asks for its second factor, wherever the gateway's forms have it. */
export class Factors {
  /** Where the next choice begins. */
  start: FactorStart = 'choose';
  /** The question that was asked last, outside the password's own form. */
  private last: { question: string; ask: () => Promise<Factor> } | null = null;
  /** What the person has answered already for a question that comes again. */
  private held: { question: string; factor: Factor } | null = null;

  constructor(private readonly deps: FactorDeps) {}

  get ownWords(): OwnWords {
    return this.deps.profile.secondFactorWords ?? {};
  }

  get joining(): Joining {
    return joiningOf(this.deps.profile.append);
  }

  /** One line of a numbered menu, or a code. */
  menu(form: ReadForm, devices: readonly FactorDevice[]): Promise<Factor> {
    return this.once(questionOf(form), () => this.choose(devices, true));
  }

  /** The second password of a gateway that takes words. */
  word(): Promise<Factor> {
    return this.choose(wordDevice(), false);
  }

  /** A form that asks for a code and for nothing else. */
  code(form: ReadForm, field: ReadField): Promise<Factor> {
    return this.once(questionOf(form), () => this.askCode(form.message || form.title, codeLabel(field.label)));
  }

  /** A field for a code beside the password's: it has a screen of its own. */
  codeBeside(field: ReadField): Promise<Factor> {
    return this.askCode(field.label, '');
  }

  /** The password with what follows it in its own field, joined as this campus does. */
  async append(password: string): Promise<{ value: string; factor: Factor }> {
    const { separator, order } = this.joining;
    // The person has typed it together with a word: that is what they want
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
   * The gateway ended the sign-in after a second factor. Asks its question once more, before anything is sent anew; the
   * answer waits for that very question. False: there was none to ask.
   */
  async askAgain(): Promise<boolean> {
    const { last } = this;
    if (!last) return false;
    this.held = { question: last.question, factor: await last.ask() };
    return true;
  }

  private async once(question: string, ask: () => Promise<Factor>): Promise<Factor> {
    const { held } = this;
    this.held = null;
    this.last = { question, ask };
    return held?.question === question ? held.factor : ask();
  }

  private choose(devices: readonly FactorDevice[], isMenu: boolean): Promise<Factor> {
    const { start, ownWords: own, deps } = this;
    this.start = 'choose';
    const { failure = null } = deps.takeFailure();
    return chooseFactor((prompt) => deps.put(prompt), { devices, isMenu, own, start, failure, signal: deps.signal });
  }

  private async askCode(message: string, label: string): Promise<Factor> {
    for (;;) {
      const words = { ...(message && { message }), ...(label && { label }) };
      const answer = await this.deps.put({ kind: 'passcode', lengths: [], only: true, ...words, ...this.deps.takeFailure() });
      // There is no other way here than a code: asked for one, the same question again
      if (answer.kind !== 'passcode') continue;
      const { passcode } = answer;
      const word = phoneWord(passcode, this.ownWords);
      return word ? { kind: 'reach', ...reachOf(word, ''), id: passcode } : { kind: 'passcode', passcode };
    }
  }
}

/** Which question it is: its form, its field, and its words. */
const questionOf = ({ signature, message, fields }: ReadForm): string =>
  JSON.stringify([signature, message, fields.map(({ name, label }) => [name, label])]);
