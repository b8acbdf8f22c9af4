import { agentFor, type Agent } from '../../shared/agent.ts';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { tunnelMarks } from '../../shared/tunnel-marks.ts';
import { commandLine } from '../../shared/messages/en/command-line.ts';
import type { Localizer } from '../../shared/messages/localizer.ts';
import type { StartWorker } from '../worker/worker.ts';
import { fromWorkerSchema } from '../gateways/openconnect/process/messages.ts';
import type { Secrets } from '../storage/secrets.ts';
import { bounded } from '../net/deadline.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { GatewayProof, HelperState } from '../helper-client/protocol.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import type { ProgramName } from '../tunnels/openconnect/programs-linux.ts';
import { findProgram, type ProgramPlaces } from '../tunnels/openconnect/programs.ts';
import { fillIn } from './arguments.ts';
import { exitCode, exitCodeOf, type ExitCode } from './exit-codes.ts';
import { lookAtGateway, type GatewayLook } from './gateway-check.ts';

const libraryWithinMs = 10_000;
/** Certificates and codes forgive so much. */
const clockOffMs = 60_000;

/** One thing that was looked at. */
export interface Check {
  check: string;
  result: 'ok' | 'attention' | 'missing';
  says: string;
  todo?: string;
  /** What it makes of the run's exit code. */
  code: ExitCode;
}

/** What this build brings along, for a look at it. */
export interface Tools {
  startWorker: StartWorker;
  libraries: readonly string[];
  programs: ProgramPlaces;
  /** @param ours the device of our own system tunnel, where one is up */
  otherVpn: (ours: string | undefined) => Promise<string | null>;
  /** What a tunnel of ours that nobody carries left on this computer. */
  leftover: () => Promise<string | null>;
  /** What the service for system tunnels says of itself. Rejects with `helper-missing` or `helper-denied`. */
  helper: () => Promise<HelperState>;
  /** By what name gateways get to know this program, where it is not our own. */
  agent?: Agent;
  /** How a gateway, which shows its certificate for it, is proved to that service. Rejects where it is not. */
  proof: (endpoint: Endpoint, signal: AbortSignal) => Promise<GatewayProof>;
}

export interface Examined {
  tools: Tools;
  secrets: Secrets;
  profiles: readonly Profile[];
  verifierFor: (profile: Profile) => CertificateVerifier;
  now: () => number;
  localizer: Localizer;
  appRuns: boolean;
  proxies: Proxies;
  /** By whoever administers this computer. */
  oldTlsAllowed: boolean;
  signal: AbortSignal;
}

const { doctor: messages } = commandLine;

/** Looks at everything that a connection needs, and says what to do about the rest. Each check comes when it is known; none rejects. */
export async function* examine(examined: Examined): AsyncGenerator<Check> {
  const { profiles, localizer, tools, secrets, appRuns } = examined;
  yield fine('app', appRuns ? messages.app : messages.noApp);
  yield* components(examined);
  const keychain = await secrets.availability();
  yield keychain === 'available'
    ? fine('keychain', messages.keychain)
    : troubled('keychain', { code: `keychain-${keychain}` }, localizer, 'requested');
  const { check, device } = await helper(examined);
  yield check;
  const left = await tools.leftover();
  if (left !== null) yield troubled('leftover', { code: 'tunnel-leftover', params: { left } }, localizer, 'its own');
  const network = await tools.otherVpn(device ?? (left === null ? undefined : tunnelMarks.device));
  yield network === null
    ? fine('other-vpn', messages.noOtherVpn)
    : troubled('other-vpn', { code: 'other-vpn', params: { network } }, localizer, 'requested');
  if (profiles.length === 0)
    yield { check: 'gateway', result: 'attention', says: messages.noProfile, todo: messages.addProfile, code: exitCode.requested };
  for (const profile of profiles) yield* gateways(profile, examined, check.result === 'ok');
}

/** Of several troubles the one that must be mended first: a certificate before a network, both before a program. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [exitCode.certificate, exitCode.unreachable, exitCode.missing];
  return order.find((code) => codes.includes(code)) ?? exitCode.requested;
}

/** A gateway that is away is a trouble of the profile's only where no other one answers. */
async function* gateways(profile: Profile, examined: Examined, helperAnswers: boolean): AsyncGenerator<Check> {
  const { verifierFor, now, proxies, oldTlsAllowed, tools, localizer, signal } = examined;
  const verifier = verifierFor(profile);
  const looks = await Promise.all(
    profile.gateways.map((gateway) =>
      lookAtGateway(gateway, { profile, verifier, proxies, oldTlsAllowed, agent: tools.agent ?? agentFor(process.platform), now }, signal),
    ),
  );
  const someAnswer = looks.some(({ failure }) => failure === null);
  for (const look of looks) {
    if (look.failure) {
      const weight = someAnswer && exitCodeOf(look.failure) === exitCode.unreachable ? 'requested' : 'its own';
      yield troubled('gateway', look.failure, localizer, weight);
    } else {
      yield fine('gateway', fillIn(messages.reached, { gateway: look.gateway }));
      yield* clock(look);
      if (look.dropsLong === true)
        yield troubled('path', { code: 'path-drops-long', params: { host: look.gateway } }, localizer, 'requested');
      if (helperAnswers && profile.tunnel === 'system') yield await proof(look, examined);
    }
  }
}

