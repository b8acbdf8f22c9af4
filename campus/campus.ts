import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrantTarget } from '../shared/access-protocol.ts';
import type { Profile } from '../shared/profile.ts';
import { openAuthority } from './authority.ts';
import type { Now } from './clock.ts';
import type { ControlVerbs } from './control.ts';
import { closable, createFront, type Site } from './front/front.ts';
import { pageSites } from './front/page-sites.ts';
import { campusSites, profilePath, type Addresses } from './front/sites.ts';
import { listenLocally, listenOnLoopback, localAddress, nameOfDirectory } from './local-socket.ts';
import { seed, seededPeople, type PeopleFile, type SeededPerson } from './people.ts';
import { createPortal } from './portal/portal.ts';
import { campusName, campusProfile, portalAddress, portalHost } from './profile.ts';
import { openServices, type Services } from './open-services.ts';
import type { SessionInfo } from './gateway/sessions.ts';
import type { Device } from './services.ts';
import type { SignInKind } from './sign-in-kind.ts';
import { openStore } from './store.ts';

export interface CampusOptions {
  /** The loopback port of everything but the portal. 0, the default, means any free one. */
  port?: number;
  /** Whether the portal can be reached directly, on the port after `port` (or any free one if that is 0). Off campus it listens on no port. */
  onCampus?: boolean;
  /** How people sign in at the gateway. By default by forms. */
  signIn?: SignInKind;
  /** The people at the first start. By default three are seeded. */
  people?: PeopleFile;
  /** How long a session lasts, with and without activity. */
  sessionMinutes?: number;
  idleMinutes?: number;
  /** The notice that everyone accepts before signing in. Null for none. */
  notice?: string | null;
  /** Whether approving a push takes the number on the person's screen. */
  numberMatching?: boolean;
  /** The data directory. By default a temporary one, which is deleted when the campus stops. */
  dataDirectory?: string;
  /** Other targets that sessions may reach besides the portal, for measurements. */
  targets?: readonly GrantTarget[];
  /** The campus's clock, epoch milliseconds. TLS uses the real clock. */
  now?: Now;
  /** Gets failures that no caller waits for. By default they go to the error console. */
  report?: (error: unknown) => void;
}

/** A running campus. */
export interface Campus {
  readonly port: number;
  /** The portal's port on campus. Off campus nothing listens there. */
  readonly portalPort: number;
  readonly dataDirectory: string;
  readonly addresses: Addresses;
  readonly profile: Profile;
  /** `sha256`: the fingerprint, colon-separated hex. */
  readonly authority: { pem: string; sha256: string };
  /** The seeded people and their sign-in data. */
  readonly people: readonly SeededPerson[];
  readonly services: Services;
  /** The campus's own records, for checks that must not rely on a screen. */
  readonly records: { devices(userId: string): Device[]; sessions(): SessionInfo[] };
  readonly control: ControlVerbs;
  /** Closes everything within a second. Calling it twice is harmless. */
  stop(): Promise<void>;
}

const defaultNotice = [
  'Campus Test University: terms of remote access',
  'This service is for students and staff of the university. By proceeding you agree that your use follows the ' +
    "university's acceptable use policy, that your connection is logged for security, and that you keep your password " +
    'and your second factor to yourself.',
  'This is a stand-in campus on your own computer: nothing you do here reaches a real university.',
].join('\n\n');

/** ADFS campuses lock an account after a few failures. */
const failuresToLock: Record<SignInKind, number> = { forms: 10, pages: 5 };

