import * as z from 'zod/mini';
import { failureSchema } from './failure.ts';
import { instantSchema } from './instant.ts';
import { withoutBlanks } from './names.ts';
import { plainLine, plainText } from './plain-text.ts';

export { plainPasscode, reachesPhone } from './passcode.ts';

/**
 * Prompts: the questions that a gateway may ask a person, and their answers.
 *
 * A prompt does not say who answers it. The limits are generous for people and tight for attackers: anything longer is
 * refused at the boundary and never drawn.
 */

/** A campus may have hundreds of sites: GlobalProtect portals list a gateway for each. */
export const promptBounds = { options: 1_000 } as const;

const shortText = z.string().check(z.maxLength(200));
/** Text that is shown contains nothing invisible. Text that only goes back (names, ids, values) stays as it came. */
const shownLine = shortText.check(z.overwrite(plainLine));
const shownText = z.string().check(z.maxLength(20_000), z.overwrite(plainText));

/** One labelled input. `name` is the key in the answer; `user` and `password` are the well-known ones. */
export const promptFieldSchema = z.object({
  name: shortText,
  label: z.optional(shownLine), // Absent: the profile's own label, or ours
  secret: z.boolean(),
  value: z.optional(shortText),
  /** It takes a one-time code. */
  code: z.optional(z.boolean()),
  /** It takes the new password, the first time or the repetition. */
  newPassword: z.optional(z.boolean()),
});
export type PromptField = z.infer<typeof promptFieldSchema>;

/**
 * A drop-down in a form, for example a realm or a group. `named`: the gateway's own name for an option, which a profile or
 * a file may use.
 */
export const promptSelectSchema = z.object({
  name: shortText,
  label: shownLine,
  options: z
    .array(z.object({ value: shortText, label: shownLine, named: z.optional(shortText) }))
    .check(z.minLength(1), z.maxLength(promptBounds.options)),
  value: z.optional(shortText),
  /** It chooses a group, realm or domain and no second factor, whatever its options are called. */
  group: z.optional(z.boolean()),
});
export type PromptSelect = z.infer<typeof promptSelectSchema>;

/**
 * `call`: the person answers a call; `text`: codes are sent, and the person types one; `other`: the gateway's own line,
 * whatever it does.
 */
export const factorMethodSchema = z.enum(['push', 'passcode', 'call', 'text', 'other']);
export type FactorMethod = z.infer<typeof factorMethodSchema>;
/** How many characters of the next code a gateway may announce. */
const codeStart = z.string().check(z.regex(/^[A-Za-z0-9]{1,6}$/));

/** An enrolled device as the gateway names it. `id` is opaque. */
export const factorDeviceSchema = z.object({
  id: shortText,
  name: shownLine,
  methods: z.array(factorMethodSchema).check(z.maxLength(5)),
  /** The next code in the texts sent to this device begins with this. */
  startsWith: z.optional(codeStart),
});
export type FactorDevice = z.infer<typeof factorDeviceSchema>;

const browserPlace = z.enum(['window', 'own']);

/** Why the last try failed, how many are left, and when the next code comes. */
const retryFields = {
  failure: z.optional(failureSchema),
  triesLeft: z.optional(z.number().check(z.int(), z.minimum(0))),
};

