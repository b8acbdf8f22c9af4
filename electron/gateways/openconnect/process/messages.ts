import * as z from 'zod/mini';
import { agentSchema } from '../../../../shared/agent.ts';

/**
 * What goes between the app and the process that calls libopenconnect. Both sides parse what they get: a library that
 * has been taken over must not be able to say more than this, and neither may whoever speaks to the worker's port.
 */

const attempt = z.number().check(z.int(), z.minimum(1));
const seq = z.number().check(z.int(), z.minimum(1));
const text = (length: number) => z.string().check(z.maxLength(length));
const path = text(4096);

/** A form larger than this is no sign-in: it arrives without its fields and marked {@link OcForm.oversized}. */
export const formBounds = { fields: 100, choices: 1_000, text: 20_000 } as const;

/** What else a gateway may have the library hand on, in characters: beyond that it is not looked at. */
export const wordBounds = { certificate: 100_000, page: 65_536, cookie: 16_384, connectUrl: 2048 } as const;

/** Of the library's lines (`openconnect.h`). */
/** What GlobalProtect calls the days until a password ends; `-1`, which the library leaves out, where it does not. */
export const passwordDays = 'password-expiration-days';

export const logLevels = { error: 0, info: 1, debug: 2 } as const;

/** What stands for a GlobalProtect portal's answer that lists no gateway for this person: the library takes it for nonsense. */
export const noGatewayListed = 'no gateway listed';

/** The types of a field (`openconnect.h`, API 5.8). */
export const fieldType = { text: 1, password: 2, select: 3, hidden: 4, token: 5, ssoToken: 6, ssoUser: 7 } as const;

const fieldSchema = z.object({
  /** Its place in the library's list: how an answer names it. */
  index: z.number().check(z.int(), z.minimum(0), z.maximum(formBounds.fields)),
  type: z.number().check(z.int(), z.minimum(1), z.maximum(7)),
  name: text(formBounds.text),
  label: z.optional(text(formBounds.text)),
  /** What the gateway has filled in already; never of a hidden field, whose value stays in the library. */
  value: z.optional(text(formBounds.text)),
  /** This field is not asked for with the group that is chosen now. */
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
  /** The select that chooses the group, and which of its choices is in force. */
  group: z.nullable(z.object({ index: z.number(), selection: z.number() })),
  oversized: z.boolean(),
});
/** A form of the gateway's as the library parsed it. */
export type OcForm = z.infer<typeof ocFormSchema>;

const namedValues = z.array(z.object({ name: text(4096), value: text(16_384) })).check(z.maxLength(200));

/** An answer to a question of the library's, which waits for it in a callback. */
export const ocAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('form'),
    /** `new-group`: the values name another group, whose form is fetched. */
    result: z.enum(['ok', 'new-group', 'cancelled']),
    values: z.array(z.object({ index: z.number().check(z.int(), z.minimum(0)), value: text(8192) })).check(z.maxLength(formBounds.fields)),
    /** It may have a phone ring or count as a try: the gateway gets it once, whatever becomes of the connection. */
    once: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal('certificate'), accept: z.boolean() }),
  /** A page of the sign-in window has loaded: does the library know enough now? */
  z.object({ kind: z.literal('page'), url: text(16_384), cookies: namedValues, headers: namedValues }),
  /** Where to connect for a name; null: as the system looks it up. */
  z.object({ kind: z.literal('address'), address: z.nullable(text(100)) }),
  /** The person's own browser was opened (`ok`), or the sign-in window was closed. */
  z.object({ kind: z.literal('browser'), ok: z.boolean() }),
]);
export type OcAnswer = z.infer<typeof ocAnswerSchema>;

export const signInOptionsSchema = z.object({
  protocol: z.enum(['anyconnect', 'nc', 'pulse', 'gp', 'f5', 'fortinet', 'array']),
  url: text(2048),
  agent: agentSchema,
  /** Whether the library may believe the system's authorities; otherwise it asks about every certificate. */
  systemTrust: z.boolean(),
  /** `http://user:password@host:port`, user and password percent-encoded. */
  proxy: z.optional(text(4096)),
  /** Where to connect instead, on loopback. */
  detours: z.array(z.object({ host: text(253), port: z.number(), loopbackPort: z.number() })).check(z.maxLength(20)),
  clientCertificate: z.optional(path),
  hostCheckWrapper: z.optional(path),
  /** Both kinds of web sign-in can be shown: then the library asks for one. */
  web: z.boolean(),
});
export type SignInOptions = z.infer<typeof signInOptionsSchema>;

