import type { GrantTarget, SessionEnd } from '../../shared/access-protocol.ts';
import type { Agent } from '../../shared/user-agent.ts';
import type { GatewayProtocol, Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { Endpoint } from '../net/endpoint.ts';

/**
 * Asks one question. A person answers it, or the keychain, a terminal or a test. Aborting the signal withdraws the
 * question. Rejects with an `AbortError` when the question was withdrawn or the attempt was cancelled.
 */
export type Ask = (prompt: Prompt, options?: { signal?: AbortSignal }) => Promise<Answer>;

/** One gateway of a profile, with what a driver needs to sign in to it. */
export interface GatewayTarget extends Endpoint {
  profile: Profile;
  verifier: CertificateVerifier;
  /**
   * Called for a host that the system's authorities vouched for and the verifier never saw. `key` is the SHA-256 of its
   * SubjectPublicKeyInfo in base64. The person is never asked about that host later.
   */
  rememberVouched?: (host: string, key: string) => void;
  /** This computer's clock. Every time that a driver reports is by this clock, not by the gateway's. */
  now: () => number;
  client: { name: string; version: string; installation: string };
}

interface GrantBase {
  readonly endpoint: Endpoint;
  /** Null if the gateway did not say. The tunnel may learn it later ({@link Tunnel.limits}). */
  readonly idleSeconds: number | null;
  readonly expiresAt: number | null;
}

/** What the relay needs to know about a session with one of our own gateways. */
export interface RelayGrant extends GrantBase {
  readonly kind: 'relay';
  readonly verifier: CertificateVerifier;
  readonly relayPath: string;
  /** Never logged, never shown. */
  readonly ticket: string;
  readonly targets: readonly GrantTarget[];
}

/** What openconnect needs to carry the traffic of a session. The sign-in was done by libopenconnect or in a browser. */
export interface OpenConnectGrant extends GrantBase {
  readonly kind: 'openconnect';
  readonly protocol: Exclude<GatewayProtocol, 'campus'>;
  /** Never logged, never shown, never an argument: openconnect reads it from stdin. One line, 4096 bytes at most. */
  readonly cookie: string;
  /** Where the cookie is valid: https, with a port unless it is 443. The host may differ from the one that signed in. */
  readonly connectUrl: string;
  /** The accepted certificate: `pin-sha256:` + base64 of the SHA-256 of its key. The tunnel accepts no other. */
  readonly serverPin: string;
  /** The client name that the gateway was given at sign-in. The tunnel uses the same one. */
  readonly agent: Agent;
  /** The address that answered the sign-in. The cookie may be valid only on this node of a cluster. */
  readonly address: string | null;
  /** Whether the tunnel also carries packets by UDP (DTLS, ESP). If not, all go through TLS. */
  readonly udp: boolean;
  readonly keepAlive: KeepAlive;
}

/**
 * When a tunnel sends small queries of its own, so that nothing on the way forgets an idle connection. `without-limit`: only
 * if the gateway stated no idle time, because the queries would count as use of the session.
 */
export type KeepAlive = 'without-limit' | 'always' | 'never';

/** What a tunnel needs to know about a session. */
export type Grant = RelayGrant | OpenConnectGrant;

export type SessionEvent =
  | { type: 'expiring'; at: number }
  | { type: 'extended'; expiresAt: number }
  /** The control channel broke; the ticket may still be good. */
  | { type: 'lost'; cause: unknown }
  | { type: 'ended'; reason: SessionEnd };

/** A session with a gateway. It owns the control channel, if the protocol has one. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly grant: Grant;
  readonly extendable: boolean;
  /** Days until the person's password expires, if the gateway said so at sign-in. */
  readonly passwordDays?: number | null;
  /** Finishes after `lost`, `ended` or `close`. It allows one reader. */
  readonly events: AsyncIterable<SessionEvent>;
  /** Asks the gateway for more time. Resolves with the new expiry, or fails with `cannot-extend`. */
  extend(signal: AbortSignal): Promise<number>;
  /**
   * Asks the gateway when the session ends. Needed after a sleep and after either clock was changed. Null if the gateway
   * does not say. Fails with `gateway-silent`.
   */
  expiry(signal: AbortSignal): Promise<number | null>;
  /** How far our clock is ahead of the gateway's, by its last message. 0 if the gateway does not say. */
  readonly clockAhead: number;
  /** Makes a one-time sign-in for the portal. Fails with `portal-sign-in` if the gateway has none; the portal then asks for itself. */
  portalSignIn(signal: AbortSignal): Promise<PortalSignIn>;
  /** Signs out and forgets the ticket, within a time limit. Resolves with whether the gateway was told: false if the link was already broken. */
  close(): Promise<boolean>;
  /** Closes the control channel without signing out. The ticket stays valid for {@link GatewayDriver.resume}. */
  detach(): Promise<void>;
}

/** Signs in to one kind of gateway. It shows nothing and stores nothing. */
export interface GatewayDriver {
  signIn(target: GatewayTarget, ask: Ask, signal: AbortSignal): Promise<Session>;
  /**
   * Resumes a session whose link broke, with the same ticket and without asking anything. Fails with
   * `ticket-rejected` if the gateway no longer accepts the ticket.
   */
  resume(target: GatewayTarget, session: Session, signal: AbortSignal): Promise<Session>;
}
