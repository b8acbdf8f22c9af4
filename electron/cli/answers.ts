import path from 'node:path';
import { CausewayError, failureOf, type Failure } from '../../shared/failure.ts';
import { nameKey, notOffered, optionNamed, type Named } from '../../shared/names.ts';
import { answersOffer, offersPhone, reachesPhone, rings } from '../../shared/phone-words.ts';
import type { Answer, Prompt, PromptField, PromptOf, PromptSelect } from '../../shared/prompt.ts';
import { readCodesKey, type CodesKey } from '../app/sign-in/totp-key.ts';
import { readAnswersFile, type AnswersFile, type PhoneRules } from './answers-file.ts';

/** Reads a file of answers and adds the choices from the command line. Throws a `UsageError`, or `codes-key-invalid`. */
export async function readAnswers(
  file: string,
  now: () => number,
  phoneRules: PhoneRules = {},
  choose: readonly string[] = [],
): Promise<PreparedAnswers> {
  const answers = await readAnswersFile(file, phoneRules);
  return new PreparedAnswers({ ...answers, choose: [...choose, ...(answers.choose ?? [])] }, now, phoneRules);
}

/** The most codes in one run, in case a gateway asks for code after code. */
const maxCodes = 20;
/** Extra wait, since a gateway whose clock is a little behind does not accept the new code yet. */
const graceMs = 1_000;
/** Failures that do not mean that an answer was rejected. */
const notRefusals: readonly (string | undefined)[] = ['client-certificate-missing', 'choice-not-offered'];

/** Answers from a file. Each is used once: a gateway that asks again has rejected it, and a second factor is never retried automatically. */
export class PreparedAnswers {
  private readonly codes: CodesKey | null;
  private codesMade = 0;
  /** When the window of the last code ends. */
  private codeFreeAt = 0;
  /** Codes already made for a form that asks for several, while waiting for the next one. */
  private madeAhead: { prompt: Prompt | null; codes: string[] } = { prompt: null, codes: [] };
  /** Why the last question has no answer: the file or the command line names an option that it does not offer. */
  problem: Failure | null = null;
  /** The names in `choose` that a list has offered. */
  private readonly chosen = new Set<string>();
  private readonly used = new Set<string>();

  constructor(
    private readonly answers: AnswersFile,
    private readonly now: () => number,
    private readonly phoneRules: PhoneRules = {},
  ) {
    this.codes = answers.totp === undefined ? null : readCodesKey(answers.totp);
  }

  /** The answer to a prompt. Null when there is none, or when it has been used. */
  answer(prompt: Prompt): Answer | null {
    this.problem = null;
    try {
      return this.answerTo(prompt);
    } catch (error) {
      this.problem = failureOf(error);
      return null;
    }
  }

  private answerTo(prompt: Prompt): Answer | null {
    if (isRefusal(prompt)) return null;
    const missing = 'failure' in prompt && prompt.failure?.code === 'choice-not-offered' ? prompt.failure : null;
    // A chosen name is not offered: continue only if another given name is
    if (missing && !this.hasOtherChoice(prompt)) throw new CausewayError(missing);
    switch (prompt.kind) {
      case 'notice':
        return this.answers.notice === undefined ? null : { kind: 'notice', proceed: this.answers.notice === 'proceed' };
      case 'credentials':
      case 'fields': {
        const values = this.valuesOf(prompt);
        return values && { kind: prompt.kind, values };
      }
      case 'second-factor': {
        const passcode = this.passcode();
        return passcode === null ? null : { kind: 'second-factor-passcode', passcode };
      }
      case 'passcode': {
        const passcode = this.namedCode(prompt) ?? this.passcode();
        return passcode === null ? null : { kind: 'passcode', passcode };
      }
      case 'choice': {
        const isGroup = prompt.purpose === 'realm' || prompt.purpose === 'role';
        const options = prompt.options.map(({ id, label, named = id }) => ({ id, label, value: named }));
        const option = this.optionFor({ name: prompt.title ?? '', label: prompt.title ?? '', options });
        if (option === null) throw this.notOfferedError(prompt.options);
        if (option && !isGroup && offersPhone(option.label, this.phoneRules.secondFactorWords)) return null;
        return option && this.useOnce(`choice:${prompt.title ?? prompt.purpose}:${option.id}`)
          ? { kind: 'choice', option: option.id }
          : null;
      }
      case 'certificate': {
        const { certificate } = this.answers;
        return certificate === undefined
          ? null
          : { kind: 'certificate', accept: certificate.toUpperCase() === prompt.sha256.toUpperCase() };
      }
      case 'client-certificate':
        return this.clientCertificate();
      case 'proxy':
        return this.answers.proxy && this.useOnce('proxy') ? { kind: 'proxy', ...this.answers.proxy } : null;
      case 'push':
      case 'waiting':
      case 'browser':
        return null;
    }
  }

