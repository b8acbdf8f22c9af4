import * as z from 'zod/mini';
import { sessionEndSchema } from '../../shared/access-protocol.ts';
import { agentSchema } from '../../shared/user-agent.ts';
import { failureSchema } from '../../shared/failure.ts';
import { gatewayProtocolSchema } from '../../shared/profile.ts';

/**
 * The protocol of the helper's socket: one JSON message per line. The helper parses every line with these schemas and
 * answers each request once. It also reports each change to clients that watch.
 */
export const helperProtocol = {
  /** A longer line to the helper closes the connection. */
  maxLineBytes: 16 * 1024,
  /** A longer line from the helper closes it too. A reply may hold an authority's certificates. */
  maxReplyBytes: 128 * 1024,
  /** The folder of its sockets, one for each allowed user. */
  directory: '/run/causeway',
} as const;

const idSchema = z.number().check(z.int(), z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));
const hostSchema = z.string().check(z.regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/));
const addressSchema = z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}$/));
/** A host as in a URL: a name, or an IPv6 address with or without brackets. */
const gatewaySchema = z.string().check(z.regex(/^[A-Za-z0-9[][A-Za-z0-9.:\]-]{0,252}$/));
const printable = /^[\x21-\x7e ]+$/;

/** Whether a URL has no user name, no password and a usable port. Others are refused before anything is done for them. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.port !== '0';
}

/**
 * Where to open a tunnel to. The helper builds openconnect's arguments from this and checks each value again. How the
 * gateway is verified is not part of it: only the helper's configuration decides that. So an address or a proxy that leads
 * to another server gets a certificate that is not accepted.
 */
const targetSchema = z.strictObject({
  protocol: z.enum(gatewayProtocolSchema.options.filter((protocol) => protocol !== 'campus')),
  connectUrl: z.string().check(z.maxLength(1000), z.regex(/^https:\/\/[\x21-\x7e]+$/), z.refine(isPlainAddress)),
  /** The client name from sign-in. Default: our own. */
  agent: z.optional(agentSchema),
  address: z.nullable(addressSchema),
  proxy: z.nullable(
    z.strictObject({
      kind: z.enum(['http', 'socks5']),
      host: hostSchema,
      port: z.number().check(z.int(), z.minimum(1), z.maximum(65_535)),
    }),
  ),
  /** Whether packets may also go by UDP. Default: true. */
  udp: z.optional(z.boolean()),
});

export const helperRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({
    id: idSchema,
    type: z.literal('open'),
    target: targetSchema,
    /** Never logged, never an argument. As long as the longest that any openconnect takes. */
    cookie: z.string().check(z.regex(printable), z.maxLength(4095)),
  }),
  z.strictObject({ id: idSchema, type: z.literal('close'), signOut: z.boolean() }),
  /** With a host, the reply also says how the helper verifies that gateway. */
  z.strictObject({ id: idSchema, type: z.literal('status'), host: z.optional(gatewaySchema) }),
  z.strictObject({ id: idSchema, type: z.literal('statistics') }),
  z.strictObject({ id: idSchema, type: z.literal('watch') }),
  /** The network is back: reconnect, and keep the interface and the connections over it. */
  z.strictObject({ id: idSchema, type: z.literal('recover') }),
]);
export type HelperRequest = z.infer<typeof helperRequestSchema>;

const count = z.number().check(z.int(), z.minimum(0));
const upSchema = z.object({
  kind: z.literal('up'),
  host: z.string(),
  device: z.string(),
  /** The campus's name servers. */
  nameServers: z.array(addressSchema).check(z.maxLength(8)),
  expiresAt: z.nullable(count),
  idleSeconds: z.nullable(count),
  /** The gateway's message to the person after sign-in. */
  banner: z.optional(z.string().check(z.maxLength(2_000))),
});
const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed') }),
  z.object({ kind: z.literal('opening'), host: z.string() }),
  upSchema,
  z.object({ kind: z.literal('closing'), host: z.string() }),
  /** Another user's tunnel. Nothing more is reported about it. */
  z.object({ kind: z.literal('taken'), user: z.string() }),
]);
export type HelperState = z.infer<typeof stateSchema>;
export type HelperUp = z.infer<typeof upSchema>;

/** How the helper verifies a gateway, from the administrator's configuration; see {@link GatewayIdentity}. */
const proofSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system') }),
  z.object({
    kind: z.literal('pins'),
    pins: z.array(z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/))).check(z.minLength(1), z.maxLength(10)),
  }),
  z.object({ kind: z.literal('authority'), pem: z.string().check(z.maxLength(64 * 1024)) }),
]);
export type GatewayProof = z.infer<typeof proofSchema>;

const endingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dropped'), failure: failureSchema }),
  z.object({ kind: z.literal('rejected'), failure: failureSchema }),
  z.object({ kind: z.literal('ended'), reason: sessionEndSchema }),
  z.object({ kind: z.literal('closed') }),
]);

export const helperMessageSchema = z.union([
  /** `proof` if the request had a host. Null: this user may not open a tunnel to it. */
  z.object({ id: idSchema, state: stateSchema, proof: z.optional(z.nullable(proofSchema)) }),
  z.object({ id: idSchema, received: count, sent: count }),
  z.object({ id: z.nullable(idSchema), failure: failureSchema }),
  z.object({ event: z.literal('state'), state: stateSchema }),
  z.object({ event: z.literal('ended'), ending: endingSchema }),
  /** The connection is lost and did not come back at once. */
  z.object({ event: z.literal('silent') }),
]);
export type HelperMessage = z.infer<typeof helperMessageSchema>;
