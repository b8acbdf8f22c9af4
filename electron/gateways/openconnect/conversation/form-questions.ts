import type { Failure } from '../../../../shared/failure.ts';
import { notOffered } from '../../../../shared/names.ts';
import { phoneWord, rings, type OwnWords } from '../../../../shared/phone-words.ts';
import type { Profile } from '../../../../shared/profile.ts';
import type { Answer, Prompt, PromptOf } from '../../../../shared/prompt.ts';
import { reachOf } from './duo.ts';
import { choiceNamed, offersRealm, promptFor } from './form-prompts.ts';
import type { ReadField, ReadForm, ReadSelect } from './forms.ts';
import type { Factor } from './second-factor.ts';
import type { TypedAnswers } from './typed-answers.ts';

interface Deps {
  profile: Profile;
  typed: TypedAnswers;
  ownWords: OwnWords;
  put(prompt: Prompt): Promise<Answer>;
  /** Returns once why the last attempt failed. The next question shows it. */
  takeFailure(): { failure?: Failure };
}

/** The part of a form that a person has to answer. */
export interface Open {
  fields: readonly ReadField[];
  selects: readonly ReadSelect[];
  /** Set if the profile names a group that no list of this form offers. */
  unoffered: Failure | null;
}

/** Asks a form's questions over a whole sign-in. It reuses earlier choices in lists and asks the person for the rest. */
export class FormQuestions {
  /** A list offered the profile's `realm`. */
  private realmTaken = false;
  /** The last question with this gateway's own fields. */
  private last: PromptOf<'fields'> | null = null;
  /** The person's answer to that question, given before the gateway asks it again. */
  private earlyAnswer: { question: string; answer: Answer } | null = null;

  constructor(private readonly deps: Deps) {}

  /** Adds known choices to `values`, and returns the lists that the person has to choose from. */
  choices(form: ReadForm, values: Map<number, string>): Pick<Open, 'selects' | 'unoffered'> {
    const { realm, protocol } = this.deps.profile;
    const selects: ReadSelect[] = [];
    let unoffered: Failure | null = null;
    const namedIn = (select: ReadSelect): string | null => (realm === undefined ? null : choiceNamed(select, realm));
    this.realmTaken ||= form.selects.some((select) => namedIn(select) !== null);
    for (const select of form.selects) {
      const before = this.deps.typed.chosenBefore(select);
      const named = namedIn(select);
      // Never choose another group than the profile names: ask the person, and say why
      const isMissing = realm !== undefined && !this.realmTaken && before === null && offersRealm(form, select, protocol);
      if (isMissing) unoffered ??= notOffered(realm, select.options);
      const chosen = before ?? named ?? (select.options.length === 1 && !isMissing ? select.options[0]?.value : null);
      // Only the person may choose what rings a phone, and each time again
      const isKnown = chosen != null && !rings({ options: select.options, group: select.isGroup }, chosen, this.deps.ownWords);
      if (isKnown) values.set(select.index, chosen);
      else selects.push(select);
    }
    return { selects, unoffered };
  }

  /** Asks for the rest and adds it to `values`. Returns the answer that rings a phone, or null. */
  async ask(form: ReadForm, { fields, selects, unoffered }: Open, values: Map<number, string>): Promise<Factor | null> {
    const { profile, typed, ownWords } = this.deps;
    const lone = form.fields.length === 1 && form.fields[0]?.role === 'user';
    const passwordFollows = lone && profile.protocol === 'anyconnect' && typed.freshPassword === null;
    const prompt = promptFor(form, { fields, selects, user: typed.user, passwordFollows });
    const answer = await this.answerTo(
      unoffered && ('selects' in prompt || prompt.kind === 'choice') ? { ...prompt, failure: unoffered } : prompt,
    );
    typed.take(answer, { fields, selects }, values);
    const word = fields
      .filter(({ role, newPassword }) => role !== 'user' && role !== 'password' && !newPassword)
      .map(({ index }) => phoneWord(values.get(index) ?? '', ownWords))
      .find((each) => each !== null);
    return word ? { kind: 'reach', ...reachOf(word, '') } : null;
  }

  /**
   * The gateway ended the sign-in after a question with its own fields. Asks that question again before anything is sent.
   * The answer is used when the same question comes. False: there was no such question.
   */
  async askAgain(): Promise<boolean> {
    const { last } = this;
    if (!last) return false;
    const answer = await this.deps.put({ ...last, ...this.deps.takeFailure() });
    this.earlyAnswer = { question: JSON.stringify(last), answer };
    return true;
  }

  private async answerTo(prompt: Prompt): Promise<Answer> {
    const { earlyAnswer } = this;
    this.earlyAnswer = null;
    if (prompt.kind === 'fields') this.last = prompt;
    if (earlyAnswer?.question === JSON.stringify(prompt)) return earlyAnswer.answer;
    return this.deps.put('fields' in prompt ? { ...prompt, ...this.deps.takeFailure() } : prompt);
  }
}
