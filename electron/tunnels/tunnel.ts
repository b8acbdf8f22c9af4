import type { Duplex } from 'node:stream';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Grant } from '../gateways/gateway.ts';
import type { Endpoint } from '../net/endpoint.ts';

/** Bytes since the tunnel opened, in each direction. */
export interface TrafficCount {
  received: number;
  sent: number;
}

/**
 * Why a tunnel is no longer up.
 * - `dropped`: the link broke, and the ticket may still be valid.
 * - `rejected`: the gateway refused the ticket.
 * - `ended`: the gateway ended the session, for protocols whose tunnel is also the control channel.
 * - `closed`: we closed it.
 */
export type TunnelEnding =
  | { kind: 'dropped'; failure: Failure }
  | { kind: 'rejected'; failure: Failure }
  | { kind: 'ended'; reason: SessionEnd }
  | { kind: 'closed' };

/**
 * Opens a byte stream to a campus host. The far end resolves the name. Fails with `host-not-allowed`, `host-unreachable`,
 * `host-name-unknown` or `tunnel-down`; an app tunnel also with `names-silent`, `names-none`, `host-ipv6` or `streams-full`;
 * without a tunnel also with `local-network`.
 */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;

export interface Tunnel {
  dial: Dial;
  traffic(): TrafficCount;
  /** The session's limits, if the gateway reports them only when the tunnel opens. Null: it did not say. */
  readonly limits?: { readonly expiresAt: number | null; readonly idleSeconds: number | null };
  /** The gateway's message to the person after sign-in, or null. */
  readonly banner?: string | null;
  /** Whether the far end answers within this time. Used after a wake or a network change. */
  answers(timeoutMs: number): Promise<boolean>;
  /** How long the far end takes to answer one small question, in ms; null without an answer in time. It counts as use of the session. */
  roundTrip(timeoutMs: number): Promise<number | null>;
  /** Registers a callback for when the tunnel loses its connection and cannot reconnect at once. Only for tunnels that reconnect by themselves. */
  onSilent?(listener: () => void): void;
  /** Makes the tunnel reconnect now, if it can. Connections through it survive. */
  recover?(): void;
  /** Settles once, never rejects. */
  readonly ended: Promise<TunnelEnding>;
  /** Drops a link whose far end does not answer. The tunnel ends as `dropped` at once. */
  abandon(): void;
  /**
   * Closes the tunnel, within a time limit. The ticket stays valid. With `signOut` the session ends too, if the tunnel is
   * what tells the gateway, as with Cisco gateways.
   */
  close(options?: { signOut?: boolean }): Promise<void>;
}

/** Opens one kind of tunnel. */
export interface TunnelEngine {
  /**
   * Checks before sign-in whether a tunnel can open on this computer, so that a second factor is not wasted. Fails as `open`
   * would.
   */
  prepare?(host: string, signal: AbortSignal): Promise<void>;
  /**
   * Checks before sign-in whether the tunnel would accept the gateway's certificate. The helper may not trust what a person
   * or a profile trusts. Fails as `open` would. An unreachable gateway is no failure here: the sign-in reports that better.
   */
  prove?(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
  open(grant: Grant, signal: AbortSignal): Promise<Tunnel>;
}
