import * as z from 'zod/mini';
import { alwaysConnectSchema } from '../../../shared/always-connect.ts';
import { accessStateSchema } from '../../../shared/access-state.ts';
import { profileSummarySchema } from '../../../shared/app-state.ts';
import { failureSchema } from '../../../shared/failure.ts';
import { answerSchema } from '../../../shared/prompt.ts';
import { updateStateSchema } from '../../../shared/updates.ts';

/**
 * The protocol of the private socket between the app and the command line: JSON, one message a line. Both ends parse it
 * with these schemas. The program that holds the access session listens, and only the same user can connect.
 */
export const control = {
  /** The longest line in either direction. An answer to the largest form fits. A longer line ends the connection. */
  maxLineBytes: 2 * 1024 * 1024,
  /** How much one end may have written that the other has not read. */
  maxUnreadBytes: 8 * 1024 * 1024,
  maxClients: 16,
  /** How many unanswered requests one client may have. One more ends the connection. */
  maxPending: 16,
  /** A client that connects and sends nothing is disconnected after this time. */
  firstMessageTimeoutMs: 10_000,
} as const;

const id = z.int().check(z.minimum(1));
const profileId = z.string().check(z.maxLength(100));

export const controlRequestSchema = z.discriminatedUnion('verb', [
  z.object({ id, verb: z.literal('state') }),
  /** Sends the current access state, then every later one. */
  z.object({ id, verb: z.literal('watch') }),
  /**
   * `typed`: a person at a terminal has just typed it. Without it no password from the keychain is sent automatically.
   * `quick`: the command did not name the campus, as the tray does not; policy may not allow it.
   */
  z.object({ id, verb: z.literal('connect'), profileId, typed: z.optional(z.boolean()), quick: z.optional(z.boolean()) }),
  /** `typed`: a person at a terminal has just typed it. Without it no push is sent. */
  z.object({ id, verb: z.literal('answer'), promptId: z.string().check(z.maxLength(100)), answer: answerSchema, typed: z.boolean() }),
  /** Answers with the recovery passcode that the app holds: a person at a terminal has just chosen it. The passcode stays in the app. */
  z.object({ id, verb: z.literal('answerHeld'), promptId: z.string().check(z.maxLength(100)) }),
  z.object({ id, verb: z.literal('disconnect') }),
  z.object({ id, verb: z.literal('openPortal') }),
  /** Opens a proxy for other programs on this loopback port. It closes with this connection. */
  z.object({ id, verb: z.literal('appTunnel'), port: z.int().check(z.minimum(0), z.maximum(65_535)) }),
]);
/** What a request of any version has. */
export const askedSchema = z.object({ id });
export type ControlRequest = z.infer<typeof controlRequestSchema>;
export type ControlVerb = ControlRequest['verb'];

/** Who holds the session: the app, or a command line on its own. */
const holderSchema = z.enum(['app', 'command-line']);
export type ControlHolder = z.infer<typeof holderSchema>;

/** What each verb returns. */
export const controlValues = {
  state: z.object({
    access: accessStateSchema,
    profiles: z.array(profileSummarySchema),
    holder: holderSchema,
    alwaysConnect: z.optional(alwaysConnectSchema),
    updates: z.optional(updateStateSchema),
  }),
  watch: z.object({}),
  connect: z.object({}),
  answer: z.object({}),
  answerHeld: z.object({}),
  disconnect: z.object({}),
  /** Null: the portal is open in the window. Otherwise the address to open. */
  openPortal: z.object({ address: z.nullable(z.string()) }),
  appTunnel: z.object({ port: z.number(), user: z.string(), secret: z.string() }),
} as const satisfies Record<ControlVerb, z.ZodMiniType>;
export type ControlValue<V extends ControlVerb> = z.infer<(typeof controlValues)[V]>;

export const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('done'), id, value: z.unknown() }),
  z.object({ type: z.literal('failed'), id, failure: failureSchema }),
  /** `heldPasscode`: the app holds a recovery passcode, because the person lost their phone. */
  z.object({ type: z.literal('state'), access: accessStateSchema, heldPasscode: z.optional(z.boolean()) }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;