/** Root asks nobody: what a profile or a person vouches for may be nothing to its service. */
async function proof({ gateway, endpoint }: GatewayLook, { tools, localizer, signal }: Examined): Promise<Check> {
  try {
    const by = (await tools.proof(endpoint, signal)).kind;
    return fine('proof', fillIn(messages.proved, { gateway, by: messages.provedBy[by] }));
  } catch (error) {
    return troubled('proof', failureOf(error), localizer, 'its own');
  }
}

function* clock({ gateway, ahead }: GatewayLook): Generator<Check> {
  if (ahead === null) return;
  if (Math.abs(ahead) < clockOffMs) yield fine('clock', fillIn(messages.clock, { gateway }));
  else {
    const minutes = Math.round(Math.abs(ahead) / 60_000);
    yield {
      check: 'clock',
      result: 'attention',
      says: fillIn(messages.clockOff, { gateway, minutes }),
      todo: messages.setClock,
      code: exitCode.requested,
    };
  }
}

async function* components({ profiles, tools }: Examined): AsyncGenerator<Check> {
  const others = profiles.filter(({ protocol }) => protocol !== 'campus');
  const needed: Record<ProgramName, boolean> = {
    openconnect: others.length > 0,
    ocproxy: others.some(({ tunnel }) => tunnel === 'app'),
  };
  yield component('libopenconnect', 'libopenconnect5', await libraryFound(tools), others.length > 0);
  for (const name of ['openconnect', 'ocproxy'] as const) {
    const found = await findProgram(name, tools.programs).catch(() => null);
    yield component(name, name, found, needed[name]);
  }
}

/** The service for system tunnels, and the device of the one that it has up for us. */
async function helper({ profiles, tools, localizer }: Examined): Promise<{ check: Check; device?: string }> {
  try {
    const state = await tools.helper();
    if (state.kind === 'taken')
      return { check: troubled('helper', { code: 'tunnel-taken', params: { user: state.user } }, localizer, 'requested') };
    return { check: fine('helper', messages.helper), ...(state.kind === 'up' ? { device: state.device } : {}) };
  } catch (error) {
    const isNeeded = profiles.some(({ tunnel }) => tunnel === 'system');
    const check = troubled('helper', failureOf(error), localizer, isNeeded ? 'its own' : 'requested');
    return { check: isNeeded ? { ...check, result: 'missing' } : { ...check, todo: messages.helperNotNeeded } };
  }
}

/** @param found its version and path, as far as they are known; null: it is not there */
function component(name: string, packages: string, found: string | null, isNeeded: boolean): Check {
  if (found !== null) return fine(name, fillIn(messages.installed, { component: name, version: ` (${found})` }));
  const says = fillIn(messages.notInstalled, { component: name });
  return isNeeded
    ? { check: name, result: 'missing', says, todo: fillIn(messages.install, { packages }), code: exitCode.missing }
    : { check: name, result: 'attention', says, todo: messages.notNeeded, code: exitCode.requested };
}

/** The library is loaded in a process of its own: one that crashes there takes nothing along. Its version and path; null: it cannot be. */
async function libraryFound({ startWorker, libraries }: Tools): Promise<string | null> {
  const worker = startWorker();
  const bound = {
    signal: new AbortController().signal,
    ms: libraryWithinMs,
    late: () => fail('component-failed', { component: 'libopenconnect' }),
    release: () => undefined,
  };
  try {
    return await bounded<string | null>(bound, (done, failed) => {
      worker.onMessage((raw) => {
        const message = fromWorkerSchema.safeParse(raw);
        if (message.success && message.data.type === 'ready') done([message.data.version, message.data.path].filter(Boolean).join(', '));
        else if (message.success && message.data.type === 'missing') done(null);
      });
      void worker.exited.then(() => failed(fail('component-failed', { component: 'libopenconnect' })));
      worker.post({ type: 'warm', libraries: [...libraries] });
    });
  } catch {
    return null; // there or not, it cannot be used
  } finally {
    worker.kill();
  }
}

const fine = (check: string, says: string): Check => ({ check, result: 'ok', says, code: exitCode.requested });

function troubled(check: string, failure: Failure, localizer: Localizer, weight: 'its own' | 'requested'): Check {
  const { title, happened, todo } = localizer.failure(failure);
  return {
    check,
    result: 'attention',
    says: `${title}. ${happened}`,
    todo,
    code: weight === 'requested' ? exitCode.requested : exitCodeOf(failure),
  };
}
