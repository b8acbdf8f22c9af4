import { agentFor, type Agent } from '../../../shared/user-agent.ts';
import type { AdviceName, Finding } from '../../../shared/check.ts';
import { fail, failureOf } from '../../../shared/failure.ts';
import type { Profile } from '../../../shared/profile.ts';
import { tunnelMarks } from '../../../shared/tunnel-marks.ts';
import { fromWorkerSchema } from '../../gateways/openconnect/process/messages.ts';
import type { GatewayProof, HelperState } from '../../helper-client/protocol.ts';
import { withDeadline } from '../../net/deadline.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Proxies } from '../../net/proxy/lookup.ts';
import type { PolicyInForce } from '../../storage/policy/policy.ts';
import type { Secrets } from '../../storage/secrets.ts';
import type { CertificateVerifier } from '../../trust/verifier.ts';
import { findOpenConnect, type ProgramPlaces } from '../../tunnels/openconnect/programs.ts';
import type { StartWorker } from '../../worker/worker.ts';
import { allowedGateways } from '../profiles/under-policy.ts';
import { passed, problem, remark } from './findings.ts';
import { checkGateway, type GatewayCheck } from './gateway-check.ts';
import { ownChecks, type OwnWays } from './own-checks.ts';

const libraryTimeoutMs = 10_000;
/** A clock may be this far off: certificates and codes still work. */
const clockToleranceMs = 60_000;

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
  /** As the policy lets them be used. */
  profiles: readonly Profile[];
  verifierFor: (profile: Profile) => CertificateVerifier;
  now: () => number;
  /** Whether the app runs. `here`: this is the app, which needs no word about itself. */
  app: 'here' | 'runs' | 'absent';
  proxies: Proxies;
  /** Whether the computer's policy allows it. */
  oldTlsAllowed: boolean;
  policy: PolicyInForce;
  own: OwnWays;
  signal: AbortSignal;
}

/** Checks everything that a connection needs, and says what to do about each problem. Yields each result as soon as it is known, and never rejects. */
export async function* examine(input: DoctorInput): AsyncGenerator<Finding> {
  const { profiles, tools, secrets, app } = input;
  if (app !== 'here') yield passed('app', app === 'runs' ? 'app' : 'noApp');
  yield* componentChecks(input);
  yield* policyChecks(input);
  yield* ownChecks(input.own, app !== 'absent');
  const keychain = await secrets.availability();
  yield keychain === 'available' ? passed('keychain', 'keychain') : problem('keychain', { code: `keychain-${keychain}` }, false);
  const { finding, device } = await helperCheck(input);
  yield finding;
  const left = await tools.leftover();
  if (left !== null) yield problem('leftover', { code: 'tunnel-leftover', params: { left } }, true);
  const network = await tools.otherVpn(device ?? (left === null ? undefined : tunnelMarks.device));
  yield network === null ? passed('other-vpn', 'noOtherVpn') : problem('other-vpn', { code: 'other-vpn', params: { network } }, false);
  if (profiles.length === 0) yield remark('gateway', 'noProfile', {}, 'addProfile');
  for (const profile of profiles) {
    yield* signInCheck(profile, app);
    yield* gatewayChecks(profile, input, finding.result === 'ok');
  }
}

/** Names where the policy comes from, and everything that is wrong with it. None without a policy. */
function* policyChecks({ policy: { decisions, notices } }: DoctorInput): Generator<Finding> {
  const places = [...new Set([...decisions.values()].map(({ source }) => source.place))];
  if (places.length > 0 && notices.length === 0) yield passed('policy', 'policy', { places: places.join(', ') });
  for (const notice of notices)
    yield { ...problem('policy', notice, false), todo: { advice: 'policyDetails', params: {}, instead: false } };
}

/**
 * Says whether people sign in on a page that only the app can show, because only there can it read Ivanti's cookie. Gateways
 * of other makers may send people to their own browser instead, so nothing is said of theirs.
 */
function* signInCheck({ name, protocol, browser }: Profile, app: DoctorInput['app']): Generator<Finding> {
  if (!browser || (protocol !== 'nc' && protocol !== 'pulse') || app === 'here') return;
  if (app === 'runs') yield passed('sign-in', 'signInPage', { campus: name });
  else yield remark('sign-in', 'signInPage', { campus: name }, 'startApp');
}

