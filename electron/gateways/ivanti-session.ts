import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { fail } from '../../shared/failure.ts';
import { bounded } from '../trust/bounded.ts';
import { shownAs } from '../trust/endpoint.ts';
import { connectTls } from '../trust/tls.ts';
import type { GatewayTarget, OpenConnectGrant, Session, SessionEvent } from './gateway.ts';
import { Queue } from './queue.ts';

/** The cookie of a session on an Ivanti gateway. */
export const sessionCookie = 'DSID';
const goodbyeWithinMs = 700;

/** Whether the page is one that only who is signed in gets to: on the way there the cookie may be a placeholder. */
export function isSessionPage(address: string, { host, port }: GatewayTarget): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.hostname !== host.toLowerCase()) return false;
  return (url.port === '' ? 443 : Number(url.port)) === port && url.pathname.startsWith('/dana/home/');
}

/**
 * Whether a cookie's value names a session: placeholders (`1`, `0`, `null`, `deleted`) are shorter. It goes to openconnect
 * in one line of 4096 bytes, so that nothing else may be in it than what such values are made of.
 */
export function isSession(value: string): boolean {
  return /^[A-Za-z0-9_.~%+/=-]{16,4000}$/.test(value);
}

/** A session that is nothing but its cookie: what becomes of it, the tunnel hears. */
export class TicketSession implements Session {
  readonly id = randomUUID();
  /** The page knows who signed in there; we do not read it. */
  readonly user = '';
  readonly extendable = false;
  readonly clockAhead = 0;
  readonly events = new Queue<SessionEvent>();

  constructor(
    private readonly target: GatewayTarget,
    readonly grant: OpenConnectGrant,
  ) {}

  extend(): Promise<number> {
    return Promise.reject(fail('cannot-extend'));
  }

  expiry(): Promise<null> {
    return Promise.resolve(null);
  }

  portalSignIn(): Promise<never> {
    return Promise.reject(fail('portal-sign-in'));
  }

  async close(): Promise<boolean> {
    this.events.end();
    try {
      return await this.logOut(AbortSignal.timeout(goodbyeWithinMs));
    } catch {
      return false;
    }
  }

  async detach(): Promise<void> {
    this.events.end();
  }

  /** Ends the session at the gateway; whether it heard. */
  private async logOut(signal: AbortSignal): Promise<boolean> {
    const { target } = this;
    const { cookie } = this.grant;
    const host = shownAs(target);
    const socket = await connectTls(target, target.judge, { signal, timeoutMs: goodbyeWithinMs });
    const bound = { signal, ms: goodbyeWithinMs, late: () => fail('gateway-silent', { host }), release: () => socket.destroy() };
    return bounded<boolean>(bound, (done, failed) => {
      const request = http.request({
        createConnection: () => socket,
        path: '/dana-na/auth/logout.cgi',
        headers: { host, cookie: cookie.startsWith(`${sessionCookie}=`) ? cookie : `${sessionCookie}=${cookie}` },
      });
      request.on('error', failed);
      request.on('response', (response) => {
        done((response.statusCode ?? 500) < 400);
        socket.destroy();
      });
      request.end();
    });
  }
}
