import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { GrantTarget } from '../shared/access-protocol.ts';
import type { Now } from './clock.ts';
import { createDirectory } from './directory.ts';
import { createFactors } from './factors/factors.ts';
import { createSecurityKeys, type SecurityKeys } from './factors/security-keys.ts';
import { createTrustedBrowsers, type TrustedBrowsers } from './factors/trusted-browsers.ts';
import { createGatewayServer, type GatewayServer } from './gateway/server.ts';
import { createSessions, type SessionRules, type Sessions } from './gateway/sessions.ts';
import { createNcServer, type NcServer } from './nc/server.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPortalSignIns } from './portal-sign-ins.ts';
import { campusName, duoHost, issuerName, portalAddress, portalHost } from './profile.ts';
import type { RelayTarget } from './relay/grant.ts';
import { createRelayServer, type RelayServer } from './relay/server.ts';
import type { Directory, Factors, PortalSignIns } from './services.ts';
import type { Store } from './store.ts';

/** The path of the relay on the gateway. */
export const relayPath = '/relay';

/** How many sessions a person may have, and how often one can be extended. */
const sessionsPerPerson = 2;
const extensions = 3;

export interface ServiceOptions {
  store: Store;
  now: Now;
  report: (error: unknown) => void;
  /** The local socket that the portal listens at. */
  portalSocket: string;
  sessionMinutes: number;
  idleMinutes: number;
  numberMatching: boolean;
  /** How many consecutive failures of one kind lock an account. */
  failuresToLock: number;
  notice: string | null;
  targets: readonly GrantTarget[];
}

/** All of the campus's services, without its pages. */
export interface Services {
  directory: Directory;
  factors: Factors;
  securityKeys: SecurityKeys;
  trustedBrowsers: TrustedBrowsers;
  lockout: Lockout;
  signIns: PortalSignIns;
  sessions: Sessions;
  rules: SessionRules;
  gateway: GatewayServer;
  relay: RelayServer;
  /** The tunnel for OpenConnect's `nc`. Its cookie `DSID` is a session's ticket. */
  nc: NcServer;
  /** Closes every client connection. Sessions continue. */
  hangUp(): void;
  /** Stops everything that waits. */
  close(): void;
}

/** Builds each service once and passes it the others that it needs. */
export async function openServices(options: ServiceOptions): Promise<Services> {
  const { store, now, report, targets, notice, numberMatching } = options;
  const lockout = createLockout({ store, now, failures: options.failuresToLock });
  const directory = await createDirectory({ store, lockout });
  const factors = createFactors({ store, lockout, now, issuer: issuerName, numberMatching });
  const securityKeys = createSecurityKeys({ store, lockout, now, domain: campusName, hosts: [portalHost, duoHost], issuer: issuerName });
  const trustedBrowsers = createTrustedBrowsers({ store, now });
  const signIns = createPortalSignIns({ portalAddress, now });
  const rules: SessionRules = {
    lifetimeMs: options.sessionMinutes * 60_000,
    idleMs: options.idleMinutes * 60_000,
    perPerson: sessionsPerPerson,
    extensions,
  };
  const sessions = createSessions({ store, now, rules, targets, report });
  const gateway = createGatewayServer({ now, directory, factors, lockout, sessions, signIns, rules, notice, relayPath, targets, report });
  const relay = createRelayServer({
    authorize: (ticket) => sessions.authorize(ticket),
    resolve: (host, port) => resolve(host, port, options.portalSocket),
  });
  const nc = createNcServer({
    sessionOf: (cookie) => sessions.authorize(cookie),
    resolve: (host, port) => resolve(host, port, options.portalSocket),
    searchDomain: campusName,
  });
  return {
    directory,
    factors,
    securityKeys,
    trustedBrowsers,
    lockout,
    signIns,
    sessions,
    rules,
    gateway,
    relay,
    nc,
    hangUp() {
      relay.close();
      nc.close();
      gateway.close();
    },
    close() {
      sessions.close();
      factors.close();
    },
  };
}

/** Resolves a name on campus. The portal is at its local socket. Other names go to the resolver, and the grant decides whether they may be reached. */
async function resolve(host: string, port: number, portalSocket: string): Promise<RelayTarget | null> {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === portalHost) return port === 443 ? { path: portalSocket } : null;
  if (isIP(name)) return { host: name, port };
  try {
    const { address } = await lookup(name);
    return { host: address, port };
  } catch {
    return null; // the resolver knows no such name: the relay reports it
  }
}
