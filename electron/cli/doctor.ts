import { agentFor, type Agent } from '../../shared/user-agent.ts';
import { fail, failureOf, type Failure } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import { tunnelMarks } from '../../shared/tunnel-marks.ts';
import type { CommandLineMessages } from '../../shared/messages/catalogue.ts';
import type { StartWorker } from '../worker/worker.ts';
import { fromWorkerSchema } from '../gateways/openconnect/process/messages.ts';
import type { PolicyInForce } from '../storage/policy/policy.ts';
import type { Secrets } from '../storage/secrets.ts';
import { withDeadline } from '../net/deadline.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { GatewayProof, HelperState } from '../helper-client/protocol.ts';
import type { Proxies } from '../net/proxy/lookup.ts';
import { findOpenConnect, type ProgramPlaces } from '../tunnels/openconnect/programs.ts';
import { fillIn } from './arguments.ts';
import { exitCode, exitCodeOf, type ExitCode } from './exit-codes.ts';
import { checkGateway, type GatewayCheck } from './gateway-check.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

const libraryTimeoutMs = 10_000;
/** A clock may be this far off: certificates and codes still work. */
const clockToleranceMs = 60_000;

/** The result of one check. */
export interface Check {
  check: string;
  result: 'ok' | 'attention' | 'missing';
  says: string;
  todo?: string;
  /** The exit code that this check asks for. */
  code: ExitCode;
}

/** The programs and libraries of this build, and the functions that check them. */
export interface Tools {
  startWorker: StartWorker;
  libraries: readonly string[];
  programs: ProgramPlaces;
  /** @param ours the device of our own system tunnel, if one is up */
  otherVpn: (ours: string | undefined) => Promise<string | null>;
  /** What a tunnel of ours that no longer runs left on this computer, or null. */
  leftover: () => Promise<string | null>;
  /** The state of the service for system tunnels. Rejects with `helper-missing` or `helper-denied`. */
  helper: () => Promise<HelperState>;
  /** The user agent that gateways see, if it is not our own. */
  agent?: Agent;
  /** Connects to a gateway and finds out how its certificate is proved to that service. Rejects if it is not. */
  proof: (endpoint: Endpoint, signal: AbortSignal) => Promise<GatewayProof>;
}

export interface DoctorInput {
  tools: Tools;
  secrets: Secrets;
  profiles: readonly Profile[];
  verifierFor: (profile: Profile) => CertificateVerifier;
  now: () => number;
  localizer: TerminalLocalizer;
  appRuns: boolean;
  proxies: Proxies;
  /** Whether the computer's policy allows it. */
  oldTlsAllowed: boolean;
  policy: PolicyInForce;
  signal: AbortSignal;
}

type DoctorMessages = CommandLineMessages['doctor'];

/** Checks everything that a connection needs, and says what to do about each problem. Yields each result as soon as it is known, and never rejects. */
export async function* examine(input: DoctorInput): AsyncGenerator<Check> {
  const { profiles, localizer, tools, secrets, appRuns } = input;
  const { doctor: messages } = localizer.commandLine;
  yield passed('app', appRuns ? messages.app : messages.noApp);
  yield* componentChecks(input);
  yield* policyChecks(input);
  const keychain = await secrets.availability();
  yield keychain === 'available'
    ? passed('keychain', messages.keychain)
    : problem('keychain', { code: `keychain-${keychain}` }, localizer, 'requested');
  const { check, device } = await helperCheck(input);
  yield check;
  const left = await tools.leftover();
  if (left !== null) yield problem('leftover', { code: 'tunnel-leftover', params: { left } }, localizer, 'its own');
  const network = await tools.otherVpn(device ?? (left === null ? undefined : tunnelMarks.device));
  yield network === null
    ? passed('other-vpn', messages.noOtherVpn)
    : problem('other-vpn', { code: 'other-vpn', params: { network } }, localizer, 'requested');
  if (profiles.length === 0)
    yield { check: 'gateway', result: 'attention', says: messages.noProfile, todo: messages.addProfile, code: exitCode.requested };
  for (const profile of profiles) {
    yield* signInCheck(profile, input);
    yield* gatewayChecks(profile, input, check.result === 'ok');
  }
}

