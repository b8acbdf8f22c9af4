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
  /** Why the last try did not work, once: it is told with the next question. */
  takeFailure(): { failure?: Failure };
}

/** What is left of a form to ask a person. */
export interface Open {
  fields: readonly ReadField[];
  selects: readonly ReadSelect[];
  /** The profile names a group that no list of this form has. */
  unoffered: Failure | null;
}

/** Forms as questions, over a whole sign-in: what is chosen already in their lists, and what the person answers to the rest. */
export class FormQuestions {
  /** A list has offered what the profile's `realm` names. */
  private realmTaken = false;
  /** What only this gateway asks, as it was asked last, and what the person has answered already for when it comes again. */
  private last: PromptOf<'fields'> | null = null;
  private held: { question: string; answer: Answer } | null = null;

  constructor(private readonly deps: Deps) {}

  /** Adds what is known for a form's lists to `values`; gives the lists that a person has to choose from. */
  choices(form: ReadForm, values: Map<number, string>): Pick<Open, 'selects' | 'unoffered'> {
    const { realm, protocol } = this.deps.profile;
    const selects: ReadSelect[] = [];
    let unoffered: Failure | null = null;
    const namedIn = (select: ReadSelect): string | null => (realm === undefined ? null : choiceNamed(select, realm));
    this.realmTaken ||= form.selects.some((select) => namedIn(select) !== null);
    for (const select of form.selects) {
      const before = this.deps.typed.chosenBefore(select);
      const named = namedIn(select);
      // Nobody is let in to another group than the profile names: the person is asked, and told why
      const isMissing = realm !== undefined && !this.realmTaken && before === null && offersRealm(form, select, protocol);
      if (isMissing) unoffered ??= notOffered(realm, select.options);
      const chosen = before ?? named ?? (select.options.length === 1 && !isMissing ? select.options[0]?.value : null);
      // A way to confirm that has a phone ring is chosen by the person, each time anew
      const isKnown = chosen != null && !rings({ options: select.options, group: select.isGroup }, chosen, this.deps.ownWords);
      if (isKnown) values.set(select.index, chosen);
      else selects.push(select);
    }
    return { selects, unoffered };
  }

  /** Asks for the rest, adds it to `values`, and tells what of it has a phone ring. */
  async ask(form: ReadForm, { fields, selects, unoffered }: Open, values: Map<number, string>): Promise<Factor | null> {
    const { profile, typed, ownWords } = this.deps;
    const lone = form.fields.length === 1 && form.fields[0]?.role === 'user';
    const passwordFollows = lone && profile.protocol === 'anyconnect' && typed.freshPassword === null;
    const prompt = promptFor(form, { fields, selects, user: typed.user, passwordFollows });
    const answer = await this.answerTo(unoffered && 'selects' in prompt ? { ...prompt, failure: unoffered } : prompt);
    typed.take(answer, { fields, selects }, values);
    const word = fields
      .filter(({ role, newPassword }) => role !== 'user' && role !== 'password' && !newPassword)
      .map(({ index }) => phoneWord(values.get(index) ?? '', ownWords))
      .find((each) => each !== null);
    return word ? { kind: 'reach', ...reachOf(word, '') } : null;
  }

  /**
   * The gateway ended the sign-in after what only it asks. Asks that once more, before anything is sent anew; the answer waits
   * for that very question. False: there was none.
   */
  async askAgain(): Promise<boolean> {
    const { last } = this;
    if (!last) return false;
    const answer = await this.deps.put({ ...last, ...this.deps.takeFailure() });
    this.held = { question: JSON.stringify(last), answer };
    return true;
  }

  private async answerTo(prompt: Prompt): Promise<Answer> {
    const { held } = this;
    this.held = null;
    if (prompt.kind === 'fields') this.last = prompt;
    if (held?.question === JSON.stringify(prompt)) return held.answer;
    return this.deps.put('fields' in prompt ? { ...prompt, ...this.deps.takeFailure() } : prompt);
  }
}
