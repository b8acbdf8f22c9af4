import * as z from 'zod/mini';
import { agentSchema } from '../../../../shared/user-agent.ts';
import { carrySchema, libraryProtocol, messagesFromTunnel, messagesToTunnel } from './tunnel-messages.ts';

/**
 * The messages between the app and the process that calls libopenconnect. Both sides parse what they get, so a compromised
 * library can say no more than this, and neither can anything that reaches the worker's port.
 */

const attempt = z.number().check(z.int(), z.minimum(1));
const seq = z.number().check(z.int(), z.minimum(1));
const text = (length: number) => z.string().check(z.maxLength(length));
const path = text(4096);

/** A larger form is no sign-in. It arrives without its fields, marked {@link OcForm.oversized}. */
export const formBounds = { fields: 100, choices: 1_000, text: 20_000 } as const;

/** Limits for everything else that comes from a gateway, in characters. Longer text is not read. */
export const wordBounds = { certificate: 100_000, page: 65_536, cookie: 16_384, connectUrl: 2048 } as const;

/** GlobalProtect's field for the days until a password expires. `-1` means never; the library leaves that out. */
export const passwordDays = 'password-expiration-days';

/** The library's log levels (`openconnect.h`). */
export const logLevels = { error: 0, info: 1, debug: 2 } as const;

/** The thread posts this in place of a request that would send a password or code again after a redirect. */
export const wouldSendOn = 'Would follow a redirect with a secret';

/** Stands for a GlobalProtect portal's answer that lists no gateway for this person. The library cannot read such an answer. */
export const noGatewayListed = 'no gateway listed';

/** Field types (`openconnect.h`, API 5.8). */
export const fieldType = { text: 1, password: 2, select: 3, hidden: 4, token: 5, ssoToken: 6, ssoUser: 7 } as const;

const fieldSchema = z.object({
  /** Its index in the library's list. An answer refers to it. */
  index: z.number().check(z.int(), z.minimum(0), z.maximum(formBounds.fields)),
  type: z.number().check(z.int(), z.minimum(1), z.maximum(7)),
  name: text(formBounds.text),
  label: z.optional(text(formBounds.text)),
  /** The value that the gateway filled in. A hidden field's value never leaves the library. */
  value: z.optional(text(formBounds.text)),
  /** This field does not belong to the current group. */
  ignored: z.boolean(),
  choices: z.optional(
    z.array(z.object({ name: text(formBounds.text), label: text(formBounds.text) })).check(z.maxLength(formBounds.choices)),
  ),
});
export type OcField = z.infer<typeof fieldSchema>;

export const ocFormSchema = z.object({
  id: text(formBounds.text),
  banner: z.optional(text(formBounds.text)),
  message: z.optional(text(formBounds.text)),
  error: z.optional(text(formBounds.text)),
  fields: z.array(fieldSchema).check(z.maxLength(formBounds.fields)),
  /** The select that chooses the group, and the index of its current choice. */
  group: z.nullable(z.object({ index: z.number(), selection: z.number() })),
  oversized: z.boolean(),
});
/** A gateway's form as the library parsed it. */
export type OcForm = z.infer<typeof ocFormSchema>;

const namedValues = z.array(z.object({ name: text(4096), value: text(16_384) })).check(z.maxLength(200));

/** An answer to a question of the library. The library waits for it in a callback. */
export const ocAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('form'),
    /** `new-group`: the values name another group, and the library fetches its form. */
    result: z.enum(['ok', 'new-group', 'cancelled']),
    values: z.array(z.object({ index: z.number().check(z.int(), z.minimum(0)), value: text(8192) })).check(z.maxLength(formBounds.fields)),
    /** It may ring a phone or count as an attempt, so it is sent once even if the connection breaks. */
    once: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal('certificate'), accept: z.boolean() }),
  /** A page has loaded in the sign-in view. Does the library know enough now? */
  z.object({ kind: z.literal('page'), url: text(16_384), cookies: namedValues, headers: namedValues }),
  /** The address to connect to for a name. Null: let the system resolve it. */
  z.object({ kind: z.literal('address'), address: z.nullable(text(100)) }),
  /** The person's own browser was opened (`ok`), or the sign-in page was closed. */
  z.object({ kind: z.literal('browser'), ok: z.boolean() }),
]);
export type OcAnswer = z.infer<typeof ocAnswerSchema>;

