import type { Agent } from '../../../shared/user-agent.ts';
import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { fail, type Failure } from '../../../shared/failure.ts';
import { plainText } from '../../../shared/plain-text.ts';
import type { TunnelEnding } from '../tunnel.ts';

/** The session's limits, as openconnect passes them to its script in the environment. */
export interface Limits {
  readonly expiresAt: number | null;
  readonly idleSeconds: number | null;
}

const seconds = /^\d{1,9}$/;

/** Reads the limits from `IDLE_TIMEOUT` and, for Cisco gateways, from the options that the gateway sent. */
export function limitsFrom(environment: { idleTimeout: string; options: string }, now: number): Limits {
  const left = /^X-CSTP-Session-Timeout-Remaining=(\d{1,9})$/m.exec(environment.options)?.[1];
  const idle = seconds.test(environment.idleTimeout) ? Number(environment.idleTimeout) : 0;
  return { expiresAt: left === undefined || Number(left) === 0 ? null : now + Number(left) * 1000, idleSeconds: idle > 0 ? idle : null };
}

const readableOption = /^X-CSTP-(?:Session-Timeout-Remaining=\d{1,9}|Banner=[\x20-\xff]{1,6000})$/;

/** The options of a Cisco gateway (`CISCO_CSTP_OPTIONS`) that we read; all others are removed. One character per byte. */
export const readableOptions = (options: string): string =>
  options
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => readableOption.test(line))
    .slice(0, 2)
    .join('\n');