/** Names where the policy comes from, and everything that is wrong with it. None without a policy. */
function* policyChecks({ policy: { decisions, notices }, localizer }: DoctorInput): Generator<Check> {
  const { doctor: messages } = localizer.commandLine;
  const places = [...new Set([...decisions.values()].map(({ source }) => source.place))];
  if (places.length > 0 && notices.length === 0) yield passed('policy', fillIn(messages.policy, { places: localizer.list(places) }));
  for (const notice of notices) {
    const check = problem('policy', notice, localizer, 'requested');
    yield { ...check, todo: `${check.todo ?? ''} ${messages.policyDetails}` };
  }
}

/** The exit code of the problem to solve first: a certificate before a network, and both before a missing program. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [exitCode.certificate, exitCode.unreachable, exitCode.missing];
  return order.find((code) => codes.includes(code)) ?? exitCode.requested;
}

/**
 * Says whether people sign in on a page that only the app can show, because only there can it read Ivanti's cookie. Gateways
 * of other makers may send people to their own browser instead, so nothing is said of theirs.
 */
function* signInCheck({ name, protocol, browser }: Profile, { appRuns, localizer }: DoctorInput): Generator<Check> {
  const { doctor: messages } = localizer.commandLine;
  if (!browser || (protocol !== 'nc' && protocol !== 'pulse')) return;
  const says = fillIn(messages.signInPage, { campus: name });
  if (appRuns) yield passed('sign-in', says);
  else yield { check: 'sign-in', result: 'attention', says, todo: messages.startApp, code: exitCode.requested };
}

/** Checks a profile's gateways. An unreachable one counts as a failure only if no other one answers. */
async function* gatewayChecks(profile: Profile, input: DoctorInput, helperAnswers: boolean): AsyncGenerator<Check> {
  const { verifierFor, now, proxies, oldTlsAllowed, tools, localizer, signal } = input;
  const { doctor: messages } = localizer.commandLine;
  const verifier = verifierFor(profile);
  const looks = await Promise.all(
    profile.gateways.map((gateway) =>
      checkGateway(gateway, { profile, verifier, proxies, oldTlsAllowed, agent: tools.agent ?? agentFor(process.platform), now }, signal),
    ),
  );
  const someAnswer = looks.some(({ failure }) => failure === null);
  for (const look of looks) {
    if (look.failure) {
      const weight = someAnswer && exitCodeOf(look.failure) === exitCode.unreachable ? 'requested' : 'its own';
      yield problem('gateway', look.failure, localizer, weight);
    } else {
      yield passed('gateway', fillIn(messages.reached, { gateway: look.gateway }));
      yield* clockCheck(look, messages);
      if (look.dropsLong === true)
        yield problem('path', { code: 'path-drops-long', params: { host: look.gateway } }, localizer, 'requested');
      if (helperAnswers && profile.tunnel === 'system') yield await proofCheck(look, input);
    }
  }
}

/** Checks whether the service accepts the gateway. It runs as root and asks nobody: a profile's or a person's trust may not be enough for it. */
async function proofCheck({ gateway, endpoint }: GatewayCheck, { tools, localizer, signal }: DoctorInput): Promise<Check> {
  const { doctor: messages } = localizer.commandLine;
  try {
    const by = (await tools.proof(endpoint, signal)).kind;
    return passed('proof', fillIn(messages.proved, { gateway, by: messages.provedBy[by] }));
  } catch (error) {
    return problem('proof', failureOf(error), localizer, 'its own');
  }
}