export const signInOptionsSchema = z.object({
  protocol: libraryProtocol,
  url: text(2048),
  agent: agentSchema,
  /** Whether the library trusts the system's authorities. If not, it asks about every certificate. */
  systemTrust: z.boolean(),
  /** `http://user:password@host:port`, with user and password percent-encoded. */
  proxy: z.optional(text(4096)),
  /** Loopback ports to connect to instead of these hosts. */
  detours: z.array(z.object({ host: text(253), port: z.number(), loopbackPort: z.number() })).check(z.maxLength(20)),
  clientCertificate: z.optional(path),
  hostCheckWrapper: z.optional(path),
  /** Whether we can show a web sign-in. Only then does the library ask for one. */
  web: z.boolean(),
});
export type SignInOptions = z.infer<typeof signInOptionsSchema>;

const libraries = z.array(path).check(z.maxLength(5));

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('warm'), libraries }),
  z.object({ type: z.literal('sign-in'), attempt, libraries, options: signInOptionsSchema }),
  z.object({ type: z.literal('answer'), attempt, seq, answer: ocAnswerSchema }),
  z.object({ type: z.literal('cancel'), attempt }),
  /** Checks that the worker is alive. */
  z.object({ type: z.literal('ping') }),
  ...messagesToTunnel,
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  /** `path`: the library that was loaded; null if unknown. */
  z.object({ type: z.literal('ready'), version: text(100), path: z.nullable(text(4096)) }),
  /** No library could be loaded. `part`: koffi, if that did not load; otherwise the library itself. */
  z.object({ type: z.literal('missing'), detail: text(2000), part: z.optional(z.literal('koffi')) }),
  z.object({ type: z.literal('form'), attempt, seq, form: ocFormSchema }),
  /** Asks about a chain (DER, leaf first) that no authority vouches for, or that was not checked. */
  z.object({
    type: z.literal('certificate'),
    attempt,
    seq,
    host: text(300),
    chain: z.array(text(wordBounds.certificate)).check(z.maxLength(10)),
  }),
  /** Asks which address of this name is reachable. The library itself would try one after the other, for minutes each. */
  z.object({
    type: z.literal('address'),
    attempt,
    seq,
    host: z.string().check(z.minLength(1), z.maxLength(300)),
    port: z.number().check(z.int(), z.minimum(1), z.maximum(65_535)),
  }),
  /** Asks to sign in at this address: in our window, whose pages are reported back, or in the person's own browser (`own`). */
  z.object({ type: z.literal('web'), attempt, seq, url: text(wordBounds.page), own: z.boolean() }),
  /** The library's verdict on the last page: done, or more pages to come. */
  z.object({ type: z.literal('page'), attempt, seq, done: z.boolean() }),
  /**
   * A line of the library's log without its values, since `%s` may be a secret. `words` is the gateway's message to the
   * person (a form without fields only reaches the log), or the status of its reply.
   */
  z.object({ type: z.literal('progress'), attempt, level: z.number(), format: text(1000), words: z.optional(text(2000)) }),
  /** One of our callbacks threw, at `where`. The sign-in has failed, whatever the library reports. */
  z.object({ type: z.literal('fault'), attempt, where: text(500) }),
  z.object({
    type: z.literal('done'),
    attempt,
    /** 0: a cookie. Positive: cancelled. Negative: minus errno. */
    result: z.number(),
    /** What exceeded its limit. */
    excess: z.nullable(z.enum(['certificate', 'page', 'cookie', 'connectUrl'])),
    cookie: z.nullable(text(wordBounds.cookie)),
    connectUrl: z.nullable(text(wordBounds.connectUrl)),
    serverPin: z.nullable(text(200)),
    address: z.nullable(text(300)),
    /** The last path on the gateway. */
    urlPath: z.nullable(text(4096)),
  }),
  /** The worker got a message that fits no schema. */
  z.object({ type: z.literal('unreadable') }),
  /** The worker got a sign-in or a tunnel while it is busy with one. */
  z.object({ type: z.literal('busy') }),
  z.object({ type: z.literal('pong') }),
  ...messagesFromTunnel,
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
/** A question that the library waits on. */
export type AnyQuestion = Extract<FromWorker, { seq: number }>;
/** The same, without the questions that `LibraryCall` answers itself. */
export type Question = Exclude<AnyQuestion, { type: 'address' }>;
export type Done = Extract<FromWorker, { type: 'done' }>;

/** From the main thread to the blocking thread. */
export const toThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('warm'), libraries }),
  z.object({ type: z.literal('sign-in'), attempt, libraries, options: signInOptionsSchema }),
  carrySchema,
]);

/** An answer for the blocking thread. `seq` null: cancelled. */
export const putAnswerSchema = z.object({ seq: z.nullable(seq), answer: z.nullable(ocAnswerSchema) });
export type PutAnswer = z.infer<typeof putAnswerSchema>;

/** From the blocking thread: messages for the app, and the pipe that takes commands for the library. */
export type FromThread = FromWorker | { type: 'command-pipe'; fd: number };
