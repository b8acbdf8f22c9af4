import * as z from 'zod/mini';
import { failureSchema } from './failure.ts';
import { instantSchema } from './instant.ts';
import { withoutBlanks } from './names.ts';
import { plainLine, plainText } from './plain-text.ts';

export { plainPasscode, reachesPhone } from './passcode.ts';

/**
 * Prompts: the questions that a gateway may put to a person, and their answers.
 *
 * A prompt says nothing about who answers it. Bounds are generous for people and mean for attackers:
 * whatever is longer is refused at the boundary and never drawn.
 */

/** A campus has hundreds of sites: GlobalProtect's portals list a gateway for each. */
export const promptBounds = { options: 1_000 } as const;

const shortText = z.string().check(z.maxLength(200));
/** What is shown holds nothing that a person could not see; what only goes back (names, ids, values) stays as it came. */
const shownLine = shortText.check(z.overwrite(plainLine));
const shownText = z.string().check(z.maxLength(20_000), z.overwrite(plainText));

/** One labelled input. `name` goes back in the answer; `user` and `password` are the well-known ones. */
export const promptFieldSchema = z.object({
  name: shortText,
  label: z.optional(shownLine), // absent: the profile's own label, or ours
  secret: z.boolean(),
  value: z.optional(shortText),
  /** It takes a one-time code. */
  code: z.optional(z.boolean()),
  /** It takes the password that is to be the new one, the first time or once more. */
  newPassword: z.optional(z.boolean()),
});
export type PromptField = z.infer<typeof promptFieldSchema>;

/** One drop-down inside a form, for example a realm or a group. `named`: what the gateway itself calls an option, by which a profile or a file may name it. */
export const promptSelectSchema = z.object({
  name: shortText,
  label: shownLine,
  options: z
    .array(z.object({ value: shortText, label: shownLine, named: z.optional(shortText) }))
    .check(z.minLength(1), z.maxLength(promptBounds.options)),
  value: z.optional(shortText),
  /** It chooses a group, realm or domain, and no way to confirm, whatever its options are called. */
  group: z.optional(z.boolean()),
});
export type PromptSelect = z.infer<typeof promptSelectSchema>;

/** `call`: a call is answered; `text`: codes are sent, of which one is typed; `other`: the gateway's own line, whatever it does. */
export const factorMethodSchema = z.enum(['push', 'passcode', 'call', 'text', 'other']);
export type FactorMethod = z.infer<typeof factorMethodSchema>;
/** How many letters of a text's next code a gateway may tell. */
const codeStart = z.string().check(z.regex(/^[A-Za-z0-9]{1,6}$/));

/** An enrolled device as the gateway names it. `id` is opaque. */
export const factorDeviceSchema = z.object({
  id: shortText,
  name: shownLine,
  methods: z.array(factorMethodSchema).check(z.maxLength(5)),
  /** The next code of the texts that were sent there starts with this. */
  startsWith: z.optional(codeStart),
});
export type FactorDevice = z.infer<typeof factorDeviceSchema>;

const browserPlace = z.enum(['window', 'own']);

/** Why the last try did not work, how many are left, and when the next code comes. */
const retryFields = {
  failure: z.optional(failureSchema),
  triesLeft: z.optional(z.number().check(z.int(), z.minimum(0))),
};

