import type { GrantTarget, SessionEnd } from '../../shared/access-protocol.ts';
import type { Agent } from '../../shared/agent.ts';
import type { GatewayProtocol, Profile } from '../../shared/profile.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { Endpoint } from '../net/endpoint.ts';

/**
 * Puts one question to whoever answers: a person, the keychain, a test, a terminal. Aborting the signal
 * withdraws it. Rejects with an `AbortError` when it was withdrawn or the attempt was cancelled.
 */
export type Ask = (prompt: Prompt, options?: { signal?: AbortSignal }) => Promise<Answer>;

/** One gateway of a profile, ready to be signed in to. */
export interface GatewayTarget extends Endpoint {
  profile: Profile;
  verifier: CertificateVerifier;
  /**
   * To be told of a host that the system's authorities vouched for where the verifier was not asked, with its key (SHA-256 of
   * SubjectPublicKeyInfo, base64): it never becomes a question later.
   */
  noteVouched?: (host: string, key: string) => void;
  /** This computer's clock. Every instant that a driver hands on is by this one, whatever the gateway's shows. */
  now: () => number;
  client: { name: string; version: string; installation: string };
}

interface GrantBase {
  readonly endpoint: Endpoint;
  /** Null where the gateway has not said; the tunnel may learn it ({@link Tunnel.limits}). */
  readonly idleSeconds: number | null;
  readonly expiresAt: number | null;
}

/** What the relay needs to know of a session with one of our own gateways. */
export interface RelayGrant extends GrantBase {
  readonly kind: 'relay';
  readonly verifier: CertificateVerifier;
  readonly relayPath: string;
  /** Never logged, never shown. */
  readonly ticket: string;
  readonly targets: readonly GrantTarget[];
}

/** What openconnect needs to carry traffic for a session that was signed in to by libopenconnect or in a browser. */
export interface OpenConnectGrant extends GrantBase {
  readonly kind: 'openconnect';
  readonly protocol: Exclude<GatewayProtocol, 'campus'>;
  /** Never logged, never shown, never an argument: it goes in by stdin. One line, 4096 bytes at most. */
  readonly cookie: string;
  /** Where the cookie is good: https, with a port where it is not 443; may be another host than the one that signed in. */
  readonly connectUrl: string;
  /** The certificate that was accepted: `pin-sha256:` + base64 of SHA-256 of its key. The tunnel accepts no other. */
  readonly serverPin: string;
  /** Who signed in, as the gateway was told: the tunnel goes by the same name. */
  readonly agent: Agent;
  /** The address that answered the sign-in: the cookie may be good at this node of a cluster only. */
  readonly address: string | null;
}

/** What a tunnel needs to know of a session. */
export type Grant = RelayGrant | OpenConnectGrant;

export type SessionEvent =
  | { type: 'expiring'; at: number }
  | { type: 'extended'; expiresAt: number }
  /** The control channel broke; the ticket may still be good. */
  | { type: 'lost'; cause: unknown }
  | { type: 'ended'; reason: SessionEnd };

/** Signed in. Owns the control channel, if the protocol has one. */
export interface Session {
  readonly id: string;
  readonly user: string;
  readonly grant: Grant;
  readonly extendable: boolean;
  /** In how many days the person's password ends, where the gateway said so as it let them in. */
  readonly passwordDays?: number | null;
  /** Ends after `lost`, `ended` or `close`. One reader. */
  readonly events: AsyncIterable<SessionEvent>;
  /** Asks for more time; resolves with the new expiry, or fails with `cannot-extend`. */
  extend(signal: AbortSignal): Promise<number>;
  /** Asks when the session ends, as the gateway sees it now: after a sleep, and when either clock was set. Null where it does not say. Fails with `gateway-silent`. */
  expiry(signal: AbortSignal): Promise<number | null>;
  /** How far our clock is ahead of the gateway's, by its last word; 0 where it does not say. */
  readonly clockAhead: number;
  /** One-time, minted when asked for. Fails with `portal-sign-in` where the gateway knows no such thing: the portal asks by itself then. */
  portalSignIn(signal: AbortSignal): Promise<PortalSignIn>;
  /** Signs out and forgets the ticket; bounded in time. Whether the gateway knows: false when the link was broken already. */
  close(): Promise<boolean>;
  /** Lets go of the control channel without signing out: the ticket stays good for {@link GatewayDriver.resume}. */
  detach(): Promise<void>;
}

/** A way of signing in to a gateway. Never shows anything, never stores anything. */
export interface GatewayDriver {
  signIn(target: GatewayTarget, ask: Ask, signal: AbortSignal): Promise<Session>;
  /**
   * Takes up a session whose link broke, with the same ticket and without a question. Fails with
   * `ticket-rejected` when the gateway no longer honours it.
   */
  resume(target: GatewayTarget, session: Session, signal: AbortSignal): Promise<Session>;
}
