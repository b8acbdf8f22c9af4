import type { Server } from 'node:net';
import type * as z from 'zod/mini';
import type { ProcessControl } from '../../tunnels/openconnect/process.ts';
import type { TrafficCount } from '../../tunnels/tunnel.ts';
import type { Plan, LocalNetwork as NetworkSurroundings } from '../network-plan.ts';
import type { NetworkState, Resolver } from '../network-state.ts';

/** One way in. Whose it is, the system's rights decide. */
export interface ListeningSocket {
  readonly name: string;
  /** Has the server listen there. When this resolves, its user and nobody else can come in. */
  open(server: Server): Promise<void>;
}

/** The platform's script for openconnect, as it is started. */
export interface ScriptStart {
  command: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  folder: string;
}

/** Who runs openconnect. */
export interface TunnelUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * What the helper does to the network by itself, where a system lets a process without rights use an interface that was
 * made for it. openconnect, which reads what a gateway sends, runs as a user of its own then, and only asks.
 */
export interface NetworkControl {
  /** null: this computer has no such user. */
  user(): Promise<TunnelUser | null>;
  /** What becomes that user before it becomes openconnect, and its words. */
  readonly program: string;
  args(user: TunnelUser): readonly string[];
  makeDevice(device: string, user: TunnelUser): Promise<void>;
  /** What a gateway's wishes are held against. */
  localNetwork(device: string, user: TunnelUser, before: Resolver): Promise<NetworkSurroundings>;
  /**
   * Keeps TCP to these addresses, and its answers, to packets that every path takes: some drop longer ones without a word,
   * and a tunnel inside TLS stands still there. Where they are led stays as it is. Called again, it follows the routes.
   */
  limitPacketSize(addresses: readonly string[], here: Pick<NetworkSurroundings, 'routes'>): Promise<void>;
  /** Gives the interface its addresses, and leads traffic through it and round it. */
  carryOut(plan: Plan, device: string): Promise<void>;
  /** Only the routes round it: the network is another one. */
  addBypassRoutes(plan: Pick<Plan, 'bypass'>): Promise<void>;
  /** The text that is to stand in `resolv.conf`; null: it stays as it is. */
  namesFor(plan: Plan, before: Resolver): string | null;
  setNames(plan: Plan, device: string, text: string | null): Promise<void>;
  /** Takes interface and routes away, of whichever run of the helper. Never rejects. */
  clear(device: string, user: TunnelUser | null): Promise<void>;
  /** Whether `resolv.conf` is still the file that this process may write: who replaces it leaves the new one out of its reach. */
  canChangeNames(): Promise<boolean>;
}

/** What the helper asks of the system that it runs on. */
export interface HelperPlatform {
  /** Where things are unless the command line says otherwise. */
  readonly places: { config: string; run: string; state: string; openconnect: string; vpncScript: string };
  /** How the configuration names users and files. */
  readonly user: z.ZodMiniType<string>;
  readonly path: z.ZodMiniType<string>;
  /** What the tunnel's interface is to be called; null: it cannot be chosen. */
  readonly device: string | null;
  /** Whether this process may do all that it is for. */
  mayServe(): Promise<boolean>;
  /** Makes the folder of the journal; false: others could write there. */
  makeStateFolder(path: string): Promise<boolean>;
  /** The name of the user of that number; null: there is none, or users have no numbers here. */
  nameOf(uid: number): Promise<string | null>;
  /** One for each of these users whom this computer knows. */
  socketsFor(users: readonly string[], run: string, log: (line: string) => void): Promise<ListeningSocket[]>;
  /** The one by which the script reports: the system's own, or that of who runs openconnect. */
  scriptSocket(run: string, user: TunnelUser | null): ListeningSocket;
  /** Where that one is, for as long as this process lives: the script is told it. */
  scriptAddress(run: string): string;
  /** What openconnect is given as its script: these words, started. */
  scriptFor(args: readonly string[], state: string): Promise<string>;
  /** What openconnect is started in, and how it is asked to go. */
  processControl(): Promise<ProcessControl>;
  /** Asks openconnect to go, from a process that does nothing else; null: none is needed for it. */
  readonly interrupt: ((pid: number, how: 'detach' | 'sign-out') => Promise<void>) | null;
  /** How the platform's script is started. */
  vpncScript(path: string): Promise<ScriptStart>;
  /** What openconnect loads from its own folder, which has to be as safe as itself. */
  librariesOf(openconnect: string): Promise<readonly string[]>;
  /** null: openconnect runs as the helper does, and its script changes the network. */
  readonly networkControl: NetworkControl | null;
  readonly network: {
    /** Routes, interfaces and name look-up as they are now. */
    read(): Promise<NetworkState>;
    changeRoute(verb: 'add' | 'del', route: string): Promise<void>;
    /** Removes an interface that outlived its tunnel. Never rejects. */
    removeLink(name: string): Promise<void>;
    /** Puts name look-up back, unless somebody else has changed it since: `after` is what the tunnel made of it. */
    restoreResolver(before: Resolver, after: Resolver | null): Promise<void>;
    /** The script's own copies, of a process that cannot come back for them. */
    forgetBackups(pid: number): Promise<void>;
    /** Through an interface so far; null: it cannot be told. */
    traffic(device: string): Promise<TrafficCount | null>;
  };
  readonly boot: {
    /** Since when the computer is up. */
    now(): string;
    isThis(noted: string): boolean;
  };
  readonly processes: {
    /** When it started, as the system counts; null: it is gone, or that cannot be told. */
    startOf(pid: number): Promise<string | null>;
    /** Its program's name. */
    nameOf(pid: number): Promise<string>;
  };
}
