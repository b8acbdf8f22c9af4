import { join } from 'node:path';
import { agentFor, type Agent } from '../../../shared/agent.ts';
import { fail } from '../../../shared/failure.ts';
import type { GatewayDriver } from '../gateway.ts';
import type { OpenWebWindow } from '../web-window.ts';
import type { StartWorker } from '../../worker/worker.ts';
import { OpenConnectSession } from './session.ts';
import { OpenConnectSignIn } from './sign-in.ts';
import { WorkerPool, type WorkerPoolDeps } from './process/worker-pool.ts';

export interface OpenConnectDeps {
  startWorker: StartWorker;
  /** A library that the administrator names, and no other then; null: the one that was installed with us, or the system's. */
  library: { path: string | null };
  /** The installer's own folder for what it brings along. */
  folder?: string | null;
  hostCheckWrapper?: string | null;
  /** By what name gateways get to know this program, where it is not our own. */
  agent?: Agent;
  openWebWindow?: OpenWebWindow;
  openInBrowser?: (address: string) => Promise<void>;
  log: (line: string) => void;
  times?: WorkerPoolDeps['times'] & { silentAfterMs?: number; phoneMs?: number };
}

/** The driver of the seven protocols that libopenconnect speaks. */
export interface OpenConnectDriver extends GatewayDriver {
  /** Whether a sign-in may come soon: its process is there already when it does, and gone 30 s after the last no. */
  setWanted(wanted: boolean): void;
  /** Ends its process at once. */
  stop(): void;
}

const silentAfterMs = 30_000;
/** A push lasts for a minute, a call a little longer. */
const phoneMs = 75_000;

/** Makes the driver; nothing starts before it is wanted. */
export function openconnectDriver(deps: OpenConnectDeps): OpenConnectDriver {
  const worker = new WorkerPool({
    startWorker: deps.startWorker,
    libraries: librariesFor(deps.library.path, deps.folder ?? null, process.platform),
    log: deps.log,
    ...(deps.times ? { times: deps.times } : {}),
  });
  const parts = {
    worker,
    hostCheckWrapper: deps.hostCheckWrapper ?? null,
    agent: deps.agent ?? agentFor(process.platform),
    openWebWindow: deps.openWebWindow ?? null,
    openInBrowser: deps.openInBrowser ?? null,
    log: deps.log,
    silentAfterMs: deps.times?.silentAfterMs ?? silentAfterMs,
    phoneMs: deps.times?.phoneMs ?? phoneMs * ((deps.times?.silentAfterMs ?? silentAfterMs) / silentAfterMs),
  };
  return {
    setWanted: (wanted) => worker.setWanted(wanted),
    stop: () => worker.stop(),
    signIn: (target, ask, signal) => new OpenConnectSignIn(parts, target, ask, signal).run(),
    /** The cookie is all there is of a session: whether it still holds shows in the tunnel. */
    async resume(target, session, signal) {
      if (signal.aborted) throw fail('cancelled');
      const { grant } = session;
      if (grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `libopenconnect for ${grant.kind}` });
      return new OpenConnectSession(session.user, grant, target);
    },
  };
}

/**
 * Where to look for the library: what policy names alone, else beside us, else the system's own on Linux. Elsewhere a
 * name alone is looked for in the working directory too, where anybody may have put one: there it is no way to find it.
 */
export function librariesFor(named: string | null, folder: string | null, platform: NodeJS.Platform): string[] {
  if (named !== null) return [named];
  const file = platform === 'win32' ? 'libopenconnect-5.dll' : platform === 'darwin' ? 'libopenconnect.5.dylib' : 'libopenconnect.so.5';
  const shipped = folder === null ? [] : [join(folder, file)];
  return platform === 'linux' ? [...shipped, file] : shipped;
}
