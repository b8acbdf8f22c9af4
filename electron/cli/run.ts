import path from 'node:path';
import { isUp } from '../../shared/access-state.ts';
import type { AppNotice } from '../../shared/app-state.ts';
import { fail, failureOf } from '../../shared/failure.ts';
import type { Profile } from '../../shared/profile.ts';
import type { PolicyView } from '../app/policy/policy-control.ts';
import { underPolicy } from '../app/profiles/under-policy.ts';
import { summaryOf } from '../app/profiles/profile-store.ts';
import type { Settings } from '../storage/settings.ts';
import { atMost } from '../net/deadline.ts';
import { PreparedAnswers, readAnswers } from './answers.ts';
import { findSession } from './remote-session.ts';
import { fillIn, readArguments, UsageError, type Command, type ConnectCommand } from './arguments.ts';
import { converse, profileFor, type Outcome } from './connect.ts';
import { runDoctor, runReport } from './doctor.ts';
import { exitCode, exitCodeOf, type ExitCode } from './exit-codes.ts';
import type { Host } from './host.ts';
import { LocalSession, type Core } from './local-session.ts';
import { explainCode } from './problem-report.ts';
import { openSettings } from './managed-settings.ts';
import { managerLine, reportPolicy } from './policy-report.ts';
import { profileEvent, reportContents } from './profile-report.ts';
import { jsonReport, plainReport, stateEvent, type Report } from './report.ts';
import type { SessionClient } from './session-client.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

const closeTimeoutMs = 3_000;

/** Runs one command and resolves with its exit code. Never rejects. */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  // Wrong usage, too, is reported in the requested format
  const json = argv.includes('--json');
  const localizer = withTerminalAdvice(host.localizer, host.policy);
  const report = json ? jsonReport(host, localizer) : plainReport(host, localizer);
  try {
    const command = readArguments(argv);
    return await perform(command, host, report, localizer);
  } catch (error) {
    const outcome = outcomeOf(error, localizer);
    report.end(outcome.code, outcome.failure, outcome.says);
    return outcome.code;
  }
}

/** Replaces a failure's advice with advice for a terminal, if there is any. What policy forbids comes with who manages this computer. */
function withTerminalAdvice(localizer: TerminalLocalizer, { current }: PolicyView): TerminalLocalizer {
  const { todo } = localizer.commandLine;
  return {
    ...localizer,
    failure: (failure) => {
      const said = localizer.failure(failure, todo[failure.code]);
      const manager = failure.code === 'policy-locked' ? managerLine(current, localizer) : null;
      return manager === null ? said : { ...said, todo: `${said.todo}${localizer.gap}${manager}` };
    },
  };
}

function outcomeOf(error: unknown, { commandLine }: TerminalLocalizer): Outcome {
  if (error instanceof UsageError) return { code: exitCode.usage, failure: null, says: error.sentence(commandLine.usage) };
  const failure = failureOf(error);
  return { code: exitCodeOf(failure), failure };
}

async function perform(command: Command, host: Host, report: Report, localizer: TerminalLocalizer): Promise<ExitCode> {
  const folder = path.resolve(command.folder ?? host.folder);
  const done = (): ExitCode => {
    report.end(exitCode.requested, null);
    return exitCode.requested;
  };
  switch (command.verb) {
    case 'help':
      host.out(`${localizer.commandLine.help}\n`);
      return exitCode.requested;
    case 'version':
      if (command.json) report.event({ event: 'version', version: host.version });
      else host.out(`${host.version}\n`);
      return exitCode.requested;
    case 'profiles':
      await listProfiles(command.profile, await openSettings(folder, host, report), host, report, localizer);
      return done();
    case 'status':
      await withSession(folder, report, localizer, (client) => reportStatus(client, report, localizer));
      return done();
    case 'disconnect':
      await withSession(folder, report, localizer, async (client) => {
        await client.disconnect();
        report.say(localizer.commandLine.ended);
      });
      return done();
    case 'policy':
      reportPolicy(host.policy.current, report, localizer);
      return done();
    case 'portal':
      await openPortal(command.profile, folder, host, report);
      return done();
    case 'doctor':
      return runDoctor(command.profile, folder, host, report, localizer);
    case 'report':
      return runReport(command, folder, host, report, localizer);
    case 'explain':
      explainCode(command.code, report, localizer);
      return done();
    case 'connect':
      return connect(command, folder, host, report, localizer);
  }
}

