import { randomUUID, type X509Certificate } from 'node:crypto';
import http from 'node:http';
import { fail } from '../../../shared/failure.ts';
import type { PortalSignIn } from '../../../shared/recovery.ts';
import { spkiSha256, type CertificateVerifier } from '../../trust/verifier.ts';
import { endpointOf } from '../../net/endpoint.ts';
import { hostOf } from '../../trust/host.ts';
import { connectTls } from '../../net/tls.ts';
import type { GatewayTarget, OpenConnectGrant, Session, SessionEvent } from '../gateway.ts';
import { EventQueue } from '../event-queue.ts';

const signOutTimeoutMs = 700;

/** The request that tells a gateway to end a session. */
interface SignOutRequest {
  method: string;
  path: string;
  /** The Cookie header, where it differs from what the tunnel gets. */
  cookie?: string;
  body?: string;
}
const ivantiSignOut = { method: 'GET', path: '/dana-na/auth/logout.cgi' } as const;
/** For the protocols with a sign-out over HTTPS. */
const signOutRequests: Partial<Record<OpenConnectGrant['protocol'], (cookie: string) => SignOutRequest>> = {
  nc: () => ivantiSignOut,
  // Pulse's tunnel takes the bare value
  pulse: (cookie) => ({ ...ivantiSignOut, cookie: `DSID=${cookie}` }),
  f5: () => ({ method: 'GET', path: '/vdesk/hangup.php3?hangup_error=1' }),
  fortinet: () => ({ method: 'GET', path: '/remote/logout' }),
  // GlobalProtect's cookie is the body of its requests
  gp: (cookie) => ({ method: 'POST', path: '/ssl-vpn/logout.esp', body: cookie }),
};

/** A session of which we know only the cookie. The tunnel learns the rest. */
export class OpenConnectSession implements Session {
  readonly id = randomUUID();
  readonly extendable = false;
  readonly clockAhead = 0;
  readonly events = new EventQueue<SessionEvent>();

  constructor(
    readonly user: string,
    readonly grant: OpenConnectGrant,
    private readonly target: GatewayTarget,
    readonly passwordDays: number | null = null,
  ) {}

  extend(): Promise<number> {
    return Promise.reject(fail('cannot-extend'));
  }

  expiry(): Promise<null> {
    return Promise.resolve(null);
  }

  portalSignIn(): Promise<PortalSignIn> {
    return Promise.reject(fail('portal-sign-in'));
  }

  /** Tells the gateway, if the protocol allows. Otherwise the session ends when it expires at the gateway. */
  async close(): Promise<boolean> {
    this.events.end();
    return signOut(this.grant, this.target);
  }

  detach(): Promise<void> {
    this.events.end();
    return Promise.resolve();
  }
}

/** Tells the gateway to end the session. Resolves with whether it did, within `signOutTimeoutMs`. Never rejects. */
export async function signOut(grant: OpenConnectGrant, target: GatewayTarget): Promise<boolean> {
  const logout = signOutRequests[grant.protocol]?.(grant.cookie);
  if (!logout) return false;
  const signal = AbortSignal.timeout(signOutTimeoutMs);
  const url = new URL(grant.connectUrl);
  const host = hostOf(url);
  try {
    const endpoint = {
      ...endpointOf({ host, port: Number(url.port || 443) }, target.profile.connectTo),
      ...(target.via ? { via: target.via } : {}),
      ...(target.oldTls ? { oldTls: true } : {}),
    };
    const socket = await connectTls(endpoint, pinned(grant), { signal, timeoutMs: signOutTimeoutMs });
    try {
      return await new Promise<boolean>((resolve) => {
        const request = http.request({
          createConnection: () => socket,
          method: logout.method,
          path: logout.path,
          signal,
          headers: {
            'host': url.host,
            'user-agent': grant.agent.userAgent,
            ...(logout.body === undefined
              ? { cookie: logout.cookie ?? grant.cookie }
              : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        });
        request.on('response', (response) => {
          response.resume();
          resolve((response.statusCode ?? 500) < 400);
        });
        request.on('error', () => resolve(false));
        request.end(logout.body);
      });
    } finally {
      socket.destroy();
    }
  } catch {
    return false;
  }
}

/** Accepts the certificate that was accepted at sign-in, and no other. */
function pinned({ serverPin, endpoint }: OpenConnectGrant): CertificateVerifier {
  return ({ chain }) => {
    const [leaf]: readonly (X509Certificate | undefined)[] = chain;
    if (leaf && `pin-sha256:${spkiSha256(leaf)}` === serverPin) return { kind: 'accept' };
    return { kind: 'refuse', failure: { code: 'certificate-changed', params: { host: endpoint.host } } };
  };
}
