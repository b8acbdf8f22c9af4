import { join } from 'node:path';
import { agentFor, type Agent } from '../../../shared/user-agent.ts';
import { fail, throwIfCancelled } from '../../../shared/failure.ts';
import type { GatewayDriver } from '../gateway.ts';
import type { OpenSignInPage } from '../sign-in-page.ts';
import type { StartWorker } from '../../worker/worker.ts';
import { OpenConnectSession } from './session.ts';
import { OpenConnectSignIn } from './sign-in.ts';
import { WorkerPool, type WorkerPoolDeps } from './process/worker-pool.ts';

export interface OpenConnectDeps {
  startWorker: StartWorker;
  /** The library that the administrator chose; no other is tried then. Null: the one installed with us, or the system's. */
  library: { path: string | null; from?: LibraryFrom };
  /** The folder where the installer puts the libraries that it ships. */
  folder?: string | null;
  hostCheckWrapper?: string | null;
  /** The client name to give to gateways, if not our own. */
  agent?: Agent;
  openSignInPage?: OpenSignInPage;
  /** As in {@link SignInDeps}. */
  asksWithoutWindow?: boolean;
  openInBrowser?: (address: string) => Promise<void>;
  log: (line: string) => void;
  /** As in {@link WorkerPoolDeps}. */
  debug?: WorkerPoolDeps['debug'];
  times?: WorkerPoolDeps['times'] & { silentAfterMs?: number; phoneMs?: number };
}

/** The driver of the seven protocols that libopenconnect speaks. */
export interface OpenConnectDriver extends GatewayDriver {
  /** Says whether a sign-in may come soon. True starts the process ahead of time; it exits 30 s after the last false. */
  setWanted(wanted: boolean): void;
  /** The processes that carry tunnels, which are the same. */
  readonly workers: Pick<WorkerPool, 'check' | 'handOver'>;
  /** Ends the process at once. */
  stop(): void;
}

const silentAfterMs = 30_000;
/** A push lasts a minute, a phone call a little longer. */
const phoneMs = 75_000;

/** Makes the driver. No process starts until one is wanted. */
export function openconnectDriver(deps: OpenConnectDeps): OpenConnectDriver {
  const worker = new WorkerPool({
    startWorker: deps.startWorker,
    libraries: librariesFor(deps.library.path, deps.folder ?? null, process.platform, deps.library.from),
    log: deps.log,
    ...(deps.debug ? { debug: deps.debug } : {}),
    ...(deps.times ? { times: deps.times } : {}),
  });
  const parts = {
    worker,
    hostCheckWrapper: deps.hostCheckWrapper ?? null,
    agent: deps.agent ?? agentFor(process.platform),
    openSignInPage: deps.openSignInPage ?? null,
    asksWithoutWindow: deps.asksWithoutWindow ?? false,
    openInBrowser: deps.openInBrowser ?? null,
    log: deps.log,
    silentAfterMs: deps.times?.silentAfterMs ?? silentAfterMs,
    phoneMs: deps.times?.phoneMs ?? phoneMs * ((deps.times?.silentAfterMs ?? silentAfterMs) / silentAfterMs),
  };
  return {
    setWanted: (wanted) => worker.setWanted(wanted),
    workers: worker,
    stop: () => worker.stop(),
    signIn: (target, ask, signal) => new OpenConnectSignIn(parts, target, ask, signal).run(),
    /** The cookie is all that the session has. Only the tunnel finds out whether it is still valid. */
    async resume(target, session, signal) {
      throwIfCancelled(signal);
      const { grant } = session;
      if (grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `libopenconnect for ${grant.kind}` });
      return new OpenConnectSession(session.user, grant, target);
    },
  };
}

/** Whose library may be used: the installer's, the system's, or either, in that order. */
export type LibraryFrom = 'either' | 'installer' | 'system';

/**
 * Where to look for the library. If policy names a path, only there. Otherwise beside us, and on Linux then the system's
 * own. Other systems also look for a bare file name in the working directory, where anybody may have put one, so there we
 * never use a bare name.
 */
export function librariesFor(
  named: string | null,
  folder: string | null,
  platform: NodeJS.Platform,
  from: LibraryFrom = 'either',
): string[] {
  if (named !== null) return [named];
  const file = platform === 'win32' ? 'libopenconnect-5.dll' : platform === 'darwin' ? 'libopenconnect.5.dylib' : 'libopenconnect.so.5';
  const shipped = folder === null ? [] : [join(folder, file)];
  const system = platform === 'linux' ? [file] : [];
  return [...(from === 'system' ? [] : shipped), ...(from === 'installer' ? [] : system)];
}
