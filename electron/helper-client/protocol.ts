import * as z from 'zod/mini';
import { sessionEndSchema } from '../../shared/access-protocol.ts';
import { agentSchema } from '../../shared/agent.ts';
import { failureSchema } from '../../shared/failure.ts';
import { gatewayProtocolSchema } from '../../shared/profile.ts';

/**
 * What is said over the helper's socket: JSON, one message a line. The helper parses every line by these and answers
 * each request once; to who watches it tells each change too.
 */
export const helperProtocol = {
  /** A longer line to the helper closes the connection. */
  maxLineBytes: 16 * 1024,
  /** A longer line of the helper's closes it too: it may have an authority's certificates in it. */
  maxReplyBytes: 128 * 1024,
  /** Where its sockets are, one for each allowed user. */
  directory: '/run/causeway',
} as const;

const idSchema = z.number().check(z.int(), z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));
const hostSchema = z.string().check(z.regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/));
const addressSchema = z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}$/));
/** As an address has it: a name, or an IPv6 address with or without brackets. */
const gatewaySchema = z.string().check(z.regex(/^[A-Za-z0-9[][A-Za-z0-9.:\]-]{0,252}$/));
const printable = /^[\x21-\x7e ]+$/;

/** One that leads somewhere and has nobody's name in it: it is refused before anything is made for it. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '' && url.port !== '0';
}

/**
 * What a tunnel is opened to. The words for openconnect are made of this by the helper, which checks each once more.
 * What proves the gateway is not among it: that is for the helper's configuration to say, so that an address or a proxy
 * that leads elsewhere finds nobody there who is believed.
 */
const targetSchema = z.strictObject({
  protocol: z.enum(gatewayProtocolSchema.options.filter((protocol) => protocol !== 'campus')),
  connectUrl: z.string().check(z.maxLength(1000), z.regex(/^https:\/\/[\x21-\x7e]+$/), z.refine(isPlainAddress)),
  /** Who signed in; left out: by our own name. */
  agent: z.optional(agentSchema),
  address: z.nullable(addressSchema),
  proxy: z.nullable(
    z.strictObject({
      kind: z.enum(['http', 'socks5']),
      host: hostSchema,
      port: z.number().check(z.int(), z.minimum(1), z.maximum(65_535)),
    }),
  ),
});

export const helperRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({
    id: idSchema,
    type: z.literal('open'),
    target: targetSchema,
    /** Never logged, never an argument. As long as any openconnect takes it. */
    cookie: z.string().check(z.regex(printable), z.maxLength(4095)),
  }),
  z.strictObject({ id: idSchema, type: z.literal('close'), signOut: z.boolean() }),
  /** With a host it is told too how that gateway is proved to the helper. */
  z.strictObject({ id: idSchema, type: z.literal('status'), host: z.optional(gatewaySchema) }),
  z.strictObject({ id: idSchema, type: z.literal('statistics') }),
  z.strictObject({ id: idSchema, type: z.literal('watch') }),
  /** The network is back: make the connection anew, keeping the interface and all that goes over it. */
  z.strictObject({ id: idSchema, type: z.literal('recover') }),
]);
export type HelperRequest = z.infer<typeof helperRequestSchema>;

const count = z.number().check(z.int(), z.minimum(0));
const upSchema = z.object({
  kind: z.literal('up'),
  host: z.string(),
  device: z.string(),
  /** The name servers of the campus. */
  nameServers: z.array(addressSchema).check(z.maxLength(8)),
  expiresAt: z.nullable(count),
  idleSeconds: z.nullable(count),
  /** What the gateway said to the person when it let them in. */
  banner: z.optional(z.string().check(z.maxLength(2_000))),
});
const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed') }),
  z.object({ kind: z.literal('opening'), host: z.string() }),
  upSchema,
  z.object({ kind: z.literal('closing'), host: z.string() }),
  /** Somebody else's: nothing more is told of it. */
  z.object({ kind: z.literal('taken'), user: z.string() }),
]);
export type HelperState = z.infer<typeof stateSchema>;
export type HelperUp = z.infer<typeof upSchema>;

/** How a gateway is proved to the helper, by what its administrator wrote: see {@link GatewayIdentity}. */
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
  /** `proof` where a host was asked about; null: no tunnel of this person's may lead there. */
  z.object({ id: idSchema, state: stateSchema, proof: z.optional(z.nullable(proofSchema)) }),
  z.object({ id: idSchema, received: count, sent: count }),
  z.object({ id: z.nullable(idSchema), failure: failureSchema }),
  z.object({ event: z.literal('state'), state: stateSchema }),
  z.object({ event: z.literal('ended'), ending: endingSchema }),
  /** The connection is lost, and was not back at once. */
  z.object({ event: z.literal('silent') }),
]);
export type HelperMessage = z.infer<typeof helperMessageSchema>;