  private clientCertificate(): Answer | null {
    const { clientCertificate } = this.answers;
    if (!clientCertificate || !this.useOnce('client-certificate')) return null;
    const { file, passphrase } = clientCertificate;
    return { kind: 'client-certificate', file: path.resolve(file), ...(passphrase === undefined ? {} : { passphrase }) };
  }

  private passcode(): string | null {
    const { passcode } = this.answers;
    if (passcode !== undefined && this.useOnce('passcode')) return passcode;
    return this.madeAhead.codes.shift() ?? this.newCode();
  }

  private newCode(): string | null {
    const now = this.now();
    if (!this.codes || this.codesMade >= maxCodes || now < this.codeFreeAt) return null;
    this.codesMade += 1;
    this.codeFreeAt = windowEnd(now, this.codes);
    return this.codes.codeAt(now);
  }

  /**
   * When the key in the file can make the next code for this question, if it cannot now: a campus accepts each code once.
   * Null when there is nothing to wait for. A form with several code fields needs one code from each window: call this
   * again until it returns null.
   */
  codeAt(prompt: Prompt): number | null {
    if (this.madeAhead.prompt !== prompt) this.madeAhead = { prompt, codes: [] };
    if (!this.codes || isRefusal(prompt)) return null;
    const hasOther = this.answers.passcode !== undefined && !this.used.has('passcode');
    const missing = this.codesFor(prompt) - (hasOther ? 1 : 0) - this.madeAhead.codes.length;
    if (missing <= 0 || this.codesMade + missing > maxCodes) return null;
    if (this.now() < this.codeFreeAt) return this.codeFreeAt + graceMs;
    // A single code is made when it is used
    const code = missing === 1 ? null : this.newCode();
    if (code === null) return null;
    this.madeAhead.codes.push(code);
    return this.codeFreeAt + graceMs;
  }

  /** How many codes a question needs that no other answer in the file covers. */
  private codesFor(prompt: Prompt): number {
    if (prompt.kind === 'second-factor') return 1;
    if (prompt.kind === 'passcode') {
      const fieldValue = prompt.label === undefined ? undefined : this.field(prompt.label);
      return fieldValue === undefined || this.used.has(`field:${prompt.label}`) ? 1 : 0;
    }
    return 'fields' in prompt ? prompt.fields.filter((field) => field.code === true && this.valueOf(field) === undefined).length : 0;
  }

  /** The named choices in the lists of a question, whether the file or a person answers its fields. Fails with `choice-not-offered`. */
  choicesIn(selects: readonly PromptSelect[]): Map<string, string> {
    const values = new Map<string, string>();
    const open: PromptSelect[] = [];
    for (const select of selects) {
      const options = select.options.map(({ value, label, named = value }) => ({ id: value, label, value: named }));
      const option = this.optionFor({ ...select, options });
      if (option) values.set(select.name, option.id);
      else if (option === null) open.push(select);
    }
    const [first] = open;
    // The name may be for another list of the same form
    if (first && this.unusedChoice !== undefined) throw this.notOfferedError(first.options);
    return values;
  }

  /** Whether the prompt offers another one of the given names. */
  private hasOtherChoice(prompt: Prompt): boolean {
    const lists = prompt.kind === 'choice' ? [prompt.options] : 'selects' in prompt ? prompt.selects.map(({ options }) => options) : [];
    const names = [...(this.answers.choose ?? []), ...Object.values(this.answers.fields ?? {})];
    return lists.some((options) =>
      names.some(
        (name) =>
          optionNamed(
            options.map(({ label, named = label }) => ({ label, value: named })),
            name,
          ) !== null,
      ),
    );
  }

