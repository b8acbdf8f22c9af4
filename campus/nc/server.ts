import type { SessionEnd, GrantTarget } from '../../shared/access-protocol.ts';
import { onAbort } from '../../shared/abort.ts';
import type { RawHandler } from '../front/raw-request.ts';
import { allowedBy } from '../relay/grant.ts';
import { addressNumber, addressText } from '../tunnel-network/ip.ts';
import { TunnelNetwork } from '../tunnel-network/network.ts';
import type { Target } from '../tunnel-network/tcp-connection.ts';
import { configurationMessage } from './configuration.ts';
import { NcLink } from './link.ts';
import { endReasons } from './wire.ts';

/** What this server needs to know of a session. */
export interface NcSession {
  readonly id: string;
  readonly targets: readonly GrantTarget[];
  /** Notes activity: the idle time starts again. */
  touch(bytes: number): void;
  /** Aborts when the session ends, with a {@link SessionEnd} as its reason. */
  readonly ended: AbortSignal;
}

export interface NcOptions {
  /** The session of a `DSID` cookie, or null. */
  sessionOf: (cookie: string) => NcSession | null;
  /** What a name leads to. Null: no such name. */
  resolve: (host: string, port: number) => Promise<Target | null>;
  searchDomain: string;
  mtu?: number;
}

export interface NcServer {
  /** Takes over a connection on which a client asked for a tunnel at {@link ncPath}. */
  handle: RawHandler;
  /** Closes every client's connection. Sessions and what is open inside their tunnels stay. */
  hangUp(): void;
  /** Closes everything. */
  close(): void;
}

/** The path of the request that begins a tunnel (`oncp_connect`). */
export const ncPath = '/dana/js';
const sessionCookie = 'DSID';

/** The tunnel's network. The name server and the granted names have addresses here, and each client one in `clients`. */
const plan = {
  network: addressNumber('10.80.0.0'),
  netmask: addressNumber('255.255.0.0'),
  nameServer: addressNumber('10.80.0.53'),
  names: addressNumber('10.80.0.80'),
  clients: addressNumber('10.80.128.1'),
  clientNetmask: addressNumber('255.255.255.255'),
} as const;
const maxClients = 250;
const defaultMtu = 1_400;

/** A session's network and its current connection. */
interface Attached {
  address: number;
  network: TunnelNetwork;
  link: NcLink | null;
  leaveAfterMs: NodeJS.Timeout | undefined;
}

/** How long the connections inside a tunnel wait for a client that went away without signing out. */
const waitForClientMs = 5 * 60_000;

/**
 * The tunnel of an Ivanti gateway (oNCP inside TLS, `wire.ts`), for OpenConnect's `nc`. A client sends the `DSID` cookie of a
 * session. If it connects again with the same cookie, it gets the same address and keeps its connections, and its previous
 * link is closed.
 */
