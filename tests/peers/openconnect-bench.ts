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
import { appTunnel } from '../../electron/tunnels/openconnect/app.ts';
import type { Clock } from '../../electron/tunnels/openconnect/keep-alive.ts';
import type { TunnelEngine } from '../../electron/tunnels/tunnel.ts';
import { createVerifier, type Accepted } from '../../electron/trust/verifier.ts';
import { endpointOf } from '../../electron/net/endpoint.ts';
import { fail, type FailureCode } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import type { Answer, Prompt, PromptKind, PromptOf } from '../../shared/prompt.ts';

/** Whether this machine has IPv6 on loopback. Some containers do not. */
export const hasIPv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));

/** Our own library, built by `build/native-linux.ts`; `npm test` runs that. */
export const nativeFolder = join(import.meta.dirname, '../../out/native-linux');
/** Whether it is there. */
export const hasOurs = existsSync(join(nativeFolder, 'libopenconnect.so.5'));
/** The full path of the system's library, or null if there is none. */
export const systemLibrary: string | null =
  process.platform === 'linux' && existsSync('/sbin/ldconfig')
    ? (/libopenconnect\.so\.5 .*=> (\/\S+)/.exec(spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout)?.[1] ?? null)
    : null;
/** The libraries that exist, each with its name for test titles. */
export const bothLibraries: readonly (readonly [name: string, path: string])[] = [
  ...(hasOurs ? [['our own', join(nativeFolder, 'libopenconnect.so.5')] as const] : []),
  ...(systemLibrary === null ? [] : [['the system’s', systemLibrary] as const]),
];
/** The library that the app would use: ours, else the system's. */
export const libraries = librariesFor(null, nativeFolder, process.platform);

/** Why these tests cannot run. Null: the library exists. Logged once for each test file. */
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

/** The bundled worker, built once in this test process. */
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

/** Node arguments that make koffi behave as in Electron. */
const asInElectron = pathToFileURL(join(import.meta.dirname, '../support/koffi-as-in-electron.mjs')).href;

/** The driver as the command line uses it: a forked worker, our library or the system's. `preload`: extra modules for the worker. */
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

export interface EngineBench extends DriverBench {
  engine: TunnelEngine;
}

/**
 * The app tunnel as the app has it, with the driver whose processes carry it. `library`: a file in place of ours or the
 * system's. `speed`: how many times as fast the minutes go in which it sends queries of its own.
 */
export async function startEngine({ library = null, speed = 1 }: { library?: string | null; speed?: number } = {}): Promise<EngineBench> {
  const bench = await startDriver({ library: { path: library } });
  const clock: Clock = {
    now: () => performance.now() * speed,
    every(ms, callback) {
      const timer = setInterval(callback, ms / speed);
      return () => clearInterval(timer);
    },
  };
  return { ...bench, engine: appTunnel({ workers: bench.driver.workers, log: (line) => bench.log.push(line), now: Date.now, clock }) };
}

/** A person's answers by kind of prompt, used in order; the last one repeats. A prompt without an answer fails the test. */
export type Script = { [K in PromptKind]?: Line<K> | readonly Line<K>[] };
/** `wait` leaves the question open until it is withdrawn. `leave` cancels the sign-in. */
type Line<K extends PromptKind> = Said | ((prompt: PromptOf<K>) => Said);
type Said = Answer | 'wait' | 'leave';

export interface Person {
  ask: Ask;
  /** Every question that they were asked. */
  asked: Prompt[];
  kinds(): PromptKind[];
}

/** A scripted person. Certificates that they accept go into `accepted`, as in the app's settings. */
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
  // The key says which kind of prompt an answer is for
  return typeof line === 'function' ? (line as (prompt: Prompt) => Said)(prompt) : (line as Said);
}

export const credentials = (user: string, password: string): Answer => ({ kind: 'credentials', values: { user, password } });
export const passcode = (code: string): Answer => ({ kind: 'passcode', passcode: code });
export const accept: Answer = { kind: 'certificate', accept: true };
export const proceed: Answer = { kind: 'notice', proceed: true };

/** A target as the controller makes it. `accepted` replaces the settings: the certificates that the person accepted. */
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

/** Matches a rejection with this failure. */
export const failsWith = (code: FailureCode, params?: Record<string, unknown>) => ({ failure: { code, ...(params ? { params } : {}) } });
