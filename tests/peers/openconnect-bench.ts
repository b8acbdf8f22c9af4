import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildOpenConnectWorker } from '../../build/openconnect-worker.ts';
import { forkWorker } from '../../electron/worker/fork-worker.ts';
import type { Ask, GatewayTarget } from '../../electron/gateways/gateway.ts';
import {
  librariesFor,
  openconnectDriver,
  type OpenConnectDeps,
  type OpenConnectDriver,
} from '../../electron/gateways/openconnect/driver.ts';
import { loadLibrary } from '../../electron/gateways/openconnect/process/library.ts';
import type { StartWorker, WorkerProcess } from '../../electron/worker/worker.ts';
import { createVerifier, type Accepted } from '../../electron/trust/verifier.ts';
import { endpointOf } from '../../electron/net/endpoint.ts';
import { fail, type FailureCode } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptKind, PromptOf } from '../../shared/prompt.ts';

/** Whether this machine has IPv6 on loopback, which some containers have not. */
export const hasIPv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));

/** Where `build/native-linux.ts` leaves ours; `npm test` makes it. */
export const nativeFolder = join(import.meta.dirname, '../../out/native-linux');
/** Whether it is there. */
export const hasOurs = existsSync(join(nativeFolder, 'libopenconnect.so.5'));
/** The system's own library, whatever ours is: its full path, or null where there is none. */
export const systemLibrary: string | null =
  process.platform === 'linux' && existsSync('/sbin/ldconfig')
    ? (/libopenconnect\.so\.5 .*=> (\/\S+)/.exec(spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout)?.[1] ?? null)
    : null;
/** Both of them, each where it is there, by what to call it in the title of a test. */
export const bothLibraries: readonly (readonly [name: string, path: string])[] = [
  ...(hasOurs ? [['our own', join(nativeFolder, 'libopenconnect.so.5')] as const] : []),
  ...(systemLibrary === null ? [] : [['the system’s', systemLibrary] as const]),
];
/** As the app looks for it: ours, and where there is none the system's. */
export const libraries = librariesFor(null, nativeFolder, process.platform);

/** Why nothing here can run: null where there is the library. Says so once for each file of tests. */
export function missingLibrary(): string | null {
  try {
    loadLibrary(libraries);
    return null;
  } catch {
    console.warn('SKIPPED, tests with libopenconnect need libopenconnect.so.5');
    return 'libopenconnect.so.5';
  }
}

let built: Promise<string> | null = null;

/** The worker as it is bundled, built once for this test process. */
export function workerFile(): Promise<string> {
  built ??= (async () => {
    const folder = join('out', `openconnect-worker-${process.pid}`);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await buildOpenConnectWorker(folder);
    return join(process.cwd(), folder, 'openconnect-worker.mjs');
  })();
  return built;
}

export interface DriverBench {
  driver: OpenConnectDriver;
  log: string[];
  /** Every worker that was started, oldest first. */
  workers: WorkerProcess[];
}

/** What Node is told so that koffi is as in Electron. */
const asInElectron = pathToFileURL(join(import.meta.dirname, '../support/koffi-as-in-electron.mjs')).href;

/** The driver as the command line has it: a forked worker, our library or the system's. `preload`: what else the worker begins with. */
export async function startDriver(deps: Partial<OpenConnectDeps> = {}, preload = asInElectron): Promise<DriverBench> {
  const log: string[] = [];
  const workers: WorkerProcess[] = [];
  const fork = forkWorker(await workerFile(), ['--import', preload]);
  const startWorker: StartWorker = () => {
    const worker = fork();
    workers.push(worker);
    return worker;
  };
  return {
    driver: openconnectDriver({ startWorker, library: { path: null }, folder: nativeFolder, log: (line) => log.push(line), ...deps }),
    log,
    workers,
  };
}

/** What a person answers, by kind of prompt, each in turn; the last one is used again. Without a line for it, the test fails. */
export type Script = { [K in PromptKind]?: Line<K> | readonly Line<K>[] };
/** `wait` leaves the question open until it is withdrawn, `leave` cancels as Asking does. */
type Line<K extends PromptKind> = Said | ((prompt: PromptOf<K>) => Said);
type Said = Answer | 'wait' | 'leave';

export interface Person {
  ask: Ask;
  /** Everything that they were asked. */
  asked: Prompt[];
  kinds(): PromptKind[];
}

/** A person with a script. What they accept goes into `accepted`, as the app's settings keep it. */
export function person(script: Script, accepted = new Map<string, Accepted>()): Person {
  const asked: Prompt[] = [];
  const ask: Ask = (prompt, { signal } = {}) => {
    if (signal?.aborted) return Promise.reject(fail('cancelled'));
    const turn = asked.filter(({ kind }) => kind === prompt.kind).length;
    asked.push(prompt);
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(fail('cancelled')), { once: true });
      const answer = answerOf(script, prompt, turn);
      if (answer === 'wait') return;
      if (answer === 'leave') {
        reject(fail('cancelled'));
        return;
      }
      if (prompt.kind === 'certificate' && answer.kind === 'certificate' && answer.accept) accepted.set(prompt.host, prompt);
      resolve(answer);
    });
  };
  return { ask, asked, kinds: () => asked.map(({ kind }) => kind) };
}

function answerOf(script: Script, prompt: Prompt, turn: number): Said {
  const lines: unknown = script[prompt.kind];
  if (lines === undefined) throw new Error(`nobody expected ${JSON.stringify(prompt)}`);
  const list: readonly unknown[] = Array.isArray(lines) ? lines : [lines];
  const line = list[Math.min(turn, list.length - 1)];
  // Which kind of prompt a line is for stands in its key
  return typeof line === 'function' ? (line as (prompt: Prompt) => Said)(prompt) : (line as Said);
}

export const credentials = (user: string, password: string): Answer => ({ kind: 'credentials', values: { user, password } });
export const passcode = (code: string): Answer => ({ kind: 'passcode', passcode: code });
export const accept: Answer = { kind: 'certificate', accept: true };
export const proceed: Answer = { kind: 'notice', proceed: true };

/** A target as the controller makes it. `accepted` plays the settings: what a person said yes to. */
export function targetFor(profile: Profile, overrides: Partial<GatewayTarget> = {}, accepted = new Map<string, Accepted>()): GatewayTarget {
  return {
    ...endpointOf(splitHost(profile.gateways[0] ?? ''), profile.connectTo),
    profile,
    verifier: createVerifier({ trust: profile.trust, accepted: (host) => accepted.get(host) ?? null, now: Date.now }),
    now: Date.now,
    client: { name: 'test', version: '0', installation: 'AAAAAAAAAAAAAAAAAAAAAAAA' },
    ...overrides,
  };
}

/** What a rejection of this failure matches. */
export const failsWith = (code: FailureCode, params?: Record<string, unknown>) => ({ failure: { code, ...(params ? { params } : {}) } });
