import path from 'node:path';
import { findingMessage } from '../../shared/messages/finding-message.ts';
import type { Profile } from '../../shared/profile.ts';
import { examine, type DoctorInput } from '../app/check/doctor.ts';
import { wantedUnder } from '../app/check/own-checks.ts';
import { ProfileStore } from '../app/profiles/profile-store.ts';
import { Proxies } from '../net/proxy/lookup.ts';
import { Settings } from '../storage/settings.ts';
import { fillIn } from './arguments.ts';
import { profileFor } from './connect.ts';
import { exitCode, exitCodeOfFinding, worst, type ExitCode } from './exit-codes.ts';
import type { Host } from './host.ts';
import { openManaged } from './managed-settings.ts';
import { problemReport, saveReport } from './problem-report.ts';
import { findSession } from './remote-session.ts';
import type { Report } from './report.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

/** Checks the named profile, or all, and says of each finding what to do. */
export async function runDoctor(
  named: string | null,
  folder: string,
  host: Host,
  report: Report,
  localizer: TerminalLocalizer,
): Promise<ExitCode> {
  const stop = new AbortController();
  const off = host.onInterrupt(() => stop.abort());
  const codes: ExitCode[] = [];
  for await (const finding of examine(await doctorInput(named, folder, host, report, stop.signal))) {
    codes.push(exitCodeOfFinding(finding));
    const { says, todo } = findingMessage(finding, localizer, ownAdvice(localizer));
    report.event({ event: 'check', check: finding.check, result: finding.result, says, ...(todo === '' ? {} : { todo }) });
    report.say(fillIn(localizer.commandLine.doctor[finding.result], { says, todo }));
  }
  off();
  const code = stop.signal.aborted ? exitCode.requested : worst(codes);
  report.end(code, null);
  return code;
}

/** Advice for a terminal, where the window has a button. */
const ownAdvice = ({ commandLine: { doctor } }: TerminalLocalizer) => ({
  policyDetails: doctor.policyDetails,
  addProfile: doctor.addProfile,
});

/** What to check: the named profile, or all. */
async function doctorInput(named: string | null, folder: string, host: Host, report: Report, signal: AbortSignal): Promise<DoctorInput> {
  const client = await findSession(folder);
  await client?.close();
  const { settings, inForce } = await openManaged(folder, host, report);
  const core = host.core(settings);
  const known = settings.get().profiles;
  const asSaved = named === null ? known : [await profileFor({ profile: named }, { known, campuses: host.campuses }, report)];
  const profileStore = new ProfileStore(settings, core.now, {
    policy: () => host.policy.current.policy,
  });
  return {
    tools: host.tools,
    secrets: core.secrets,
    profiles: asSaved.map((profile) => profileStore.under(profile)),
    verifierFor: (profile: Profile) => profileStore.verifierFor(profile),
    now: core.now,
    app: client?.holder === 'app' ? 'runs' : 'absent',
    proxies: core.proxies ?? new Proxies(),
    policy: inForce,
    own: {
      updates: client?.updates ?? null,
      alwaysConnect: client?.alwaysConnect ?? null,
      wanted: wantedUnder(host.policy.current, settings.get()),
    },
    oldTlsAllowed: host.policy.current.policy.oldTls === 'allow',
    signal,
  };
}

/** Shows the report, and only then saves it if a file is named. */
export async function runReport(
  { profile, save }: { profile: string | null; save: string | null },
  folder: string,
  host: Host,
  report: Report,
  localizer: TerminalLocalizer,
): Promise<ExitCode> {
  const stop = new AbortController();
  const off = host.onInterrupt(() => stop.abort());
  const session = await findSession(folder);
  try {
    const doctor = await doctorInput(profile, folder, host, report, stop.signal);
    const userIds = Object.values((await Settings.open(folder)).get().userIds);
    const { text, code } = await problemReport({ version: host.version, folder, doctor, session, userIds, localizer });
    for (const line of text.trimEnd().split('\n')) report.say(line);
    if (save !== null) await saveReport(path.resolve(save), text, doctor.now());
    report.event({ event: 'report', code, text, ...(save === null ? {} : { saved: path.resolve(save) }) });
    if (save !== null) report.say(`\n${fillIn(localizer.commandLine.reportSaved, { file: path.resolve(save) })}`);
    report.end(exitCode.requested, null);
    return exitCode.requested;
  } finally {
    off();
    await session?.close();
  }
}
