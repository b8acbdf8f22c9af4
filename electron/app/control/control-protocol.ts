import * as z from 'zod/mini';
import { accessStateSchema } from '../../../shared/access-state.ts';
import { profileSummarySchema } from '../../../shared/app-state.ts';
import { failureSchema } from '../../../shared/failure.ts';
import { answerSchema } from '../../../shared/prompt.ts';

/**
 * The private socket between the app and the command line: JSON, one message a line, parsed by these schemas at both
 * ends. Whoever holds the access session listens; nobody but the same user of this computer can connect.
 */
export const control = {
  /** Of a line, either way; an answer to the largest form fits. A longer one ends the connection. */
  maxLineBytes: 2 * 1024 * 1024,
  /** Of what one end has written and the other has not read. */
  maxUnreadBytes: 8 * 1024 * 1024,
  maxClients: 16,
  /** Requests of one client that have not been answered yet; one more ends the connection. */
  maxPending: 16,
  /** Who connects and says nothing makes room again. */
  firstWordWithinMs: 10_000,
} as const;

const id = z.int().check(z.minimum(1));
const profileId = z.string().check(z.maxLength(100));

export const controlRequestSchema = z.discriminatedUnion('verb', [
  z.object({ id, verb: z.literal('state') }),
  /** Every access state from now on, the present one first. */
  z.object({ id, verb: z.literal('watch') }),
  /** `typed`: by a person at a terminal, just now. Without it no password of the keychain goes in by itself. */
  z.object({ id, verb: z.literal('connect'), profileId, typed: z.optional(z.boolean()) }),
  /** `typed`: by a person at a terminal, just now. Without it no push is sent. */
  z.object({ id, verb: z.literal('answer'), promptId: z.string().check(z.maxLength(100)), answer: answerSchema, typed: z.boolean() }),
  z.object({ id, verb: z.literal('disconnect') }),
  z.object({ id, verb: z.literal('openPortal') }),
  /** A proxy for other programs on this loopback port, as long as this connection lasts. */
  z.object({ id, verb: z.literal('appTunnel'), port: z.int().check(z.minimum(0), z.maximum(65_535)) }),
]);
export type ControlRequest = z.infer<typeof controlRequestSchema>;
export type ControlVerb = ControlRequest['verb'];

/** Who holds the session: the app, or a command line on its own. */
const holderSchema = z.enum(['app', 'command-line']);
export type ControlHolder = z.infer<typeof holderSchema>;

/** What each verb answers with. */
export const controlValues = {
  state: z.object({ access: accessStateSchema, profiles: z.array(profileSummarySchema), holder: holderSchema }),
  watch: z.object({}),
  connect: z.object({}),
  answer: z.object({}),
  disconnect: z.object({}),
  /** Null: it is open in the window. Otherwise where to look. */
  openPortal: z.object({ address: z.nullable(z.string()) }),
  appTunnel: z.object({ port: z.number(), user: z.string(), secret: z.string() }),
} as const satisfies Record<ControlVerb, z.ZodMiniType>;
export type ControlValue<V extends ControlVerb> = z.infer<(typeof controlValues)[V]>;

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), id, value: z.unknown() }),
  z.object({ type: z.literal('failed'), id, failure: failureSchema }),
  z.object({ type: z.literal('state'), access: accessStateSchema }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;