/** Converts a value of Node's environment to one character per byte. */
export const byteString = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * The message of a Cisco gateway after sign-in (`X-CSTP-Banner`, ocserv's `banner =`), or null. Cisco writes line breaks as
 * `%0A`.
 *
 * @param options as in the script's environment, one character per byte
 */
export function bannerIn(options: string): string | null {
  const line = /^X-CSTP-Banner=(.*)$/m.exec(options.slice(0, 20_000))?.[1];
  if (line === undefined) return null;
  const bytes = line.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const banner = plainText(Buffer.from(bytes, 'latin1').toString('utf8')).trim();
  return banner === '' ? null : banner.slice(0, 2_000);
}

/** What openconnect or its library said, beside how it ended. */
export interface OutputFacts {
  readonly program: 'openconnect' | 'libopenconnect';
  /** It connected to the gateway. */
  readonly reached: boolean;
  /** The HTTP status if the gateway refused to open a tunnel (`cstp.c`). */
  readonly connectStatus: number | null;
  /** The gateway ended the session. If that is said differently, it looks like a broken link, and the next attempt finds out. */
  readonly endedByGateway: boolean;
  /** The gateway answered the request for the tunnel's settings with a redirection, as F5 does for a session that it does not know (`f5_configure`). */
  readonly sentElsewhere: boolean;
  /** Why it ended the session, in its own words. */
  readonly endReason: SessionEnd | null;
  /** It refused the ticket, and openconnect's exit code does not say so: GlobalProtect's status 512 (`http.c`). */
  readonly ticketRefused: boolean;
  /** A Pulse gateway refused this client, with or without a ticket (`pulse.c`; gateways/openconnect/outcome.ts says more). */
  readonly refusesPulse: boolean;
  /** The last lines, without any that may hold a ticket. */
  readonly tail: string;
}

/** Why a Pulse gateway ends a session, as users of OpenConnect reported it (`pulse_mainloop`): another began, somebody ended it, it was idle. */
const pulseReasons: Readonly<Record<string, SessionEnd>> = { 6: 'replaced', 7: 'revoked', 8: 'idle' };

/** Why the gateway ended the session, if openconnect's lines tell (`oncp_record_read`, `pulse_mainloop`). */
export function endReasonIn(lines: string): SessionEnd | null {
  if (/^Server terminated connection \(session expired\)/m.test(lines)) return 'expired';
  if (/^Server terminated connection \(idle timeout\)/m.test(lines)) return 'idle';
  const reason = /^Pulse fatal error \(reason: (-?\d+)\)/m.exec(lines)?.[1];
  return reason === undefined ? null : (pulseReasons[reason] ?? 'revoked');
}

/** Reads what openconnect prints (with `LC_ALL=C`), for facts that its exit code does not tell and for the help desk. */
export class OpenConnectOutput implements OutputFacts {
  readonly program = 'openconnect';
  private text = '';
  /** When the session expires, for protocols whose script does not get it. */
  expiresAt: number | null = null;
  reached = false;
  /** openconnect did not accept the gateway's certificate. */
  unproven = false;
  connectStatus: number | null = null;
  endedByGateway = false;
  sentElsewhere = false;
  endReason: SessionEnd | null = null;
  ticketRefused = false;
  refusesPulse = false;

  add(bytes: Buffer): void {
    this.text = (this.text + bytes.toString('latin1')).slice(-4_000);
    this.reached ||= /^Connected to /m.test(this.text);
    this.refusesPulse ||= /^(Unexpected IF-T\/TLS authentication challenge|Authentication failure: Code 0x00$)/m.test(this.text);
    this.endedByGateway ||= /^(Session terminated by server|Server terminates with reason: )/m.test(this.text);
    this.sentElsewhere ||= /^Got HTTP response: HTTP\/1\.\d 30[1278].*\n+Creating SSL connection failed$/m.test(this.text);
    this.endReason ??= endReasonIn(this.text);
    this.ticketRefused ||= /^(Got HTTP response: HTTP\/1\.\d 512\b|Unexpected 512 result from server)/m.test(this.text);
    this.unproven ||= /^(Certificate from VPN server .* failed verification|None of the \d+ fingerprint)/m.test(this.text);
    const status = /^Got inappropriate HTTP CONNECT response: HTTP\/1\.\d (\d{3})/m.exec(this.text)?.[1];
    if (status !== undefined) this.connectStatus = Number(status);
    const expiry = /^Session authentication will expire at (.+)$/m.exec(this.text)?.[1];
    const at = expiry === undefined ? NaN : Date.parse(`${expiry} UTC`);
    if (!Number.isNaN(at)) this.expiresAt = at;
  }

  get tail(): string {
    return this.text
      .split('\n')
      .filter((line) => line.trim() !== '' && !/cookie:|webvpn=|DSID=|[?&=;][A-Za-z0-9+/_-]{32,}/i.test(line))
      .slice(-4)
      .join(' · ')
      .slice(-600);
  }
}

export interface Exit {
  /** openconnect's exit code (openconnect(8)), or what it would be for a result of the library. Null: killed. */
  code: number | null;
  output: OutputFacts;
  limits: Limits;
  /** When openconnect ended, and when the person's traffic last passed. */
  at: number;
  lastTrafficAt: number;
  host: string;
}

/** The clocks may differ a little, and the time of the last traffic is known only to the second. */
const leewayMs = 3_000;

/** Why a tunnel that was up ended, from openconnect's exit code and our own clock. */
export function endingOf({ code, output, limits, at, lastTrafficAt, host }: Exit): TunnelEnding {
  const failure = (why: Failure): Failure => ({ ...why, detail: `${output.program} ended (${code ?? 'killed'}): ${output.tail}` });
  const ended = (reason: SessionEnd): TunnelEnding => ({ kind: 'ended', reason });
  if (code === 2 || output.ticketRefused) return { kind: 'rejected', failure: failure({ code: 'ticket-rejected' }) };
  if (code === 1) {
    if (output.endReason) return ended(output.endReason);
    if (limits.expiresAt !== null && at >= limits.expiresAt - leewayMs) return ended('expired');
    const idleMs = limits.idleSeconds === null ? Infinity : limits.idleSeconds * 1000;
    if (output.endedByGateway) return ended(at - lastTrafficAt >= idleMs - leewayMs ? 'idle' : 'revoked');
  }
  return { kind: 'dropped', failure: failure({ code: 'tunnel-dropped', params: { host } }) };
}

/**
 * Why a tunnel did not open. If a Cisco gateway accepted the sign-in and then answers with a 4xx other than 401 (the ticket
 * was refused), it does not accept a client or system of this name.
 */
export function refusalOf(code: number | null, output: OutputFacts, host: string, { userAgent, system }: Agent): Error {
  const detail = `${output.program} ${code ?? 'killed'}: ${output.tail}`;
  const status = output.connectStatus;
  if (code !== 2 && status !== null && status >= 400 && status < 500)
    return fail('client-refused', { host, agent: userAgent, system }, { detail });
  if (output.refusesPulse) return fail('pulse-refused', { host }, { detail });
  if (code === 2 || output.sentElsewhere || output.ticketRefused) return fail('ticket-rejected', undefined, { detail });
  return fail(output.reached ? 'tunnel-failed' : 'gateway-unreachable', { host }, { detail });
}
