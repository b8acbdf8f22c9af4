import path from 'node:path';
import { CausewayError, failureOf, type Failure } from '../../shared/failure.ts';
import { nameKey, notOffered, optionNamed, type Named } from '../../shared/names.ts';
import { offersPhone, reachesPhone, rings } from '../../shared/phone-words.ts';
import type { Answer, Prompt, PromptField, PromptOf, PromptSelect } from '../../shared/prompt.ts';
import { readCodesKey, type CodesKey } from '../app/sign-in/totp-key.ts';
import { readAnswersFile, type AnswersFile, type PhoneWays } from './answers-file.ts';

/** Reads a file of answers that is this person's alone, with what the command line chooses besides. Throws a `UsageError`, or `codes-key-invalid`. */
export async function readAnswers(
  file: string,
  now: () => number,
  ways: PhoneWays = {},
  choose: readonly string[] = [],
): Promise<PreparedAnswers> {
  const answers = await readAnswersFile(file, ways);
  return new PreparedAnswers({ ...answers, choose: [...choose, ...(answers.choose ?? [])] }, now, ways);
}

/** A gateway that asks for code after code gets no more of them. */
const maxCodes = 20;
/** A gateway whose clock is a little behind does not know the new code yet. */
const graceMs = 1_000;
/** These say nothing against an answer that was given. */
const notRefused: readonly (string | undefined)[] = ['client-certificate-missing', 'choice-not-offered'];

/** Answers from a file. Each is given once: a gateway that asks again did not like it, and a second factor is never tried again by itself. */
export class PreparedAnswers {
  private readonly codes: CodesKey | null;
  private codesMade = 0;
  /** When the window of the last code ends. */
  private codeFreeAt = 0;
  /** Codes made already for a form that asks for several, while the next one is waited for. */
  private drawn: { prompt: Prompt | null; codes: string[] } = { prompt: null, codes: [] };
  /** Why the last question has no answer here, where a name is given that it does not offer. */
  problem: Failure | null = null;
  /** Names of `choose` that were offered by a list. */
  private readonly chosen = new Set<string>();
  private readonly used = new Set<string>();

  constructor(
    private readonly answers: AnswersFile,
    private readonly now: () => number,
    private readonly ways: PhoneWays = {},
  ) {
    this.codes = answers.totp === undefined ? null : readCodesKey(answers.totp);
  }