export const promptSchema = z.discriminatedUnion('kind', [
  /** The gateway's terms, before or after the sign-in: Proceed or Decline. */
  z.object({ kind: z.literal('notice'), when: z.enum(['before', 'after']), title: z.optional(shownLine), text: shownText }),
  z.object({
    kind: z.literal('credentials'),
    /** The gateway's own heading, instead of ours. */
    title: z.optional(shownLine),
    /** The gateway's text beside its question, if it is more than the question. */
    message: z.optional(shownText),
    fields: z.array(promptFieldSchema).check(z.minLength(1), z.maxLength(10)),
    selects: z.array(promptSelectSchema).check(z.maxLength(5)),
    ...retryFields,
  }),
  /** Which device and which method. There may be no device: recovery passcodes need none. */
  z.object({ kind: z.literal('second-factor'), devices: z.array(factorDeviceSchema).check(z.maxLength(20)), ...retryFields }),
  /** Asks for a code. `lengths` is a hint for grouping digits, never a reason to refuse one. */
  z.object({
    kind: z.literal('passcode'),
    /** The gateway's own text, instead of ours. */
    message: z.optional(shownText),
    /** The gateway's own label of the field, instead of ours. */
    label: z.optional(shownLine),
    /** No other method can be chosen here. */
    only: z.optional(z.boolean()),
    /** The expected code begins with this. */
    startsWith: z.optional(codeStart),
    device: z.optional(shownLine),
    lengths: z.array(z.number()).check(z.maxLength(5)),
    nextCodeAt: z.optional(instantSchema),
    ...retryFields,
  }),
  /**
   * A push or a call is out. The gateway withdraws the prompt when it is approved, denied or timed out. `over`: the
   * gateway reports nothing more, so the person says when they have approved it.
   */
  z.object({
    kind: z.literal('push'),
    device: shownLine,
    call: z.optional(z.boolean()),
    over: z.optional(z.boolean()),
    /** The gateway's own text. */
    message: z.optional(shownText),
    number: z.optional(z.string().check(z.regex(/^\d{1,6}$/))),
    deadline: instantSchema,
  }),
  /**
   * A password or a code was sent, and the gateway is silent: it may be asking on the phone. Nobody answers this prompt;
   * it is withdrawn by itself.
   */
  z.object({ kind: z.literal('waiting'), until: instantSchema }),
  z.object({
    kind: z.literal('choice'),
    purpose: z.enum(['realm', 'role', 'session', 'other']),
    title: z.optional(shownLine),
    options: z
      .array(z.object({ id: shortText, label: shownLine, detail: z.optional(shownLine), named: z.optional(shortText) }))
      .check(z.minLength(1), z.maxLength(promptBounds.options)),
    /** The id of the option that the person chose last time. */
    usual: z.optional(shortText),
    /** A name that was requested and is not offered. */
    failure: z.optional(failureSchema),
  }),
  /** Any form that nothing above fits, so that no question of a gateway stays hidden. */
  z.object({
    kind: z.literal('fields'),
    title: z.optional(shownLine),
    message: z.optional(shownText),
    fields: z.array(promptFieldSchema).check(z.maxLength(50)),
    selects: z.array(promptSelectSchema).check(z.maxLength(10)),
    ...retryFields,
  }),
  /**
   * A server that no authority vouches for. `sha256` is the fingerprint of its certificate, colon-separated hex, which
   * people compare. `key` is the SHA-256 of its key (SubjectPublicKeyInfo), base64, which a renewed certificate may keep.
   */
  z.object({
    kind: z.literal('certificate'),
    host: shortText,
    sha256: shortText,
    key: shortText,
    subject: shownLine,
    issuer: shownLine,
    validUntil: instantSchema,
  }),
  /** Sign in on the campus's own page, in our window or in the person's browser. The gateway has decided which. */
  z.object({ kind: z.literal('browser'), host: shownLine, where: browserPlace, ...retryFields }),
  /** The gateway wants a client certificate: which file, and its passphrase if it has one. */
  z.object({
    kind: z.literal('client-certificate'),
    host: shownLine,
    file: z.optional(shownLine),
    wantsPassphrase: z.boolean(),
    ...retryFields,
  }),
  /** The network's web proxy asks for user and password. */
  z.object({ kind: z.literal('proxy'), host: shownLine, ...retryFields }),
]);
export type Prompt = z.infer<typeof promptSchema>;
export type PromptKind = Prompt['kind'];
export type PromptOf<K extends PromptKind> = Extract<Prompt, { kind: K }>;

export const fieldValuesSchema = z.record(shortText, z.string().check(z.maxLength(1024)));

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notice'), proceed: z.boolean() }),
  z.object({ kind: z.literal('credentials'), values: fieldValuesSchema }),
  z.object({ kind: z.literal('second-factor'), method: z.enum(['push', 'call', 'text', 'other']), device: shortText }),
  /** Includes the passcode if it is known already, so that no second question is needed. */
  z.object({ kind: z.literal('second-factor-passcode'), passcode: z.optional(z.string().check(z.maxLength(64))) }),
  z.object({ kind: z.literal('passcode'), passcode: z.string().check(z.maxLength(64)) }),
  /**
   * Leaves a push or passcode question for the other method, or for the choice of devices; or says that a push that is
   * `over` was approved.
   */
  z.object({ kind: z.literal('instead'), method: z.enum(['passcode', 'choose', 'done']) }),
  z.object({ kind: z.literal('choice'), option: shortText }),
  z.object({ kind: z.literal('fields'), values: fieldValuesSchema }),
  z.object({ kind: z.literal('certificate'), accept: z.boolean() }),
  z.object({ kind: z.literal('browser'), where: browserPlace }),
  /** `file` is the absolute path of a PEM or PKCS#12 file. Absent: the file that was named before. */
  z.object({
    kind: z.literal('client-certificate'),
    file: z.optional(z.string().check(z.maxLength(4096))),
    passphrase: z.optional(z.string().check(z.maxLength(1024))),
  }),
  z.object({ kind: z.literal('proxy'), user: z.string().check(z.maxLength(256)), password: z.string().check(z.maxLength(1024)) }),
]);
export type Answer = z.infer<typeof answerSchema>;
export type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

/** An answer as it is sent on: a user ID is trimmed, whoever gave it, and a password is not. */
export function tidied(answer: Answer): Answer {
  if (answer.kind === 'proxy') return { ...answer, user: withoutBlanks(answer.user) };
  if (answer.kind !== 'credentials' || !Object.hasOwn(answer.values, 'user')) return answer;
  return { ...answer, values: { ...answer.values, user: withoutBlanks(answer.values['user'] ?? '') } };
}

/** Which answers fit which prompt. Every boundary refuses an answer of another kind. */
export const answersOf = {
  'notice': ['notice'],
  'credentials': ['credentials'],
  'second-factor': ['second-factor', 'second-factor-passcode'],
  'passcode': ['passcode', 'instead'],
  'push': ['instead'],
  'waiting': [],
  'choice': ['choice'],
  'fields': ['fields'],
  'certificate': ['certificate'],
  'browser': ['browser'],
  'client-certificate': ['client-certificate'],
  'proxy': ['proxy'],
} as const satisfies Record<PromptKind, readonly Answer['kind'][]>;

/** Whether this prompt accepts an answer. */
export function fits(prompt: Prompt, answer: Answer): boolean {
  const kinds: readonly Answer['kind'][] = answersOf[prompt.kind];
  return kinds.includes(answer.kind);
}
