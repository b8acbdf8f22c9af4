import type { Server } from 'node:net';
import type * as z from 'zod/mini';
import type { ProcessControl } from '../../tunnels/openconnect/process.ts';
import type { TrafficCount } from '../../tunnels/tunnel.ts';
import type { Plan, LocalNetwork } from '../network-plan.ts';
import type { NetworkState, Resolver } from '../network-state.ts';

/** One socket or pipe. The system's access rights decide which user it belongs to. */
export interface ListeningSocket {
  readonly name: string;
  /** Makes the server listen there. When this resolves, only its user can connect. */
  open(server: Server): Promise<void>;
}

/** How to start the platform's script for openconnect. */
export interface ScriptStart {
  command: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  folder: string;
}

/** The user that runs openconnect. */
export interface TunnelUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Changes to the network that the helper makes itself. Only for systems where an unprivileged process can use an interface
 * made for it. There openconnect, which parses what a gateway sends, runs as a user of its own and can only ask.
 */
export interface NetworkControl {
  /** Null: this computer has no user of that name. */
  user(): Promise<TunnelUser | null>;
  /** The program that switches to that user and then runs openconnect, and its arguments. */
  readonly program: string;
  args(user: TunnelUser): readonly string[];
  makeDevice(device: string, user: TunnelUser): Promise<void>;
  /** The network against which a gateway's request is checked. */
  localNetwork(device: string, user: TunnelUser, before: Resolver): Promise<LocalNetwork>;
  /**
   * Limits TCP to and from these addresses to packets that every path accepts. Some paths silently drop longer ones, and a
   * tunnel inside TLS would hang. Does not change where packets are routed. Call it again after a route change.
   */
  limitPacketSize(addresses: readonly string[], here: Pick<LocalNetwork, 'routes'>): Promise<void>;
  /** Gives the interface its addresses, and sets the routes through the tunnel and around it. */
  carryOut(plan: Plan, device: string): Promise<void>;
  /** Sets only the bypass routes, after the network has changed. */
  addBypassRoutes(plan: Pick<Plan, 'bypass'>): Promise<void>;
  /** The new text of `resolv.conf`. Null: it does not change. */
  namesFor(plan: Plan, before: Resolver): string | null;
  setNames(plan: Plan, device: string, text: string | null): Promise<void>;
  /** Removes the interface and the routes of any run of the helper. Never rejects. */
  clear(device: string, user: TunnelUser | null): Promise<void>;
  /** Whether this process can still write `resolv.conf`. It cannot after another program has replaced the file. */
  canChangeNames(): Promise<boolean>;
}

/** What the helper needs from the operating system. */
export interface HelperPlatform {
  /** Default paths. The command line may change them. */
  readonly places: { config: string; run: string; state: string; openconnect: string; vpncScript: string };
  /** The format of user names and paths in the configuration. */
  readonly user: z.ZodMiniType<string>;
  readonly path: z.ZodMiniType<string>;
  /** The name of the tunnel's interface. Null: it cannot be chosen. */
  readonly device: string | null;
  /** Whether this process has the privileges that it needs. */
  mayServe(): Promise<boolean>;
  /** Makes the journal's folder. False: others could write there. */
  makeStateFolder(path: string): Promise<boolean>;
  /** The name of a user by number. Null: there is none, or users have no numbers here. */
  nameOf(uid: number): Promise<string | null>;
  /** One socket for each of these users that this computer knows. */
  socketsFor(users: readonly string[], run: string, log: (line: string) => void): Promise<ListeningSocket[]>;
  /** The socket for the script. It belongs to the system, or to the user that runs openconnect. */
  scriptSocket(run: string, user: TunnelUser | null): ListeningSocket;
  /** The address of that socket in this run. The script gets it as an argument. */
  scriptAddress(run: string): string;
  /** The `--script` argument for openconnect that runs this command. */
  scriptFor(args: readonly string[], state: string): Promise<string>;
  /** How openconnect runs and is stopped. */
  processControl(): Promise<ProcessControl>;
  /** Asks openconnect to exit, from a process started only for that. Null: no such process is needed. */
  readonly interrupt: ((pid: number, how: 'detach' | 'sign-out') => Promise<void>) | null;
  /** How to start the platform's script. */
  vpncScript(path: string): Promise<ScriptStart>;
  /** The libraries that openconnect loads from its own folder. They must be as safe as the program. */
  librariesOf(openconnect: string): Promise<readonly string[]>;
  /** Null: openconnect runs with the helper's privileges, and its script changes the network. */
  readonly networkControl: NetworkControl | null;
  readonly network: {
    /** The current routes, interfaces and resolver. */
    read(): Promise<NetworkState>;
    changeRoute(verb: 'add' | 'del', route: string): Promise<void>;
    /** Removes an interface that outlived its tunnel. Never rejects. */
    removeLink(name: string): Promise<void>;
    /** Restores the resolver, unless another program has changed it since. `after` is the tunnel's version. */
    restoreResolver(before: Resolver, after: Resolver | null): Promise<void>;
    /** Deletes the script's backup files of a process that is gone. */
    forgetBackups(pid: number): Promise<void>;
    /** Bytes through an interface so far. Null: unknown. */
    traffic(device: string): Promise<TrafficCount | null>;
  };
  readonly boot: {
    /** Identifies the current boot of the computer. */
    now(): string;
    isThis(noted: string): boolean;
  };
  readonly processes: {
    /** When a process started, in the system's own units. Null: it is gone, or unknown. */
    startOf(pid: number): Promise<string | null>;
    /** The name of its program. */
    nameOf(pid: number): Promise<string>;
  };
}