  /** The option that is named for a list. Null: names are given, but the list offers none of them. Undefined: no name is given. */
  private optionFor<T extends Named>({
    name,
    label,
    options,
  }: {
    name: string;
    label: string;
    options: readonly T[];
  }): T | null | undefined {
    const fieldValue = this.field(label) ?? this.field(name);
    if (fieldValue !== undefined) {
      const option = optionNamed(options, fieldValue);
      if (!option) throw new CausewayError(notOffered(fieldValue, options));
      return option;
    }
    for (const each of this.answers.choose ?? []) {
      const option = optionNamed(options, each);
      if (!option) continue;
      this.chosen.add(each);
      return option;
    }
    return this.unusedChoice === undefined ? undefined : null;
  }

  /** The first name in `choose` that no list has offered yet. */
  private get unusedChoice(): string | undefined {
    return this.answers.choose?.find((each) => !this.chosen.has(each));
  }

  private notOfferedError(options: readonly { label: string }[]): CausewayError {
    return new CausewayError(notOffered(this.unusedChoice ?? '', options));
  }

  /** A value in `fields`. Names are compared by their `nameKey`. */
  private field(name: string): string | undefined {
    const { fields = {} } = this.answers;
    if (name === '') return undefined;
    if (Object.hasOwn(fields, name)) return fields[name];
    const wanted = nameKey(name);
    return Object.entries(fields).find(([key]) => nameKey(key) === wanted)?.[1];
  }

  /** The file's passcode for the question with this label. */
  private namedCode({ label, message = '' }: PromptOf<'passcode'>): string | null {
    const named = label === undefined ? undefined : this.field(label);
    return named !== undefined &&
      !this.isMenuNumber(named) &&
      !this.isOffer(`${message}\n${label}`, named) &&
      this.useOnce(`field:${label}`)
      ? named
      : null;
  }

  private isMenuNumber(value: string): boolean {
    return reachesPhone(value, this.phoneRules.secondFactorWords);
  }

  private isOffer(question: string, value: string): boolean {
    return answersOffer(question, value, this.phoneRules.secondFactorWords);
  }

  private valuesOf(prompt: PromptOf<'credentials' | 'fields'>): Record<string, string> | null {
    const { fields, selects, message = '' } = prompt;
    const values: Record<string, string> = {};
    const usedSecrets: string[] = [];
    const choices = this.choicesIn(selects);
    const own = this.phoneRules.secondFactorWords;
    const isMenu = /^\s{0,20}\d{1,2}[.):]/m.test(message);
    // What stands above a name and a password is not about them
    const about = prompt.kind === 'fields' ? message : '';
    for (const field of fields) {
      const value = this.valueOf(field) ?? (field.code ? this.passcode() : null) ?? field.value;
      if (value === undefined || ((field.code || isMenu) && this.isMenuNumber(value))) return null;
      if (this.isOffer(`${about}\n${field.label ?? ''}`, value)) return null;
      values[field.name] = value;
      if (field.secret) usedSecrets.push(`field:${field.label ?? field.name}`);
    }
    for (const select of selects) {
      const value = choices.get(select.name) ?? select.value ?? (select.options.length === 1 ? select.options[0]?.value : undefined);
      if (value === undefined || rings(select, value, own)) return null;
      values[select.name] = value;
    }
    // A gateway that asks for a secret again has rejected it, whatever else it asks for
    return usedSecrets.every((each) => this.useOnce(each)) && (usedSecrets.length > 0 || this.isFirstTime(prompt)) ? values : null;
  }

  /** False when a form without secrets comes again: that is how a gateway says no. */
  private isFirstTime({ fields, message = '' }: PromptOf<'credentials' | 'fields'>): boolean {
    return this.useOnce(`form:${message}\n${fields.map(({ name, label = '' }) => `${name}\n${label}`).join('\n\n')}`);
  }

  private valueOf({ name, label }: PromptField): string | undefined {
    const { user, password } = this.answers;
    const fieldValue = (label === undefined ? undefined : this.field(label)) ?? this.field(name);
    if (fieldValue !== undefined) return fieldValue;
    return name === 'user' ? user : name === 'password' ? password : undefined;
  }

  private useOnce(what: string): boolean {
    if (this.used.has(what)) return false;
    this.used.add(what);
    return true;
  }
}

/** Whether the gateway rejected the last answer. That something is missing or not offered does not count. */
const isRefusal = (prompt: Prompt): boolean =>
  'failure' in prompt && prompt.failure !== undefined && !notRefusals.includes(prompt.failure.code);

const windowEnd = (at: number, { periodMs }: CodesKey): number => (Math.floor(at / periodMs) + 1) * periodMs;
