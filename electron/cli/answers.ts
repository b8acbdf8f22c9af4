import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import path, { basename } from 'node:path';
import * as z from 'zod';
import { joiningOf, mayReachPhone, offersPhone, reachesPhone, rings } from '../../shared/phone-words.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptField, PromptOf } from '../../shared/prompt.ts';
import { commandLine } from '../../shared/words/en/command-line.ts';
import { fillIn, UsageError } from './arguments.ts';
import { readCodesKey, type CodesKey } from '../app/codes-key.ts';
import { ownUid } from '../trust/own-user-posix.ts';

const maxBytes = 64 * 1024;
const text = z.string().max(1024);

/** What a profile says of its campus's ways to reach a phone. */
type PhoneWays = Pick<Profile, 'append' | 'secondFactorWords'>;

/** An answer that has no phone ring, however this campus joins it with others. */
const silent = ({ append, secondFactorWords }: PhoneWays) =>
  text.refine((value) => !mayReachPhone(value, secondFactorWords, joiningOf(append)));

/**
 * The answers of an unattended run (`docs/command-line.md`). There is none that sends a push: a second factor that
 * reaches a phone is a person's to send.
 */
const answersSchemaFor = (ways: PhoneWays) =>
  z.strictObject({
    /** Answers the fields named `user` and `password`. */
    user: text.optional(),
    password: silent(ways).optional(),
    /** Other fields, by their names or labels. */
    fields: z.record(text, silent(ways)).optional(),
    /** For drop-downs and choices: labels or values, each taken where one is offered. */
    choose: z.array(text).max(50).optional(),
    /** One passcode. */
    passcode: z
      .string()
      .max(64)
      .refine((value) => !reachesPhone(value, ways.secondFactorWords))
      .optional(),
    /** A key for codes: `otpauth://totp/…`, or base32. */
    totp: text.optional(),
    notice: z.enum(['proceed', 'decline']).optional(),
    /** The fingerprint (SHA-256, colon-separated hex) of the one certificate that is accepted. */
    certificate: z.string().max(95).optional(),
    clientCertificate: z.strictObject({ file: z.string().max(4096), passphrase: text.optional() }).optional(),
    proxy: z.strictObject({ user: z.string().max(256), password: text }).optional(),
  });
export const answersSchema = answersSchemaFor({});
export type AnswersFile = z.infer<typeof answersSchema>;

const { usage } = commandLine;

/** Reads a file of answers that is this person's alone. Throws a {@link UsageError}, or `codes-key-invalid`. */
export async function readAnswers(file: string, now: () => number, ways: PhoneWays = {}): Promise<PreparedAnswers> {
  const wrong = (why: string): UsageError => new UsageError(fillIn(usage.answersFile, { file: basename(file), why }));
  const content = await readPrivate(file, wrong);
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch {
    throw wrong(usage.answersNotJson);
  }
  const parsed = answersSchemaFor(ways).safeParse(raw);
  // Keys only: a value may be a password that somebody put into the wrong place
  if (!parsed.success) throw wrong(fillIn(usage.answersWrong, { keys: keysOf(parsed.error.issues) }));
  return new PreparedAnswers(parsed.data, now, ways);
}

async function readPrivate(name: string, wrong: (why: string) => UsageError): Promise<string> {
  // What is looked at is what is read: the open file, not its name
  const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => {
    throw wrong(usage.answersUnreadable);
  });
  try {
    const refusal = objection(await file.stat());
    if (refusal !== null) throw wrong(refusal);
    return (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}

function objection(stat: Stats): string | null {
  if (!stat.isFile()) return usage.answersNotAFile;
  if (stat.size > maxBytes) return usage.answersTooLarge;
  // Windows has other rights than these, and shows none of them here
  const uid = ownUid();
  if (uid === null) return null;
  if (stat.uid !== uid) return usage.answersOwner;
  return (stat.mode & 0o077) === 0 ? null : usage.answersOthers;
}

const keysOf = (issues: readonly z.core.$ZodIssue[]): string =>
  issues.map((issue) => [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.')).join(', ');

/** Answers from a file. Each is given once: a gateway that asks again did not like it, and a second factor is never tried again by itself. */
export class PreparedAnswers {
  private readonly codes: CodesKey | null;
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
    // That one is missing is no answer to one that was given
    if ('failure' in prompt && prompt.failure && prompt.failure.code !== 'client-certificate-missing') return null;
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
        const option = prompt.options.find(
          ({ id, label }) => this.chooses(id, label) && (isGroup || !offersPhone(label, this.ways.secondFactorWords)),
        );
        return option && this.once(`choice:${option.id}`) ? { kind: 'choice', option: option.id } : null;
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
    return this.codes && this.once('totp') ? this.codes.codeAt(this.now()) : null;
  }

  /** What the file has for this very question, by its label. */
  private namedCode({ label }: PromptOf<'passcode'>): string | null {
    const { fields = {} } = this.answers;
    const named = label !== undefined && Object.hasOwn(fields, label) ? fields[label] : undefined;
    return named !== undefined && !this.isMenuNumber(named) && this.once(`field:${label}`) ? named : null;
  }

  private isMenuNumber(value: string): boolean {
    return reachesPhone(value, this.ways.secondFactorWords);
  }

  private valuesOf(prompt: PromptOf<'credentials' | 'fields'>): Record<string, string> | null {
    const { fields, selects, message = '' } = prompt;
    const values: Record<string, string> = {};
    const given: string[] = [];
    const own = this.ways.secondFactorWords;
    const isMenu = /^\s{0,20}\d{1,2}[.):]/m.test(message);
    for (const field of fields) {
      const value = this.valueOf(field) ?? (field.code ? this.passcode() : null) ?? field.value;
      if (value === undefined || ((field.code || isMenu) && this.isMenuNumber(value))) return null;
      values[field.name] = value;
      if (field.secret) given.push(`field:${field.label ?? field.name}`);
    }
    for (const select of selects) {
      const wanted = select.options.find(({ value, label }) => this.chooses(value, label) && !rings(select, value, own));
      const value = wanted?.value ?? select.value ?? (select.options.length === 1 ? select.options[0]?.value : undefined);
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

  private chooses(value: string, label: string): boolean {
    return this.answers.choose?.some((each) => each === value || each === label) ?? false;
  }

  private valueOf({ name, label }: PromptField): string | undefined {
    const { fields = {}, user, password } = this.answers;
    for (const key of [label, name]) if (key !== undefined && Object.hasOwn(fields, key)) return fields[key];
    return name === 'user' ? user : name === 'password' ? password : undefined;
  }

  private once(what: string): boolean {
    if (this.used.has(what)) return false;
    this.used.add(what);
    return true;
  }
}
