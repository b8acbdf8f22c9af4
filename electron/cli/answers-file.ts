import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';
import { joiningOf, mayReachPhone, reachesPhone } from '../../shared/phone-words.ts';
import type { Profile } from '../../shared/profile.ts';
import { ownUid } from '../system/own-user-posix.ts';
import { UsageError } from './arguments.ts';

const maxBytes = 64 * 1024;
const text = z.string().max(1024);

/** The parts of a profile that tell which answers make its campus ring a phone. */
export type PhoneRules = Pick<Profile, 'append' | 'secondFactorWords'>;

/** An answer that rings no phone, however this campus joins it with other answers. */
const withoutPhone = ({ append, secondFactorWords }: PhoneRules) =>
  text.refine((value) => !mayReachPhone(value, secondFactorWords, joiningOf(append)));

/**
 * The answers of an unattended run (`docs/command-line.md`). None of them can send a push: only a person starts a second
 * factor that rings a phone.
 */
const answersSchemaFor = (rules: PhoneRules) =>
  z.strictObject({
    /** Answers the fields named `user` and `password`. */
    user: text.optional(),
    password: withoutPhone(rules).optional(),
    /** Other fields, by their names or labels. */
    fields: z.record(text, withoutPhone(rules)).optional(),
    /** Values or labels for drop-downs and choices. The run ends at a list that offers none of them while one is still unused. */
    choose: z.array(text).max(50).optional(),
    /** One passcode. */
    passcode: z
      .string()
      .max(64)
      .refine((value) => !reachesPhone(value, rules.secondFactorWords))
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

/** Reads a file of answers, which only this person may be able to read. Throws a {@link UsageError}. */
export async function readAnswersFile(file: string, rules: PhoneRules = {}): Promise<AnswersFile> {
  const usageError = (why: UsageError): UsageError => new UsageError('answersFile', { file: basename(file), why });
  const content = await readPrivate(file, usageError);
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch {
    throw usageError(new UsageError('answersNotJson'));
  }
  const parsed = answersSchemaFor(rules).safeParse(raw);
  // Only the keys: a value may be a password in the wrong place
  if (!parsed.success) throw usageError(new UsageError('answersWrong', { keys: keysOf(parsed.error.issues) }));
  return parsed.data;
}

async function readPrivate(name: string, usageError: (why: UsageError) => UsageError): Promise<string> {
  // Check and read the same open file, since the name may point to another one a moment later
  const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => {
    throw usageError(new UsageError('answersUnreadable'));
  });
  try {
    const problem = problemWith(await file.stat());
    if (problem !== null) throw usageError(problem);
    return (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}

function problemWith(stat: Stats): UsageError | null {
  if (!stat.isFile()) return new UsageError('answersNotAFile');
  if (stat.size > maxBytes) return new UsageError('answersTooLarge');
  // Windows has different file rights, and Node does not report them here
  const uid = ownUid();
  if (uid === null) return null;
  if (stat.uid !== uid) return new UsageError('answersOwner');
  return (stat.mode & 0o077) === 0 ? null : new UsageError('answersOthers');
}

const keysOf = (issues: readonly z.core.$ZodIssue[]): string =>
  issues.map((issue) => [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.')).join(', ');