/** Checks a profile's gateways, unless the policy allows none of them. An unreachable one prevents connecting only if no other one answers. */
async function* gatewayChecks(profile: Profile, input: DoctorInput, helperAnswers: boolean): AsyncGenerator<Finding> {
  const { verifierFor, now, proxies, oldTlsAllowed, tools, policy, signal } = input;
  if (allowedGateways(profile, policy.policy).length === 0) {
    yield problem('gateway', { code: 'policy-gateways', params: { campus: profile.name, gateway: profile.gateways.join(', ') } }, true);
    return;
  }
  const verifier = verifierFor(profile);
  const looks = await Promise.all(
    profile.gateways.map((gateway) =>
      checkGateway(gateway, { profile, verifier, proxies, oldTlsAllowed, agent: tools.agent ?? agentFor(process.platform), now }, signal),
    ),
  );
  const someAnswer = looks.some(({ failure }) => failure === null);
  for (const look of looks) {
    if (look.failure) yield problem('gateway', look.failure, !someAnswer || look.failure.code.startsWith('certificate-'));
    else {
      yield passed('gateway', 'reached', { gateway: look.gateway });
      yield* clockCheck(look);
      if (look.dropsLong === true) yield problem('path', { code: 'path-drops-long', params: { host: look.gateway } }, false);
      if (helperAnswers && profile.tunnel === 'system') yield await proofCheck(look, input);
    }
  }
}

const provedBy = { system: 'provedBySystem', pins: 'provedByPins', authority: 'provedByAuthority' } as const;

/** Checks whether the service accepts the gateway. It runs as root and asks nobody: a profile's or a person's trust may not be enough for it. */
async function proofCheck({ gateway, endpoint }: GatewayCheck, { tools, signal }: DoctorInput): Promise<Finding> {
  try {
    return passed('proof', provedBy[(await tools.proof(endpoint, signal)).kind], { gateway });
  } catch (error) {
    return problem('proof', failureOf(error), true);
  }
}

function* clockCheck({ gateway, ahead }: GatewayCheck): Generator<Finding> {
  if (ahead === null) return;
  if (Math.abs(ahead) < clockToleranceMs) yield passed('clock', 'clock', { gateway });
  else yield remark('clock', 'clockOff', { gateway, minutes: Math.round(Math.abs(ahead) / 60_000) }, 'setClock');
}

async function* componentChecks({ profiles, tools }: DoctorInput): AsyncGenerator<Finding> {
  const others = profiles.filter(({ protocol }) => protocol !== 'campus');
  const library = { name: 'libopenconnect', packages: 'libopenconnect5', neededBy: 'onlyOtherGateways' } as const;
  yield componentCheck(library, await findLibrary(tools), others.length > 0);
  const program = { name: 'openconnect', packages: 'openconnect', neededBy: 'onlySystemTunnels' } as const;
  const found = await findOpenConnect(tools.programs).catch(() => null);
  // The library carries an app tunnel by itself
  const isNeeded = others.some(({ tunnel }) => tunnel === 'system');
  yield componentCheck(program, found, isNeeded);
}

/** Checks the service for system tunnels. `device`: the device of our tunnel, if one is up. */
async function helperCheck({ profiles, tools }: DoctorInput): Promise<{ finding: Finding; device?: string }> {
  try {
    const state = await tools.helper();
    if (state.kind === 'taken') return { finding: problem('helper', { code: 'tunnel-taken', params: { user: state.user } }, false) };
    return { finding: passed('helper', 'helper'), ...(state.kind === 'up' ? { device: state.device } : {}) };
  } catch (error) {
    const isNeeded = profiles.some(({ tunnel }) => tunnel === 'system');
    const finding = problem('helper', failureOf(error), isNeeded);
    if (isNeeded) return { finding: { ...finding, result: 'missing' } };
    return { finding: { ...finding, todo: { advice: 'onlySystemTunnels', params: {}, instead: true } } };
  }
}

/** What a gateway of another maker may need: its Debian package, and the sentence that says who needs it. */
interface Component {
  name: string;
  packages: string;
  neededBy: AdviceName;
}

/** @param found its version and path, as far as known; null if it is missing */
function componentCheck({ name, packages, neededBy }: Component, found: string | null, isNeeded: boolean): Finding {
  if (found !== null) return passed(name, 'installed', { component: name, version: found });
  if (!isNeeded) return remark(name, 'notInstalled', { component: name }, neededBy);
  const missing = remark(name, 'notInstalled', { component: name }, 'install', { packages });
  return { ...missing, result: 'missing', prevents: true };
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
