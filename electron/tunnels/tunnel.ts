import type { Duplex } from 'node:stream';
import type { SessionEnd } from '../../shared/access-protocol.ts';
import type { Failure } from '../../shared/failure.ts';
import type { Grant } from '../gateways/gateway.ts';
import type { Endpoint } from '../net/endpoint.ts';

/** Bytes since the tunnel opened. */
export interface TrafficCount {
  received: number;
  sent: number;
}

/**
 * Why a tunnel is no longer up: the link broke and the ticket may still be good, the gateway turned the ticket down, the
 * gateway ended the session (where its control channel is the tunnel's), or we closed it.
 */
export type TunnelEnding =
  | { kind: 'dropped'; failure: Failure }
  | { kind: 'rejected'; failure: Failure }
  | { kind: 'ended'; reason: SessionEnd }
  | { kind: 'closed' };

/** Opens a byte stream to a campus host, resolved at the far end. Fails with `host-not-allowed`, `host-unreachable`, `host-name-unknown`, `tunnel-down`, or `local-network` where it leads through none. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;

export interface Tunnel {
  dial: Dial;
  traffic(): TrafficCount;
  /** What the gateway said of the session's end when the tunnel opened, where only the tunnel hears of it; null: it did not say. */
  readonly limits?: { readonly expiresAt: number | null; readonly idleSeconds: number | null };
  /** What the gateway said to the person when it let them in, or null. */
  readonly banner?: string | null;
  /** Whether the far end answers within that time; asked after a wake or a change of network. */
  answers(withinMs: number): Promise<boolean>;
  /** Calls back when the tunnel has lost its connection and cannot get it back at once; for those that take it up again by themselves. */
  onSilent?(listener: () => void): void;
  /** Has it take its connection up again now, where it can: what runs over it goes on. */
  recover?(): void;
  /** Settles once, never rejects. */
  readonly ended: Promise<TunnelEnding>;
  /** Gives up a link whose far end does not answer: it ends as `dropped`, at once. */
  abandon(): void;
  /**
   * Bounded in time. The ticket stays good, unless this is the end of the session (`signOut`) and the gateway is told so by
   * the tunnel, as with Cisco's kind.
   */
  close(options?: { signOut?: boolean }): Promise<void>;
}

/** A way of carrying traffic once signed in. */
export interface TunnelEngine {
  /**
   * Whether one could open on this computer at all, looked at before anybody signs in: a second factor is not to be spent
   * for nothing. Fails as `open` would.
   */
  prepare?(host: string, signal: AbortSignal): Promise<void>;
  /**
   * Whether the tunnel would take that gateway for what it is, looked at before anybody signs in to it: what a person or a
   * profile vouches for, whoever opens the tunnel may have no proof of. Fails as `open` would. One that cannot be reached
   * is no failure here: signing in tells it better.
   */
  prove?(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
  open(grant: Grant, signal: AbortSignal): Promise<Tunnel>;
}