/** Starts a whole campus on loopback. Fails with `not-now` when a port or the data is in use, and `settings-damaged` when the data cannot be read. */
export async function startCampus(options: CampusOptions = {}): Promise<Campus> {
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    return await start(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: CampusOptions, closers: (() => unknown)[], stop: () => Promise<void>): Promise<Campus> {
  const {
    port: wantedPort = 0,
    onCampus = false,
    signIn = 'forms',
    people = seededPeople,
    now = Date.now,
    report = console.error,
  } = options;
  const notice = options.notice === undefined ? defaultNotice : options.notice;
  const dataDirectory = await openDataDirectory(options.dataDirectory, closers);

  // The portal's socket marks the data as in use: read or write nothing before we hold it
  const portalSocket = await localAddress(`portal-${nameOfDirectory(dataDirectory)}`);
  const portalSites = new Map<string, Site>();
  const authority = await openAuthority(dataDirectory);
  const portalBehindRelay = createFront(authority.portal, portalSites);
  closers.push(closable(portalBehindRelay));
  await listenLocally(portalBehindRelay, portalSocket);

  const store = await openStore(dataDirectory);
  await seed(store, people, now);
  const services = await openServices({
    store,
    now,
    report,
    portalSocket,
    sessionMinutes: options.sessionMinutes ?? 480,
    idleMinutes: options.idleMinutes ?? 60,
    numberMatching: options.numberMatching ?? false,
    failuresToLock: failuresToLock[signIn],
    notice,
    targets: [{ host: portalHost, ports: [443] }, ...(options.targets ?? [])],
  });
  closers.push(
    () => store.settled(),
    () => services.close(),
  );

  const sites = new Map<string, Site>();
  const front = createFront(authority.services, sites);
  closers.push(closable(front), () => services.hangUp());
  const port = await listenOnLoopback(front, wantedPort);

  let portalPort = port + 1;
  if (onCampus) {
    const portalOnCampus = createFront(authority.portal, portalSites);
    closers.push(closable(portalOnCampus));
    portalPort = await listenOnLoopback(portalOnCampus, wantedPort === 0 ? 0 : portalPort);
  }

  const { directory, factors, securityKeys, signIns, sessions, lockout } = services;
  const profile = campusProfile({ port, portalPort, authorityPem: authority.pem, signIn });
  const addresses = addressesAt(port, profile);
  const recoveryAddress = `https://recovery.campus.test:${port}/`;
  portalSites.set(portalHost, {
    request: createPortal({
      directory,
      factors,
      signIns,
      now,
      address: portalAddress,
      campusId: campusName,
      recoveryAddress,
      // Only Duo's page can ask for one
      ...(signIn === 'pages' && { securityKeys }),
    }),
  });
  for (const [name, site] of campusSites({ services, now, profile, addresses })) sites.set(name, site);
  if (signIn === 'pages') {
    for (const [name, site] of pageSites({ services, now, port, notice, recoveryAddress })) sites.set(name, site);
  }

  return {
    port,
    portalPort,
    dataDirectory,
    addresses,
    profile,
    authority: { pem: authority.pem, sha256: authority.sha256 },
    people: people.people,
    services,
    records: { devices: (userId) => factors.devices(userId), sessions: () => sessions.list() },
    control: {
      sessions: () => sessions.list(),
      end: (id) => sessions.end(id, 'revoked'),
      async lock(userId) {
        const person = directory.person(userId);
        if (person) await lockout.lock(person.userId);
        return person !== null;
      },
    },
    stop,
  };
}

/** The data directory: the requested one, or a temporary one that is deleted with the campus. */
async function openDataDirectory(wanted: string | undefined, closers: (() => unknown)[]): Promise<string> {
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return realpath(wanted);
  }
  const temporary = await mkdtemp(join(tmpdir(), 'causeway-campus-'));
  closers.push(() => rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return realpath(temporary);
}

/** Browsers resolve any name below `localhost` to loopback. */
function addressesAt(port: number, profile: Profile): Addresses {
  const index = `https://localhost:${port}/`;
  return {
    index,
    profile: new URL(profilePath(profile), index).href,
    recovery: `https://recovery.localhost:${port}/`,
    phone: `https://phone.localhost:${port}/`,
    portal: portalAddress,
    gateway: `vpn.campus.test:${port}`,
  };
}