function* clockCheck({ gateway, ahead }: GatewayCheck, messages: DoctorMessages): Generator<Check> {
  if (ahead === null) return;
  if (Math.abs(ahead) < clockToleranceMs) yield passed('clock', fillIn(messages.clock, { gateway }));
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

async function* componentChecks({ profiles, tools, localizer }: DoctorInput): AsyncGenerator<Check> {
  const { doctor: messages } = localizer.commandLine;
  const others = profiles.filter(({ protocol }) => protocol !== 'campus');
  const library = { name: 'libopenconnect', packages: 'libopenconnect5', neededBy: messages.onlyOtherGateways };
  yield componentCheck(library, await findLibrary(tools), others.length > 0, messages);
  const program = { name: 'openconnect', packages: 'openconnect', neededBy: messages.onlySystemTunnels };
  const found = await findOpenConnect(tools.programs).catch(() => null);
  // The library carries an app tunnel by itself
  const isNeeded = others.some(({ tunnel }) => tunnel === 'system');
  yield componentCheck(program, found, isNeeded, messages);
}

/** Checks the service for system tunnels. `device`: the device of our tunnel, if one is up. */
async function helperCheck({ profiles, tools, localizer }: DoctorInput): Promise<{ check: Check; device?: string }> {
  const { doctor: messages } = localizer.commandLine;
  try {
    const state = await tools.helper();
    if (state.kind === 'taken')
      return { check: problem('helper', { code: 'tunnel-taken', params: { user: state.user } }, localizer, 'requested') };
    return { check: passed('helper', messages.helper), ...(state.kind === 'up' ? { device: state.device } : {}) };
  } catch (error) {
    const isNeeded = profiles.some(({ tunnel }) => tunnel === 'system');
    const check = problem('helper', failureOf(error), localizer, isNeeded ? 'its own' : 'requested');
    return { check: isNeeded ? { ...check, result: 'missing' } : { ...check, todo: messages.onlySystemTunnels } };
  }
}

/** What a gateway of another maker may need: its Debian package, and the sentence that says who needs it. */
interface Component {
  name: string;
  packages: string;
  neededBy: string;
}

/** @param found its version and path, as far as known; null if it is missing */
function componentCheck(component: Component, found: string | null, isNeeded: boolean, messages: DoctorMessages): Check {
  const { name, packages, neededBy } = component;
  if (found !== null) return passed(name, fillIn(messages.installed, { component: name, version: ` (${found})` }));
  const says = fillIn(messages.notInstalled, { component: name });
  return isNeeded
    ? { check: name, result: 'missing', says, todo: fillIn(messages.install, { packages }), code: exitCode.missing }
    : { check: name, result: 'attention', says, todo: neededBy, code: exitCode.requested };
}

/** Loads the library in a process of its own, in case it crashes. Returns its version and path, or null if it cannot be loaded. */
async function findLibrary({ startWorker, libraries }: Tools): Promise<string | null> {
  const worker = startWorker();
  const bound = {
    signal: new AbortController().signal,
    ms: libraryTimeoutMs,
    late: () => fail('component-failed', { component: 'libopenconnect' }),
    release: () => undefined,
  };
  try {
    return await withDeadline<string | null>(bound, (done, failed) => {
      worker.onMessage((raw) => {
        const message = fromWorkerSchema.safeParse(raw);
        if (message.success && message.data.type === 'ready') done([message.data.version, message.data.path].filter(Boolean).join(', '));
        else if (message.success && message.data.type === 'missing') done(null);
      });
      void worker.exited.then(() => failed(fail('component-failed', { component: 'libopenconnect' })));
      worker.post({ type: 'warm', libraries: [...libraries] });
    });
  } catch {
    return null; // whether it is missing or broken, it cannot be used
  } finally {
    worker.kill();
  }
}

const passed = (check: string, says: string): Check => ({ check, result: 'ok', says, code: exitCode.requested });

function problem(check: string, failure: Failure, localizer: TerminalLocalizer, weight: 'its own' | 'requested'): Check {
  const { title, happened, todo } = localizer.failure(failure);
  return {
    check,
    result: 'attention',
    says: `${title}. ${happened}`,
    todo,
    code: weight === 'requested' ? exitCode.requested : exitCodeOf(failure),
  };
}
