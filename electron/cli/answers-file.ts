import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';
import { joiningOf, mayReachPhone, reachesPhone } from '../../shared/phone-words.ts';
import type { Profile } from '../../shared/profile.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import { ownUid } from '../system/own-user-posix.ts';
import { fillIn, UsageError } from './arguments.ts';

const maxBytes = 64 * 1024;
const text = z.string().max(1024);

/** What a profile says of its campus's ways to reach a phone. */
export type PhoneWays = Pick<Profile, 'append' | 'secondFactorWords'>;

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
    /** For drop-downs and choices: values or labels. A list that offers none of them, while one of them is still unused, ends the run. */
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

/** Reads a file of answers that is this person's alone. Throws a {@link UsageError}. */
export async function readAnswersFile(file: string, ways: PhoneWays = {}): Promise<AnswersFile> {
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
  return parsed.data;
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
