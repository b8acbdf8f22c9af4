import type { GrantTarget, SessionEnd } from '../../shared/access-protocol.ts';
import type { Answer, Prompt } from '../../shared/prompt.ts';
import type { PortalSignIn } from '../../shared/recovery.ts';
import type { CertificateJudge } from '../trust/certificate.ts';
import type { Endpoint } from '../trust/endpoint.ts';

/**
 * Puts one question to whoever answers: a person, the keychain, a test, a terminal. Aborting the signal
 * withdraws it. Rejects with an `AbortError` when it was withdrawn or the attempt was cancelled.
 */
export type Ask = (prompt: Prompt, options?: { signal?: AbortSignal }) => Promise<Answer>;

/** One gateway of a profile, ready to be signed in to. */
export interface GatewayTarget extends Endpoint {
  judge: CertificateJudge;
  /** This computer's clock. Every instant that a driver hands on is by this one, whatever the gateway's shows. */
  now: () => number;
  client: { name: string; version: string; installation: string };
}

/** What a tunnel needs to know of a session. */
export interface Grant {
  readonly endpoint: Endpoint;
  readonly judge: CertificateJudge;
  readonly relayPath: string;
  /** Never logged, never shown. */
  readonly ticket: string;
  readonly targets: readonly GrantTarget[];
  readonly idleSeconds: number;
  readonly expiresAt: number;
}

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
  /** Ends after `lost`, `ended` or `close`. One reader. */
  readonly events: AsyncIterable<SessionEvent>;
  /** Asks for more time; resolves with the new expiry, or fails with `cannot-extend`. */
  extend(signal: AbortSignal): Promise<number>;
  /** Asks when the session ends, as the gateway sees it now: after a sleep, and when either clock was set. Fails with `gateway-silent`. */
  expiry(signal: AbortSignal): Promise<number>;
  /** How far our clock is ahead of the gateway's, by its last word; 0 where it does not say. */
  readonly clockAhead: number;
  /** One-time, minted when asked for. */
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
