import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrantTarget } from '../shared/access-protocol.ts';
import type { Profile } from '../shared/profile.ts';
import { openAuthority } from './authority.ts';
import type { Now } from './clock.ts';
import type { ControlVerbs } from './control.ts';
import { closable, createFront, type Site } from './front/front.ts';
import { campusSites, type Addresses } from './front/sites.ts';
import { listenLocally, listenOnLoopback, localAddress, nameOfDirectory } from './local-socket.ts';
import { seed, seededPeople, type PeopleFile, type SeededPerson } from './people.ts';
import { createPortal } from './portal/portal.ts';
import { campusName, campusProfile, portalAddress, portalHost } from './profile.ts';
import { openServices, type Services } from './open-services.ts';
import type { SessionInfo } from './gateway/sessions.ts';
import type { Device } from './services.ts';
import { openStore } from './store.ts';

export interface CampusOptions {
  /** Loopback port of everything but the portal; 0 (the default) for any. */
  port?: number;
  /** Whether the portal answers directly, on the port after `port` (any, for 0). Off campus it listens on no port. */
  onCampus?: boolean;
  /** Who is there at first start; the seeded three by default. */
  people?: PeopleFile;
  /** How long a session lives, and how long without activity. */
  sessionMinutes?: number;
  idleMinutes?: number;
  /** What everyone agrees to before they sign in; null for none. */
  notice?: string | null;
  /** Whether a push is approved only with the number on the person's screen. */
  numberMatching?: boolean;
  /** Where everything is kept. By default a temporary directory, which goes when the campus stops. */
  dataDirectory?: string;
  /** Where sessions may go beside the portal: for measurements. */
  targets?: readonly GrantTarget[];
  /** The campus's clock, epoch milliseconds. TLS goes by the real one. */
  now?: Now;
  /** Told of failures that nobody waits for; the error console by default. */
  report?: (error: unknown) => void;
}

/** A running campus. */
export interface Campus {
  readonly port: number;
  /** Where the portal listens on campus; off campus nothing listens there. */
  readonly portalPort: number;
  readonly dataDirectory: string;
  readonly addresses: Addresses;
  readonly profile: Profile;
  /** `sha256`: the fingerprint, colon-separated hex. */
  readonly authority: { pem: string; sha256: string };
  /** Who was seeded, with what they sign in with. */
  readonly people: readonly SeededPerson[];
  readonly services: Services;
  /** What the campus itself has on record, for checks that must not trust a screen. */
  readonly records: { devices(userId: string): Device[]; sessions(): SessionInfo[] };
  readonly control: ControlVerbs;
  /** Closes everything within a second. Again is harmless. */
  stop(): Promise<void>;
}

const defaultNotice = [
  'Campus Test University: terms of remote access',
  'This service is for students and staff of the university. By proceeding you agree that your use follows the ' +
    "university's acceptable use policy, that your connection is logged for security, and that you keep your password " +
    'and your second factor to yourself.',
  'This is a stand-in campus on your own computer: nothing you do here reaches a real university.',
].join('\n\n');

/** Starts a whole campus on loopback. Fails with `not-now` where a port or the data is in use, `settings-damaged` where the data cannot be read. */
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
  const { port: wantedPort = 0, onCampus = false, people = seededPeople, now = Date.now, report = console.error } = options;
  const dataDirectory = await openDataDirectory(options.dataDirectory, closers);

  // The portal's socket is the sign that the data is in use: nothing is read or written before it is ours
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
    notice: options.notice === undefined ? defaultNotice : options.notice,
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

  const { directory, factors, signIns, sessions, lockout } = services;
  const profile = campusProfile({ port, portalPort, authorityPem: authority.pem });
  const addresses = addressesAt(port);
  const recoveryAddress = `https://recovery.campus.test:${port}/`;
  portalSites.set(portalHost, {
    request: createPortal({ directory, factors, signIns, now, address: portalAddress, campusId: campusName, recoveryAddress }),
  });
  for (const [name, site] of campusSites({ services, now, profile, addresses })) sites.set(name, site);

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

/** The directory that everything is kept in: the one that was asked for, or one that goes with the campus. */
async function openDataDirectory(wanted: string | undefined, closers: (() => unknown)[]): Promise<string> {
  if (wanted !== undefined) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return realpath(wanted);
  }
  const temporary = await mkdtemp(join(tmpdir(), 'causeway-campus-'));
  closers.push(() => rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return realpath(temporary);
}

/** Browsers take any name below `localhost` to loopback. */
function addressesAt(port: number): Addresses {
  return {
    index: `https://localhost:${port}/`,
    recovery: `https://recovery.localhost:${port}/`,
    phone: `https://phone.localhost:${port}/`,
    portal: portalAddress,
    gateway: `vpn.campus.test:${port}`,
  };
}