const libraries = z.array(path).check(z.maxLength(5));

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('warm'), libraries }),
  z.object({ type: z.literal('sign-in'), attempt, libraries, options: signInOptionsSchema }),
  z.object({ type: z.literal('answer'), attempt, seq, answer: ocAnswerSchema }),
  z.object({ type: z.literal('cancel'), attempt }),
  /** Is anybody there? */
  z.object({ type: z.literal('ping') }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  /** `path`: which of the libraries it is; null where that cannot be told. */
  z.object({ type: z.literal('ready'), version: text(100), path: z.nullable(text(4096)) }),
  /** None of the libraries could be loaded. */
  /** `part`: of our own, what the library is called with; otherwise the library itself. */
  z.object({ type: z.literal('missing'), detail: text(2000), part: z.optional(z.literal('koffi')) }),
  z.object({ type: z.literal('form'), attempt, seq, form: ocFormSchema }),
  /** Nobody vouches for this chain (DER, leaf first), or nobody was asked. */
  z.object({
    type: z.literal('certificate'),
    attempt,
    seq,
    host: text(300),
    chain: z.array(text(wordBounds.certificate)).check(z.maxLength(10)),
  }),
  /** Which of the addresses of this name is alive? The library would try one after the other, each for minutes. */
  z.object({
    type: z.literal('address'),
    attempt,
    seq,
    host: z.string().check(z.minLength(1), z.maxLength(300)),
    port: z.number().check(z.int(), z.minimum(1), z.maximum(65_535)),
  }),
  /** Sign in at this address: in a window whose pages are told, or in the person's own browser. */
  z.object({ type: z.literal('web'), attempt, seq, url: text(wordBounds.page), own: z.boolean() }),
  /** What the library thought of the page that was told last: done, or there is more to come. */
  z.object({ type: z.literal('page'), attempt, seq, done: z.boolean() }),
  /**
   * A line of the library's log without its values: what goes into `%s` may be a secret. `words` are the gateway's own,
   * which it meant for the person (a form without fields gets no further than the log), or the status of its reply.
   */
  z.object({ type: z.literal('progress'), attempt, level: z.number(), format: text(1000), words: z.optional(text(2000)) }),
  /** A callback of ours has thrown, `where`: whatever the library makes of it, this is no sign-in. */
  z.object({ type: z.literal('fault'), attempt, where: text(500) }),
  z.object({
    type: z.literal('done'),
    attempt,
    /** 0: a cookie; above: cancelled; below: minus errno. */
    result: z.number(),
    /** What the gateway sent too much of. */
    excess: z.nullable(z.enum(['certificate', 'page', 'cookie', 'connectUrl'])),
    cookie: z.nullable(text(wordBounds.cookie)),
    connectUrl: z.nullable(text(wordBounds.connectUrl)),
    serverPin: z.nullable(text(200)),
    address: z.nullable(text(300)),
    /** Where on the gateway it ended. */
    urlPath: z.nullable(text(4096)),
  }),
  /** What came was no message that this worker knows, or none for now. */
  z.object({ type: z.literal('refused') }),
  z.object({ type: z.literal('pong') }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
/** What the library waits for an answer to. */
export type AnyQuestion = Extract<FromWorker, { seq: number }>;
/** The same, without what the call answers by itself. */
export type Question = Exclude<AnyQuestion, { type: 'address' }>;
export type Done = Extract<FromWorker, { type: 'done' }>;

/** From the process's listening thread to the one that blocks. */
export const toThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('warm'), libraries }),
  z.object({ type: z.literal('sign-in'), attempt, libraries, options: signInOptionsSchema }),
]);

/** An answer as it waits for the thread that blocks; without one: cancelled. */
export const putAnswerSchema = z.object({ seq: z.nullable(seq), answer: z.nullable(ocAnswerSchema) });
export type PutAnswer = z.infer<typeof putAnswerSchema>;

/** From the thread that blocks: messages for the app, and the pipe that interrupts a sign-in. */
export type FromThread = FromWorker | { type: 'cancel-pipe'; fd: number };
