import * as z from 'zod/mini';
import { agentSchema } from '../../../../shared/user-agent.ts';

/** What the app and the process say to each other about a tunnel. `messages.ts` has them all in one union. */

const text = (length: number) => z.string().check(z.maxLength(length));
const whole = (least: number, most: number) => z.number().check(z.int(), z.minimum(least), z.maximum(most));

export const libraryProtocol = z.enum(['anyconnect', 'nc', 'pulse', 'gp', 'f5', 'fortinet', 'array']);

/** What the library needs to carry a session's traffic. `tunnels/openconnect/arguments.ts` checks all of it. */
const tunnelOptionsSchema = z.object({
  protocol: libraryProtocol,
  /** `https://host[:port][/path]`: where the cookie is valid. */
  url: text(2048),
  /** The ticket. Never logged. */
  cookie: text(16_384),
  /** The keys that the gateway may have, as `pin-sha256:` + base64. Nothing else about its certificate counts. */
  pins: z.array(z.string().check(z.regex(/^pin-sha256:[A-Za-z0-9+/]{43}=$/))).check(z.minLength(1), z.maxLength(10)),
  agent: agentSchema,
  /** The address to connect to in place of the host's name. Null: the host is an address, or a proxy resolves it. */
  address: z.nullable(text(100)),
  /** `http://host:port` or `socks5://host:port`, without a password. */
  proxy: z.nullable(text(300)),
  /** Whether packets may go by UDP too: DTLS or ESP. */
  udp: z.boolean(),
  /** The longest packet on the way to the gateway, in bytes, for protocols that do not find it out. Null: the library decides. */
  pathMtu: z.nullable(whole(576, 65_535)),
  /** How long the library tries to reconnect before it gives up, in seconds. */
  reconnectSeconds: whole(1, 86_400),
  /** After so many seconds of silence the library probes the far end; after twice that it reconnects. */
  deadPeerSeconds: whole(2, 3_600),
  /** After so many seconds without traffic, TCP itself probes the connection. */
  keepAliveSeconds: whole(1, 7_200),
});

/** What the gateway pushed, read from the library's own structures. */
const pushedSchema = z.object({
  /** One of IPv4, one of IPv6, or both, without a prefix length. */
  addresses: z.array(text(100)).check(z.maxLength(2)),
  /** Bytes. */
  mtu: whole(0, 1_000_000),
  nameServers: z.array(text(100)).check(z.maxLength(3)),
  /** Search domains. */
  domains: z.array(text(253)).check(z.maxLength(50)),
  /** Names that only the tunnel's name servers know, as the gateway pushed them. Empty: all names. */
  splitNames: z.array(text(253)).check(z.maxLength(1_000)),
  /** Networks that lead into the tunnel, and exceptions from these. Empty: all. */
  routes: z.array(text(100)).check(z.maxLength(2_000)),
  excludedRoutes: z.array(text(100)).check(z.maxLength(2_000)),
  /** The options of a Cisco gateway that `tunnels/openconnect/output.ts` reads: lines of `name=value`, one character per byte. */
  options: text(20_000),
  /** 0: it did not say. */
  idleSeconds: whole(0, 2 ** 31),
  /** Epoch seconds. 0: it did not say. */
  expiresAt: z.number().check(z.minimum(0), z.maximum(2 ** 53)),
});

export type TunnelOptions = z.infer<typeof tunnelOptionsSchema>;
export type Pushed = z.infer<typeof pushedSchema>;

const attempt = whole(1, 2 ** 53 - 1);
const port = whole(1, 65_535);
/** 32 random bytes in base64url. Good for one stream. */
const token = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

export const messagesToTunnel = [
  z.object({
    type: z.literal('tunnel'),
    attempt,
    libraries: z.array(text(4096)).check(z.maxLength(5)),
    options: tunnelOptionsSchema,
    /** Where to serve streams: a Unix socket in a folder of this user, or a Windows pipe. */
    streams: text(200),
  }),
  /** `reconnect`: now, with its streams kept. `sign-out` and `detach` end the tunnel; `detach` keeps the session at the gateway. */
  z.object({ type: z.literal('command'), attempt, command: z.enum(['reconnect', 'sign-out', 'detach']) }),
  /** A stream with this token will come to the stream channel. */
  z.object({ type: z.literal('expect'), attempt, token, host: z.string().check(z.minLength(1), z.maxLength(255)), port }),
  /** The app has broken off the stream of this token. */
  z.object({ type: z.literal('drop'), attempt, token }),
  /** Asks whether the far end answers within this time. */
  z.object({ type: z.literal('probe'), attempt, probe: whole(1, 2 ** 53 - 1), timeoutMs: whole(1, 600_000) }),
] as const;

export const messagesFromTunnel = [
  /** The tunnel is open. `again`: after a reconnect. Its streams go on then. */
  z.object({ type: z.literal('up'), attempt, again: z.boolean(), pushed: pushedSchema }),
  /** After a break the gateway gave other addresses. The library cannot go on: the app ends the process and starts another one. */
  z.object({ type: z.literal('readdressed'), attempt }),
  /** The library begins to connect to the gateway. `up` says that it succeeded. */
  z.object({ type: z.literal('connecting'), attempt }),
  z.object({ type: z.literal('probed'), attempt, probe: whole(1, 2 ** 53 - 1), answered: z.boolean() }),
  /** Something that the help desk may want to know. */
  z.object({ type: z.literal('note'), attempt, line: text(500) }),
  /** The library has ended. `result`: minus errno, see `tunnels/openconnect/output.ts`. */
  z.object({ type: z.literal('ended'), attempt, result: z.number() }),
  /** The process cannot carry a tunnel, for instance because it is not confined. */
  z.object({
    type: z.literal('unfit'),
    attempt,
    code: z.enum(['component-missing', 'component-altered', 'component-failed']),
    part: text(100),
    detail: text(2000),
  }),
] as const;

/** From the main thread to the blocking thread. `tun`: what `openconnect_setup_tun_fd` takes. */
export const carrySchema = z.object({
  type: z.literal('carry'),
  attempt,
  libraries: z.array(text(4096)).check(z.maxLength(5)),
  options: tunnelOptionsSchema,
  tun: z.union([z.number(), z.bigint()]),
});
export type Carry = z.infer<typeof carrySchema>;