export const promptSchema = z.discriminatedUnion('kind', [
  /** The gateway's terms, before or after sign-in: Proceed or Decline. */
  z.object({ kind: z.literal('notice'), when: z.enum(['before', 'after']), title: z.optional(shownLine), text: shownText }),
  z.object({
    kind: z.literal('credentials'),
    /** The gateway's own heading, in place of ours. */
    title: z.optional(shownLine),
    /** What the gateway says beside its question, where that is more than the question. */
    message: z.optional(shownText),
    fields: z.array(promptFieldSchema).check(z.minLength(1), z.maxLength(10)),
    selects: z.array(promptSelectSchema).check(z.maxLength(5)),
    ...retryFields,
  }),
  /** Which device, which method. A device may be absent: recovery passcodes need none. */
  z.object({ kind: z.literal('second-factor'), devices: z.array(factorDeviceSchema).check(z.maxLength(20)), ...retryFields }),
  /** A code. `lengths` is a hint for grouping digits, never a reason to refuse one. */
  z.object({
    kind: z.literal('passcode'),
    /** The gateway's own words, in place of ours. */
    message: z.optional(shownText),
    /** The gateway's own label of the field, in place of ours. */
    label: z.optional(shownLine),
    /** There is no other method to choose here. */
    only: z.optional(z.boolean()),
    /** The code of the text that is waited for starts with this. */
    startsWith: z.optional(codeStart),
    device: z.optional(shownLine),
    lengths: z.array(z.number()).check(z.maxLength(5)),
    nextCodeAt: z.optional(instantSchema),
    ...retryFields,
  }),
  /**
   * A push, or a call, is out. The gateway withdraws the prompt when it is approved, denied or timed out. `over`: it says
   * no more by itself, and the person tells when they have done it.
   */
  z.object({
    kind: z.literal('push'),
    device: shownLine,
    call: z.optional(z.boolean()),
    over: z.optional(z.boolean()),
    /** The gateway's own words. */
    message: z.optional(shownText),
    number: z.optional(z.string().check(z.regex(/^\d{1,6}$/))),
    deadline: instantSchema,
  }),
  /** A password or a code is out, and the gateway is silent: it may be asking on the phone. Nobody answers this: it goes away by itself. */
  z.object({ kind: z.literal('waiting'), until: instantSchema }),
  z.object({
    kind: z.literal('choice'),
    purpose: z.enum(['realm', 'role', 'session', 'other']),
    title: z.optional(shownLine),
    options: z
      .array(z.object({ id: shortText, label: shownLine, detail: z.optional(shownLine), named: z.optional(shortText) }))
      .check(z.minLength(1), z.maxLength(promptBounds.options)),
    /** The id of the option that the person chose the last time. */
    usual: z.optional(shortText),
    /** A name was given that is not offered. */
    failure: z.optional(failureSchema),
  }),
  /** Any form that nothing above fits: a question that the gateway asks is never hidden. */
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
   * people compare; `key` is SHA-256 of its key (SubjectPublicKeyInfo), base64, which a renewed certificate keeps.
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
  /** Sign in on the campus's own page, in a window of ours or in the person's browser: which, the gateway has decided. */
  z.object({ kind: z.literal('browser'), host: shownLine, where: browserPlace, ...retryFields }),
  /** The gateway wants a certificate of the person's: which file, and its passphrase where it has one. */
  z.object({
    kind: z.literal('client-certificate'),
    host: shownLine,
    file: z.optional(shownLine),
    wantsPassphrase: z.boolean(),
    ...retryFields,
  }),
  /** The network's web proxy wants to know who goes through it. */
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
  /** With the passcode at once where it is known already, so that no second question is needed. */
  z.object({ kind: z.literal('second-factor-passcode'), passcode: z.optional(z.string().check(z.maxLength(64))) }),
  z.object({ kind: z.literal('passcode'), passcode: z.string().check(z.maxLength(64)) }),
  /** Leave a push or a passcode question for the other method, or for the choice of devices; or say that a push that is `over` was approved. */
  z.object({ kind: z.literal('instead'), method: z.enum(['passcode', 'choose', 'done']) }),
  z.object({ kind: z.literal('choice'), option: shortText }),
  z.object({ kind: z.literal('fields'), values: fieldValuesSchema }),
  z.object({ kind: z.literal('certificate'), accept: z.boolean() }),
  z.object({ kind: z.literal('browser'), where: browserPlace }),
  /** `file` is an absolute path of a PEM or PKCS#12 file, absent to go on with the one that was named before. */
  z.object({
    kind: z.literal('client-certificate'),
    file: z.optional(z.string().check(z.maxLength(4096))),
    passphrase: z.optional(z.string().check(z.maxLength(1024))),
  }),
  z.object({ kind: z.literal('proxy'), user: z.string().check(z.maxLength(256)), password: z.string().check(z.maxLength(1024)) }),
]);
export type Answer = z.infer<typeof answerSchema>;
export type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

/** An answer as it goes on: a user ID has no blanks at its ends, whoever gave it; a password keeps its own. */
export function tidied(answer: Answer): Answer {
  if (answer.kind === 'proxy') return { ...answer, user: withoutBlanks(answer.user) };
  if (answer.kind !== 'credentials' || !Object.hasOwn(answer.values, 'user')) return answer;
  return { ...answer, values: { ...answer.values, user: withoutBlanks(answer.values['user'] ?? '') } };
}

/** Which answers fit which prompt. An answer of another kind is refused wherever it arrives. */
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

/** Whether an answer is one that this prompt can take. */
export function fits(prompt: Prompt, answer: Answer): boolean {
  const kinds: readonly Answer['kind'][] = answersOf[prompt.kind];
  return kinds.includes(answer.kind);
}
