import * as z from 'zod/mini';
import { answerSchema, promptSchema } from './prompt.ts';
import { failureCodes, failureParamsSchema } from './failure.ts';
import { instantSchema } from './instant.ts';
import { plainLine } from './plain-text.ts';

/**
 * The access protocol, version 1: JSON messages over a WebSocket. `docs/protocol.md` describes it for people; both ends
 * parse with these schemas.
 */
export const accessProtocol = {
  subprotocol: 'causeway.access.v1',
  path: '/access',
  /** A larger message closes the socket with 1009. */
  maxMessageBytes: 64 * 1024,
  /** Both ends send WebSocket pings this often while signed in. A peer that is silent for {@link accessProtocol.deadAfterMs} is gone. */
  pingEveryMs: 5_000,
  deadAfterMs: 15_000,
  /** A client that has not said hello by then is disconnected. */
  helloTimeoutMs: 10_000,
  /** A question that is unanswered for this long ends the sign-in. */
  answerTimeoutMs: 5 * 60_000,
  /** How long a one-time portal sign-in is valid. */
  portalSignInMs: 60_000,
} as const;

const ticketSchema = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)); // 256 bits, base64url
const seqSchema = z.number().check(z.int(), z.minimum(1));

/** Where a session may connect to: host names or CIDRs, each with its ports. The gateway checks it again after resolving names. */
export const grantTargetSchema = z.object({
  host: z.string().check(z.minLength(1), z.maxLength(253)),
  ports: z.array(z.number().check(z.int(), z.minimum(1), z.maximum(65_535))).check(z.minLength(1), z.maxLength(100)),
});
export type GrantTarget = z.infer<typeof grantTargetSchema>;

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    client: z.string().check(z.maxLength(100)),
    version: z.string().check(z.maxLength(40)),
    /** Random, created once per installation. A session that this installation left behind is replaced without a question. */
    installation: z.string().check(z.regex(/^[A-Za-z0-9_-]{22,64}$/)),
    resume: z.optional(ticketSchema),
  }),
  z.object({ type: z.literal('answer'), seq: seqSchema, answer: answerSchema }),
  z.object({ type: z.literal('extend') }),
  /** Asks how much time the session has left. Does not count as activity. */
  z.object({ type: z.literal('time') }),
  z.object({ type: z.literal('portal-sign-in') }),
  z.object({ type: z.literal('bye') }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Why a question was withdrawn. */
export const withdrawalSchema = z.enum(['approved', 'denied', 'timed-out', 'superseded', 'ended']);
export type Withdrawal = z.infer<typeof withdrawalSchema>;

/** Why a session ended. */
export const sessionEndSchema = z.enum(['expired', 'idle', 'revoked', 'replaced', 'signed-out']);
export type SessionEnd = z.infer<typeof sessionEndSchema>;

/** Each may carry `now` besides its own fields, see `clocks.ts`. */
export const gatewayMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), seq: seqSchema, prompt: promptSchema }),
  z.object({ type: z.literal('withdrawn'), seq: seqSchema, reason: withdrawalSchema }),
  z.object({
    type: z.literal('granted'),
    session: z.string().check(z.maxLength(64)),
    user: z.string().check(z.maxLength(200), z.overwrite(plainLine)),
    ticket: ticketSchema,
    expiresAt: instantSchema,
    idleSeconds: z.number().check(z.int(), z.minimum(1)),
    extendable: z.boolean(),
    /** A path on the same gateway, without anything that could be read as another host. */
    relay: z.string().check(z.regex(/^\/[!-"$-~]{0,199}$/)),
    grants: z.array(grantTargetSchema).check(z.maxLength(200)),
  }),
  z.object({
    type: z.literal('refused'),
    code: z.enum(failureCodes),
    params: z.optional(failureParamsSchema),
    message: z.optional(z.string().check(z.maxLength(500))),
  }),
  z.object({ type: z.literal('expiring'), at: instantSchema }),
  z.object({ type: z.literal('extended'), expiresAt: instantSchema }),
  z.object({ type: z.literal('extend-refused') }),
  z.object({ type: z.literal('time'), expiresAt: instantSchema }),
  /** POST {token} to `action` within 60 s. It replaces the password at the portal, never the second factor. */
  z.object({
    type: z.literal('portal-sign-in'),
    action: z.url().check(z.maxLength(500)),
    token: z.string().check(z.maxLength(200)),
    expiresAt: instantSchema,
  }),
  z.object({ type: z.literal('ended'), reason: sessionEndSchema }),
]);
export type GatewayMessage = z.infer<typeof gatewayMessageSchema>;