/** Lists all profiles as the policy lets them be used, one a line. With a name or a file, shows everything that this one profile does. */
async function listProfiles(
  named: string | null,
  settings: Settings,
  { campuses, policy: { current } }: Host,
  report: Report,
  localizer: TerminalLocalizer,
): Promise<void> {
  const known = settings.get().profiles;
  const asSaved = named === null ? known : [await profileFor({ profile: named }, { known, campuses }, report)];
  const profiles = asSaved.map((profile) => underPolicy(profile, current.policy));
  reportNotices(settings.notices, report);
  if (profiles.length === 0) report.say(localizer.commandLine.usage.noProfiles);
  for (const profile of profiles) {
    const { id, name, gateways, protocol, tunnel } = profile;
    report.say(fillIn(localizer.commandLine.profile, { id, name, gateways: gateways.join(', '), protocol, tunnel }));
    report.event(profileEvent(profile));
    if (named !== null) reportContents(profile, report, localizer);
  }
}

function reportNotices(notices: readonly AppNotice[], report: Report): void {
  for (const { failure } of notices) report.failure(failure);
}

/** Does something with the current session. Reports if there is none. */
async function withSession(
  folder: string,
  report: Report,
  { commandLine }: TerminalLocalizer,
  act: (client: SessionClient) => Promise<void> | void,
): Promise<void> {
  const client = await findSession(folder);
  if (!client) {
    report.say(commandLine.nothing);
    report.event({ event: 'state', state: 'idle' });
    return;
  }
  try {
    await act(client);
  } finally {
    await client.close();
  }
}

function reportStatus({ access, holder, alwaysConnect }: SessionClient, report: Report, localizer: TerminalLocalizer): void {
  const { commandLine } = localizer;
  report.event({
    ...stateEvent(access),
    ...(holder === 'here' ? {} : { holder }),
    ...(alwaysConnect && alwaysConnect.step !== 'off' ? { always: alwaysConnect.step } : {}),
    ...(alwaysConnect && 'until' in alwaysConnect ? { alwaysUntil: alwaysConnect.until } : {}),
  });
  if (access.kind === 'connected') {
    const { gateway, user, since, expiresAt, portal } = access;
    report.say(localizer.format(commandLine.statusConnected, { gateway, user, sinceAt: since }));
    if (expiresAt !== null) report.say(localizer.format(commandLine.expiring, { untilAt: expiresAt }));
    if (portal !== 'unknown') report.say(commandLine.portalState[portal]);
  } else report.state(access);
  if (access.kind === 'idle') report.say(commandLine.nothing);
  else if (access.kind === 'asking') report.say(localizer.format(commandLine.state.asking, { gateway: access.gateway }));
  if (access.kind !== 'idle' && holder !== 'here') report.say(commandLine.holder[holder]);
  const { always } = localizer.messages;
  if (alwaysConnect?.step === 'paused') report.say(localizer.format(always.paused, { untilAt: alwaysConnect.until }));
  if (alwaysConnect?.step === 'waiting') report.say(localizer.format(always.waiting, { untilAt: alwaysConnect.until }));
  if (alwaysConnect?.step === 'stopped' || alwaysConnect?.step === 'asking') report.say(always.stopped);
}

/** Opens the portal in the app's window if the app runs and is connected. Otherwise prints the address. */
async function openPortal(named: string | null, folder: string, host: Host, report: Report): Promise<void> {
  const client = named === null ? await findSession(folder) : null;
  try {
    if (client && isUp(client.access)) {
      reportPortal(await client.openPortal(), report, host.localizer);
      return;
    }
  } finally {
    await client?.close();
  }
  const { profiles, lastProfileId } = (await openSettings(folder, host, report)).get();
  const profile =
    named === null
      ? (profiles.find(({ id }) => id === lastProfileId) ?? profiles[0])
      : await profileFor({ profile: named }, { known: profiles, campuses: host.campuses }, report);
  if (!profile) throw new UsageError('noProfiles');
  reportPortal(profile.portal.address, report, host.localizer);
}

function reportPortal(address: string | null, report: Report, { commandLine }: TerminalLocalizer): void {
  report.event({ event: 'portal', address });
  report.say(address ?? commandLine.portalOpened);
}