  /** The answer to a prompt, or null where there is none, or it has been given already. */
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
    // A name that somebody gave is not offered: only another one that is given goes on from there
    if (missing && !this.choosesIn(prompt)) throw new CausewayError(missing);
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
        const option = this.named({ name: prompt.title ?? '', label: prompt.title ?? '', options });
        if (option === null) throw this.unoffered(prompt.options);
        if (option && !isGroup && offersPhone(option.label, this.ways.secondFactorWords)) return null;
        return option && this.once(`choice:${prompt.title ?? prompt.purpose}:${option.id}`) ? { kind: 'choice', option: option.id } : null;
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
        return this.answers.proxy && this.once('proxy') ? { kind: 'proxy', ...this.answers.proxy } : null;
      case 'push':
      case 'waiting':
      case 'browser':
        return null;
    }
  }

  private clientCertificate(): Answer | null {
    const { clientCertificate } = this.answers;
    if (!clientCertificate || !this.once('client-certificate')) return null;
    const { file, passphrase } = clientCertificate;
    return { kind: 'client-certificate', file: path.resolve(file), ...(passphrase === undefined ? {} : { passphrase }) };
  }

  private passcode(): string | null {
    const { passcode } = this.answers;
    if (passcode !== undefined && this.once('passcode')) return passcode;
    return this.drawn.codes.shift() ?? this.newCode();
  }

  private newCode(): string | null {
    const now = this.now();
    if (!this.codes || this.codesMade >= maxCodes || now < this.codeFreeAt) return null;
    this.codesMade += 1;
    this.codeFreeAt = windowEnd(now, this.codes);
    return this.codes.codeAt(now);
  }

  /**
   * When the key of the file has a new code for this question, where it has none now: a campus takes each once. Null: nothing to
   * wait for. A form with several fields for codes gets one of each window, so that this is asked until there is nothing more.
   */
  codeAt(prompt: Prompt): number | null {
    if (this.drawn.prompt !== prompt) this.drawn = { prompt, codes: [] };
    if (!this.codes || isRefusal(prompt)) return null;
    const hasOther = this.answers.passcode !== undefined && !this.used.has('passcode');
    const missing = this.codesFor(prompt) - (hasOther ? 1 : 0) - this.drawn.codes.length;
    if (missing <= 0 || this.codesMade + missing > maxCodes) return null;
    if (this.now() < this.codeFreeAt) return this.codeFreeAt + graceMs;
    // The only one is made when it is given
    const code = missing === 1 ? null : this.newCode();
    if (code === null) return null;
    this.drawn.codes.push(code);
    return this.codeFreeAt + graceMs;
  }

  /** How many codes a question asks for that no other answer of the file is for. */
  private codesFor(prompt: Prompt): number {
    if (prompt.kind === 'second-factor') return 1;
    if (prompt.kind === 'passcode') {
      const given = prompt.label === undefined ? undefined : this.field(prompt.label);
      return given === undefined || this.used.has(`field:${prompt.label}`) ? 1 : 0;
    }
    return 'fields' in prompt ? prompt.fields.filter((field) => field.code === true && this.valueOf(field) === undefined).length : 0;
  }

  /** What is chosen by name in the lists of a question, whoever answers its fields. Fails with `choice-not-offered`. */
  choicesIn(selects: readonly PromptSelect[]): Map<string, string> {
    const values = new Map<string, string>();
    const open: PromptSelect[] = [];
    for (const select of selects) {
      const options = select.options.map(({ value, label, named = value }) => ({ id: value, label, value: named }));
      const option = this.named({ ...select, options });
      if (option) values.set(select.name, option.id);
      else if (option === null) open.push(select);
    }
    const [first] = open;
    // Another list of the same form may have been the one that was meant
    if (first && this.unused !== undefined) throw this.unoffered(first.options);
    return values;
  }

  /** Whether another name than the one that is missing is given here. */
  private choosesIn(prompt: Prompt): boolean {
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

  /** The option that is named for a list; null: names are given, and it offers none of them; undefined: nothing was named. */
  private named<T extends Named>({ name, label, options }: { name: string; label: string; options: readonly T[] }): T | null | undefined {
    const given = this.field(label) ?? this.field(name);
    if (given !== undefined) {
      const option = optionNamed(options, given);
      if (!option) throw new CausewayError(notOffered(given, options));
      return option;
    }
    for (const each of this.answers.choose ?? []) {
      const option = optionNamed(options, each);
      if (!option) continue;
      this.chosen.add(each);
      return option;
    }
    return this.unused === undefined ? undefined : null;
  }

  /** The first name of `choose` that no list has offered yet. */
  private get unused(): string | undefined {
    return this.answers.choose?.find((each) => !this.chosen.has(each));
  }

  private unoffered(options: readonly { label: string }[]): CausewayError {
    return new CausewayError(notOffered(this.unused ?? '', options));
  }

  /** A value of `fields`, however its name is spelled. */
  private field(name: string): string | undefined {
    const { fields = {} } = this.answers;
    if (name === '') return undefined;
    if (Object.hasOwn(fields, name)) return fields[name];
    const wanted = nameKey(name);
    return Object.entries(fields).find(([key]) => nameKey(key) === wanted)?.[1];
  }

  /** What the file has for this very question, by its label. */
  private namedCode({ label }: PromptOf<'passcode'>): string | null {
    const named = label === undefined ? undefined : this.field(label);
    return named !== undefined && !this.isMenuNumber(named) && this.once(`field:${label}`) ? named : null;
  }

  private isMenuNumber(value: string): boolean {
    return reachesPhone(value, this.ways.secondFactorWords);
  }

  private valuesOf(prompt: PromptOf<'credentials' | 'fields'>): Record<string, string> | null {
    const { fields, selects, message = '' } = prompt;
    const values: Record<string, string> = {};
    const given: string[] = [];
    const choices = this.choicesIn(selects);
    const own = this.ways.secondFactorWords;
    const isMenu = /^\s{0,20}\d{1,2}[.):]/m.test(message);
    for (const field of fields) {
      const value = this.valueOf(field) ?? (field.code ? this.passcode() : null) ?? field.value;
      if (value === undefined || ((field.code || isMenu) && this.isMenuNumber(value))) return null;
      values[field.name] = value;
      if (field.secret) given.push(`field:${field.label ?? field.name}`);
    }
    for (const select of selects) {
      const value = choices.get(select.name) ?? select.value ?? (select.options.length === 1 ? select.options[0]?.value : undefined);
      if (value === undefined || rings(select, value, own)) return null;
      values[select.name] = value;
    }
    // A secret that is asked for once more was no good, whatever else is asked with it
    return given.every((each) => this.once(each)) && (given.length > 0 || this.onceAsked(prompt)) ? values : null;
  }

  /** The same form of nothing secret once more is the gateway's way of saying no. */
  private onceAsked({ fields, message = '' }: PromptOf<'credentials' | 'fields'>): boolean {
    return this.once(`form:${message}\n${fields.map(({ name, label = '' }) => `${name}\n${label}`).join('\n\n')}`);
  }

  private valueOf({ name, label }: PromptField): string | undefined {
    const { user, password } = this.answers;
    const given = (label === undefined ? undefined : this.field(label)) ?? this.field(name);
    if (given !== undefined) return given;
    return name === 'user' ? user : name === 'password' ? password : undefined;
  }

  private once(what: string): boolean {
    if (this.used.has(what)) return false;
    this.used.add(what);
    return true;
  }
}

/** That something is missing, or not offered, is no answer to one that was given. */
const isRefusal = (prompt: Prompt): boolean =>
  'failure' in prompt && prompt.failure !== undefined && !notRefused.includes(prompt.failure.code);

const windowEnd = (at: number, { periodMs }: CodesKey): number => (Math.floor(at / periodMs) + 1) * periodMs;
