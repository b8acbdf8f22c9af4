import { PassThrough } from 'node:stream';
import { AccessController, type ControllerDeps } from '../../electron/access/controller.ts';
import type { GatewayDriver, OpenConnectGrant, Session, SessionEvent } from '../../electron/gateways/gateway.ts';
import { EventQueue } from '../../electron/gateways/event-queue.ts';
import type { Tunnel, TunnelEnding, TunnelEngine } from '../../electron/tunnels/tunnel.ts';
import { createVerifier } from '../../electron/trust/verifier.ts';
import { fail, type FailureCode } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { handEnvironment } from './access.ts';
import { agentFor } from '../../shared/user-agent.ts';

export const otherProfile: Profile = {
  version: 1,
  id: 'x',
  name: 'X',
  gateways: ['vpn.campus.test'],
  protocol: 'anyconnect',
  tunnel: 'app',
  labels: { userId: 'User ID', password: 'Password' },
  portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
  trust: { kind: 'system' },
  connectTo: [{ host: 'vpn.campus.test', port: 443, loopbackPort: 9 }],
};

/**
 * A gateway of another vendor, whose session lives in its tunnel. A test decides what the tunnel meets.
 *
 * @param loopbackPort the loopback port on which it accepts new connections; on port 9 nobody listens
 */
export function otherGateway({ expiresAt = null as number | null, answers = true, portal = true, loopbackPort = 9 } = {}) {
  let clock = Date.now();
  let refuse: FailureCode | null = null;
  const tunnels: { end(ending: TunnelEnding): void; abandoned: boolean }[] = [];
  let signIns = 0;
  let expiryAsked = 0;
  let answering = answers;
  const grant: OpenConnectGrant = {
    kind: 'openconnect',
    endpoint: { host: 'vpn.campus.test', port: 443, loopbackPort },
    idleSeconds: null,
    expiresAt,
    protocol: 'anyconnect',
    cookie: 'c',
    connectUrl: 'https://vpn.campus.test/',
    serverPin: 'pin',
    agent: agentFor('linux'),
    address: null,
    udp: true,
    keepAlive: 'without-limit',
  };
  const session = (): Session => ({
    id: 's',
    user: 'mei',
    grant,
    extendable: false,
    clockAhead: 0,
    events: new EventQueue<SessionEvent>(),
    extend: () => Promise.reject(fail('cannot-extend')),
    // Such a gateway says it only when a tunnel opens (`gateways/openconnect/session.ts`)
    expiry: () => {
      expiryAsked += 1;
      return Promise.resolve(null);
    },
    portalSignIn: () => Promise.reject(fail('portal-sign-in')),
    close: () => Promise.resolve(true),
    detach: () => Promise.resolve(),
  });
  const driver: GatewayDriver = {
    signIn: () => {
      signIns += 1;
      return Promise.resolve(session());
    },
    resume: () => Promise.resolve(session()),
  };
  const engine: TunnelEngine = {
    open: () => {
      if (refuse) return Promise.reject(fail(refuse, { host: 'vpn.campus.test' }));
      let end: (ending: TunnelEnding) => void = () => undefined;
      const ended = new Promise<TunnelEnding>((resolve) => {
        end = resolve;
      });
      const made = {
        end,
        abandoned: false,
      };
      tunnels.push(made);
      const tunnel: Tunnel = {
        dial: () => (portal ? Promise.resolve(new PassThrough()) : Promise.reject(fail('host-unreachable'))),
        traffic: () => ({ received: 0, sent: 0 }),
        answers: () => Promise.resolve(answering),
        roundTrip: () => Promise.resolve(null),
        ended,
        abandon: () => {
          made.abandoned = true;
          end({ kind: 'dropped', failure: { code: 'tunnel-dropped' } });
        },
        close: () => {
          end({ kind: 'closed' });
          return Promise.resolve();
        },
      };
      return Promise.resolve(tunnel);
    },
  };
  const environment = handEnvironment();
  const make = (deps: Partial<ControllerDeps> = {}): AccessController =>
    new AccessController({
      drivers: { anyconnect: driver },
      tunnels: { app: engine },
      direct: () => () => Promise.reject(fail('tunnel-down')),
      verifierFor: ({ trust }) => createVerifier({ trust, now: Date.now }),
      environment,
      client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
      prepared: () => () => Promise.resolve(null),
      now: () => clock,
      random: () => 1,
      log: () => undefined,
      ...deps,
    });
  return {
    make,
    tunnels,
    environment,
    signIns: () => signIns,
    /** How often the session was asked when it ends. */
    expiryAsked: () => expiryAsked,
    answer: (now: boolean) => (answering = now),
    refuse: (code: FailureCode | null) => (refuse = code),
    pass: (ms: number) => (clock += ms),
  };
}