async function connect(
  command: ConnectCommand,
  folder: string,
  host: Host,
  report: Report,
  localizer: TerminalLocalizer,
): Promise<ExitCode> {
  const found = await findSession(folder);
  try {
    const settings = await openSettings(folder, host, report);
    const core = host.core(settings);
    // Report an unknown profile first, before other problems
    const profile =
      command.profile === null
        ? lastProfile(settings, host, found?.holder === 'app')
        : await profileFor({ profile: command.profile }, { known: settings.get().profiles, campuses: host.campuses }, report);
    const answers = await answersFor(command, core.now, profile);
    if (!host.terminal && command.answers === null) throw new UsageError(host.noTerminal);
    if (found && !isFree(found)) throw new UsageError('busy', { campus: campusOf(found) });
    // The app connects only with a profile that it has shown and a person has accepted, not with a file
    if (found?.holder === 'app' && !isKnown(underPolicy(profile, host.policy.current.policy), found)) throw new UsageError('otherProfile');
    const client = found?.holder === 'app' ? found : await localSession(core, folder);
    // A profile from a file has never been shown and accepted
    if (!settings.get().profiles.includes(profile)) reportContents(profile, report, localizer);
    const stopListening = exitOnSecondInterrupt(host, report);
    try {
      if (command.appTunnel !== null) report.proxy(await openProxy(client, command.appTunnel), command.showSecret);
      const outcome = await converse({
        client,
        profile,
        quick: command.profile === null,
        answers,
        terminal: host.terminal,
        report,
        localizer,
        now: core.now,
        onInterrupt: (listener) => host.onInterrupt(listener),
      });
      if (outcome.code === exitCode.requested) report.say(localizer.commandLine.ended);
      report.end(outcome.code, outcome.failure, outcome.says);
      return outcome.code;
    } finally {
      stopListening();
      await atMost(closeTimeoutMs, client.close());
    }
  } finally {
    await found?.close();
  }
}

/** The campus that was used last, if policy lets a command connect there without naming it. The app decides for itself, and shows its window. */
function lastProfile(settings: Settings, { policy }: Host, appRuns: boolean): Profile {
  if (!appRuns && !policy.current.policy.quickConnect) throw fail('policy-locked');
  const { profiles, lastProfileId } = settings.get();
  const profile = profiles.find(({ id }) => id === lastProfileId) ?? profiles[0];
  if (!profile) throw new UsageError('noProfiles');
  return profile;
}

/** Whether this command may connect. An attempt that nobody asked for gives way. */
const isFree = ({ access, alwaysConnect }: SessionClient): boolean => access.kind === 'idle' || alwaysConnect?.step === 'asking';

/** The answers that need no person: from a file, and from names on the command line. */
async function answersFor({ answers, choose }: ConnectCommand, now: () => number, profile: Profile): Promise<PreparedAnswers | null> {
  if (answers !== null) return readAnswers(answers, now, profile, choose);
  return choose.length === 0 ? null : new PreparedAnswers({ choose: [...choose] }, now, profile);
}

async function localSession(core: Core, folder: string): Promise<LocalSession> {
  const client = new LocalSession(core);
  await client.serve(folder);
  return client;
}

/** Exits at once at the second Ctrl-C. Returns a function that stops listening. */
function exitOnSecondInterrupt(host: Host, report: Report): () => void {
  let count = 0;
  return host.onInterrupt(() => {
    count += 1;
    if (count < 2) return;
    report.say(host.localizer.commandLine.leaving);
    host.exitNow(exitCode.requested);
  });
}

async function openProxy(client: SessionClient, port: number) {
  try {
    return await client.openProxy(port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))
      throw new UsageError('portTaken', { port });
    throw error;
  }
}

/** Whether the app has this same profile. The summary is enough to tell it from another one with the same id. */
function isKnown(profile: Profile, { profiles }: SessionClient): boolean {
  const known = profiles.find(({ id }) => id === profile.id);
  return known !== undefined && JSON.stringify(known) === JSON.stringify(summaryOf(profile));
}

function campusOf({ access, profiles }: SessionClient): string {
  const id = 'profileId' in access ? access.profileId : '';
  return profiles.find((profile) => profile.id === id)?.name ?? id;
}
