import type { Agent } from '../../../shared/agent.ts';
import type { SessionEnd } from '../../../shared/access-protocol.ts';
import { fail, type Failure } from '../../../shared/failure.ts';
import { plainText } from '../../../shared/plain-text.ts';
import type { TunnelEnding } from '../tunnel.ts';

/** What the gateway said of the session's end, through the environment of openconnect's script. */
export interface Limits {
  readonly expiresAt: number | null;
  readonly idleSeconds: number | null;
}

const seconds = /^\d{1,9}$/;

/** Of `IDLE_TIMEOUT` and, from gateways of Cisco's kind, the options that they sent. */
export function limitsFrom(environment: { idleTimeout: string; options: string }, now: number): Limits {
  const left = /^X-CSTP-Session-Timeout-Remaining=(\d{1,9})$/m.exec(environment.options)?.[1];
  const idle = seconds.test(environment.idleTimeout) ? Number(environment.idleTimeout) : 0;
  return { expiresAt: left === undefined || Number(left) === 0 ? null : now + Number(left) * 1000, idleSeconds: idle > 0 ? idle : null };
}

const toldOption = /^X-CSTP-(?:Session-Timeout-Remaining=\d{1,9}|Banner=[\x20-\xff]{1,6000})$/;

/** Of the options that a gateway of Cisco's kind sent (`CISCO_CSTP_OPTIONS`) those that we read, and no others. One byte a letter. */
export const toldOptions = (options: string): string =>
  options
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => toldOption.test(line))
    .slice(0, 2)
    .join('\n');

/** An environment's text as Node reads it, in one letter a byte. */
export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * What a gateway of Cisco's kind says to whoever it has let in (`X-CSTP-Banner`, ocserv's `banner =`), or null. Cisco's
 * write line ends as `%0A`.
 *
 * @param options as the script's environment has them, one byte a letter
 */
export function bannerIn(options: string): string | null {
  const line = /^X-CSTP-Banner=(.*)$/m.exec(options.slice(0, 20_000))?.[1];
  if (line === undefined) return null;
  const bytes = line.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const said = plainText(Buffer.from(bytes, 'latin1').toString('utf8')).trim();
  return said === '' ? null : said.slice(0, 2_000);
}

/** What openconnect prints, for two questions that its exit code leaves open, and for the help desk. With `LC_ALL=C`. */
export class OpenConnectOutput {
  private text = '';
  /** It told of the session's end by itself: for protocols whose script does not. */
  expiresAt: number | null = null;
  /** It reached the gateway. */
  reached = false;
  /** The gateway's certificate is not one of those that it was told to believe. */
  unproven = false;
  /** What the gateway answered to the request for a tunnel, where that was no yes (`cstp.c`). */
  connectStatus: number | null = null;
  /** The gateway said that it is over. A program that says so in other words makes this a broken link, which the next try finds out about. */
  endedByGateway = false;

  add(bytes: Buffer): void {
    this.text = (this.text + bytes.toString('latin1')).slice(-4_000);
    this.reached ||= /^Connected to /m.test(this.text);
    this.endedByGateway ||= /^Session terminated by server/m.test(this.text);
    this.unproven ||= /^(Certificate from VPN server .* failed verification|None of the \d+ fingerprint)/m.test(this.text);
    const status = /^Got inappropriate HTTP CONNECT response: HTTP\/1\.\d (\d{3})/m.exec(this.text)?.[1];
    if (status !== undefined) this.connectStatus = Number(status);
    const expiry = /^Session authentication will expire at (.+)$/m.exec(this.text)?.[1];
    const at = expiry === undefined ? NaN : Date.parse(`${expiry} UTC`);
    if (!Number.isNaN(at)) this.expiresAt = at;
  }

  /** The last lines, without anything that could be a ticket. */
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
  code: number | null;
  said: OpenConnectOutput;
  limits: Limits;
  /** When it ended, and when bytes of the person's last went through. */
  at: number;
  lastTrafficAt: number;
  host: string;
}

/** Both clocks may be a little apart, and what went through last is known to the second only. */
const leewayMs = 3_000;

/** Why a tunnel that was up is so no more, from openconnect's exit code and our own clock. */
export function endingOf({ code, said, limits, at, lastTrafficAt, host }: Exit): TunnelEnding {
  const failure = (why: Failure): Failure => ({ ...why, detail: `openconnect ${code ?? 'killed'}: ${said.tail}` });
  const ended = (reason: SessionEnd): TunnelEnding => ({ kind: 'ended', reason });
  if (code === 2) return { kind: 'rejected', failure: failure({ code: 'ticket-rejected' }) };
  if (code === 1) {
    if (limits.expiresAt !== null && at >= limits.expiresAt - leewayMs) return ended('expired');
    const idleMs = limits.idleSeconds === null ? Infinity : limits.idleSeconds * 1000;
    if (said.endedByGateway) return ended(at - lastTrafficAt >= idleMs - leewayMs ? 'idle' : 'revoked');
  }
  return { kind: 'dropped', failure: failure({ code: 'tunnel-dropped', params: { host } }) };
}

/**
 * Why a tunnel did not come up. Of Cisco's kind a gateway that has let somebody in, and takes neither the ticket (401) nor the
 * blame (5xx), does not open a tunnel for a program or system of this name.
 */
export function refusalOf(code: number | null, said: OpenConnectOutput, host: string, { userAgent, system }: Agent): Error {
  const detail = `openconnect ${code ?? 'killed'}: ${said.tail}`;
  const status = said.connectStatus;
  if (code !== 2 && status !== null && status >= 400 && status < 500)
    return fail('client-refused', { host, agent: userAgent, system }, { detail });
  if (code === 2) return fail('ticket-rejected', undefined, { detail });
  return fail(said.reached ? 'tunnel-failed' : 'gateway-unreachable', { host }, { detail });
}