export function createNcServer(options: NcOptions): NcServer {
  const attached = new Map<string, Attached>();

  const open = (session: NcSession): Attached | null => {
    const known = attached.get(session.id);
    if (known) return known;
    const address = freeAddress(attached);
    if (address === null) return null;
    const hosts = namesOf(session);
    const network = new TunnelNetwork({
      client: address,
      nameServer: plan.nameServer,
      mtu: options.mtu ?? defaultMtu,
      addressOf: (name) => hosts.addressOf(name),
      isHost: (host) => host === plan.nameServer || hosts.nameOf(host) !== null,
      find: (host, port) => reachable(session, hosts.nameOf(host) ?? addressText(host), port, options),
    });
    const made: Attached = { address, network, link: null, leaveAfterMs: undefined };
    attached.set(session.id, made);
    onAbort(session.ended, () => {
      attached.delete(session.id);
      clearTimeout(made.leaveAfterMs);
      made.link?.end(reasonOf(session.ended.reason));
      network.close();
    });
    return made;
  };

  return {
    handle({ search, cookies }, socket, head) {
      const session = options.sessionOf(cookies.get(sessionCookie) ?? '');
      const mine = session && search.get('prot') === '1' && search.get('svc') === '4' ? open(session) : null;
      if (!session || !mine) {
        // OpenConnect understands 302 as an invalid cookie
        socket.end(
          'HTTP/1.1 302 Found\r\nLocation: /dana-na/auth/url_default/welcome.cgi?p=timed-out\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
        );
        return;
      }
      const link = new NcLink(socket, configurationMessage(configurationFor(mine.address, session, options)), {
        onReady: (mtu) => mine.network.attach(link, mtu ?? undefined),
        onPacket: (packet) => {
          session.touch(packet.length);
          mine.network.receive(packet);
        },
        onWritable: () => mine.network.onWritable(),
        onClosed: () => {
          mine.network.detach(link);
          if (mine.link !== link) return;
          mine.link = null;
          mine.leaveAfterMs = setTimeout(() => mine.network.close(), waitForClientMs);
          mine.leaveAfterMs.unref();
        },
      });
      clearTimeout(mine.leaveAfterMs);
      const previous = mine.link;
      mine.link = link;
      previous?.close();
      session.touch(0);
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nPragma: no-cache\r\nNCP-Version: 3\r\n\r\n', () =>
        link.start(head),
      );
    },
    hangUp() {
      for (const { link } of attached.values()) link?.close();
    },
    close() {
      for (const { link, network, leaveAfterMs } of attached.values()) {
        clearTimeout(leaveAfterMs);
        link?.close();
        network.close();
      }
      attached.clear();
    },
  };
}

function configurationFor(address: number, { targets }: NcSession, { searchDomain, mtu }: NcOptions) {
  return {
    address,
    netmask: plan.clientNetmask,
    mtu: mtu ?? defaultMtu,
    nameServers: [plan.nameServer],
    searchDomain,
    routes: [{ network: plan.network, netmask: plan.netmask }, ...targets.flatMap(({ host }) => routeTo(host))],
  };
}

/** The route to a target that is granted by address. Granted names have addresses in the tunnel's own network. */
function routeTo(host: string): { network: number; netmask: number }[] {
  const [base = '', prefix = '32'] = host.split('/');
  const bits = Number(prefix);
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(base) || !Number.isInteger(bits) || bits < 0 || bits > 32) return [];
  const netmask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
  return [{ network: (addressNumber(base) & netmask) >>> 0, netmask }];
}

/** The names that a session may reach, each with an address in the tunnel's network. */
function namesOf({ targets }: NcSession): { addressOf(name: string): number | null; nameOf(address: number): string | null } {
  const names = [...new Set(targets.map(({ host }) => host.toLowerCase()).filter((host) => !/^[\d./]+$|:/.test(host)))];
  return {
    addressOf: (name) => (names.includes(name) ? plan.names + names.indexOf(name) : null),
    nameOf: (address) => names[address - plan.names] ?? null,
  };
}

/** The target of a connection. Null when the session may not reach it. As in the relay, the grant is checked against the resolved address. */
async function reachable(session: NcSession, host: string, port: number, { resolve }: NcOptions): Promise<Target | null> {
  if (!session.targets.some((grant) => grant.ports.includes(port))) return null;
  const target = await resolve(host, port);
  return allowedBy(session.targets, host, port, target) ? target : null;
}

function freeAddress(attached: ReadonlyMap<string, Attached>): number | null {
  const taken = new Set([...attached.values()].map(({ address }) => address));
  for (let index = 0; index < maxClients; index += 1) if (!taken.has(plan.clients + index)) return plan.clients + index;
  return null;
}

function reasonOf(end: unknown): number {
  const reason: SessionEnd | null = end === 'expired' || end === 'idle' ? end : null;
  return reason === null ? endReasons.other : endReasons[reason];
}
