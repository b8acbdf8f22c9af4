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

const goodbyeWithinMs = 700;

/** How a gateway is told that a session is over. */
interface Goodbye {
  method: string;
  path: string;
  /** Instead of the cookie as the tunnel is given it. */
  cookie?: string;
  body?: string;
}
const ivantiGoodbye = { method: 'GET', path: '/dana-na/auth/logout.cgi' } as const;
/** For the protocols whose gateways can be told over HTTPS. */
const goodbyes: Partial<Record<OpenConnectGrant['protocol'], (cookie: string) => Goodbye>> = {
  nc: () => ivantiGoodbye,
  // Its tunnel takes the bare value
  pulse: (cookie) => ({ ...ivantiGoodbye, cookie: `DSID=${cookie}` }),
  f5: () => ({ method: 'GET', path: '/vdesk/hangup.php3?hangup_error=1' }),
  fortinet: () => ({ method: 'GET', path: '/remote/logout' }),
  // GlobalProtect's cookie is the body of its requests
  gp: (cookie) => ({ method: 'POST', path: '/ssl-vpn/logout.esp', body: cookie }),
};

/** A session of which only the cookie is ours: the tunnel that carries its traffic learns the rest. */
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

  /** Tells the gateway, where it can be told; otherwise its own clock ends the session. */
  async close(): Promise<boolean> {
    this.events.end();
    return signOut(this.grant, this.target);
  }

  detach(): Promise<void> {
    this.events.end();
    return Promise.resolve();
  }
}

/** Whether the gateway knows now that this cookie is no longer wanted. Never rejects, and is bounded in time. */
export async function signOut(grant: OpenConnectGrant, target: GatewayTarget): Promise<boolean> {
  const goodbye = goodbyes[grant.protocol]?.(grant.cookie);
  if (!goodbye) return false;
  const signal = AbortSignal.timeout(goodbyeWithinMs);
  const url = new URL(grant.connectUrl);
  const host = hostOf(url);
  try {
    const endpoint = {
      ...endpointOf({ host, port: Number(url.port || 443) }, target.profile.connectTo),
      ...(target.via ? { via: target.via } : {}),
      ...(target.oldTls ? { oldTls: true } : {}),
    };
    const socket = await connectTls(endpoint, pinned(grant), { signal, timeoutMs: goodbyeWithinMs });
    try {
      return await new Promise<boolean>((resolve) => {
        const request = http.request({
          createConnection: () => socket,
          method: goodbye.method,
          path: goodbye.path,
          signal,
          headers: {
            'host': url.host,
            'user-agent': grant.agent.userAgent,
            ...(goodbye.body === undefined
              ? { cookie: goodbye.cookie ?? grant.cookie }
              : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        });
        request.on('response', (response) => {
          response.resume();
          resolve((response.statusCode ?? 500) < 400);
        });
        request.on('error', () => resolve(false));
        request.end(goodbye.body);
      });
    } finally {
      socket.destroy();
    }
  } catch {
    return false;
  }
}

/** The certificate that was accepted at sign-in, and no other. */
function pinned({ serverPin, endpoint }: OpenConnectGrant): CertificateVerifier {
  return ({ chain }) => {
    const [leaf]: readonly (X509Certificate | undefined)[] = chain;
    if (leaf && `pin-sha256:${spkiSha256(leaf)}` === serverPin) return { kind: 'accept' };
    return { kind: 'refuse', failure: { code: 'certificate-changed', params: { host: endpoint.host } } };
  };
}
