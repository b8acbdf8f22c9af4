import type { TLSSocket } from 'node:tls';
import type { TunnelNetwork } from '../../../campus/tunnel-network/network.ts';
import type { EncapsulationKind } from '../ppp/encapsulation.ts';
import type { PppLink } from '../ppp/link.ts';
import type { Outcome } from './http-requests.ts';
import type { Served } from './other-families.ts';

export interface PppGatewayOptions {
  /** HDLC-like framing. F5 only. */
  hdlc?: boolean;
  /** Whether headers may be shortened. F5 only: a Fortinet gateway refuses it. */
  compression?: boolean;
  /** Gives the client an IPv6 address and name server too. */
  ipv6?: boolean;
  /** Gives the name servers by PPP and not in the configuration. F5 only. */
  namesByPpp?: boolean;
  /** Gives no address at all. */
  addressless?: boolean;
  /** The gateway's MRU, in bytes. */
  mru?: number;
  /** Asks for data compression, which no OpenConnect has. */
  offersCompression?: boolean;
  /** How it refuses an unknown ticket: as a newer gateway (a status) or as an older one (to the sign-in page). Fortinet only. */
  refusesBy?: 'status' | 'redirect';
  /** Whether a session outlives a broken connection. Fortinet only. */
  survivesDrop?: boolean;
}

/** A session that began with a sign-in, or was given out. */
export interface PppSession {
  readonly ticket: string;
  /** F5's second name of a session, in the request for a tunnel. */
  readonly id: string;
  /** The client's address. */
  address: string;
  network: TunnelNetwork;
  link: PppLink | null;
  /** How often a tunnel began. */
  tunnels: number;
  /** Milliseconds between the last tunnel's agreement and its client's first packet. */
  firstPacketMs: number | null;
  /** Bytes of packets from the client. */
  received: number;
}

/** What a family's protocol adds to PPP. */
export interface PppFamily {
  kind: EncapsulationKind;
  /** The cookie that is the ticket, with its value in the sign-in pages. */
  cookie: { name: string; value: string };
  /** Answers requests for configurations and tunnels. Null: the sign-in pages answer. */
  serve(
    request: Served,
    session: PppSession | null,
    open: (session: PppSession) => (socket: TLSSocket, head: Buffer) => void,
  ): Outcome | null;
  isLogout(path: string): boolean;
}
