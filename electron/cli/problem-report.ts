import { writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import type { Finding } from '../../shared/check.ts';
import { fail, failureCodes } from '../../shared/failure.ts';
import { helpCode, readHelpCode } from '../../shared/help-code.ts';
import { helpDeskAdvice } from '../../shared/messages/en/help-desk.ts';
import { examine, type DoctorInput } from '../app/check/doctor.ts';
import { KnownNames } from '../app/known-names.ts';
import { historyIn } from '../app/report/access-history.ts';
import { helperLog } from '../app/report/helper-log.ts';
import { appLog, logTail } from '../app/report/log-tail.ts';
import { networkFacts } from '../app/report/network-facts.ts';
import { reportText } from '../app/report/report-text.ts';
import { versionsHere } from '../app/report/versions.ts';
import { zipOf } from '../app/report/zip.ts';
import { Redactor } from '../redaction/redactor.ts';
import { fillIn, UsageError } from './arguments.ts';
import { ownPlatform as platform } from './own-platform.ts';
import type { Report } from './report.ts';
import type { SessionClient } from './session-client.ts';
import type { TerminalLocalizer } from './terminal-localizer.ts';

export interface ProblemReportInput {
  version: string;
  /** The app's folder, with its log. */
  folder: string;
  /** What to check and to describe. */
  doctor: DoctorInput;
  /** The session that is up, in the app or another terminal. */
  session: Pick<SessionClient, 'access' | 'holder'> | null;
  /** The user IDs that are remembered. */
  userIds: readonly string[];
  localizer: TerminalLocalizer;
}

/** Makes the same report as the window, for a person at a terminal. Returns the redacted text and the code to read aloud. */
export async function problemReport(input: ProblemReportInput): Promise<{ text: string; code: string }> {
  const { version, folder, doctor, session, userIds, localizer } = input;
  const [log, service] = await Promise.all([logTail(appLog(folder)), helperLog()]);
  const findings: Finding[] = [];
  for await (const finding of examine(doctor)) findings.push(finding);
  const history = historyIn(log);
  const last = history.at(-1);
  const failure = failureCodes.find((code) => code === last?.failure) ?? null;
  const step =
    (last?.step === 'idle' || last?.step === 'closing'
      ? history.findLast((each) => each.step !== last.step && each.step !== 'closing')
      : last
    )?.step ?? 'idle';
  const now = doctor.now();
  const code = helpCode({ failure, step, version, platform });
  const summary = [
    `Causeway ${version} on ${platform}, by the command line`,
    `Code: ${code}`,
    `Time: ${new Date(now).toISOString()}`,
    `State: ${session ? `${session.access.kind} (${session.holder})` : 'nothing is connected'}`,
    `Step: ${step}`,
    `Failure: ${failure ?? 'none'}`,
  ].join('\n');
  const redactor = new Redactor(() => log.join('\n'));
  const names = new KnownNames(redactor);
  names.keepHosts(doctor.profiles, doctor.policy);
  for (const name of [userInfo().username, ...userIds]) names.person(name);
  if (session?.access.kind === 'connected' || session?.access.kind === 'reconnecting') names.person(session.access.user);
  redactor.typed.add(hostname(), 'host');
  const text = reportText(
    {
      code,
      now,
      localizer,
      summary,
      versions: versionsHere([['Causeway', version]]),
      profiles: doctor.profiles,
      policy: doctor.policy,
      history,
      check: { running: false, cut: doctor.signal.aborted ? 'stopped' : null, findings, at: now },
      network: await networkFacts(doctor.profiles, doctor.proxies),
      notices: doctor.policy.notices,
      log,
      helperLog: service,
    },
    redactor,
  );
  return { text, code };
}

/** Saves a report: as a zip if the name ends so, else as text. Fails with `report-not-saved`. */
export async function saveReport(file: string, text: string, now: number): Promise<void> {
  const name = path.basename(file);
  const content = /\.zip$/i.test(name) ? zipOf(name.replace(/\.zip$/i, '.txt'), text, now) : text;
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    throw fail('report-not-saved', { file: name }, { detail: error instanceof Error ? error.message : 'failed', cause: error });
  }
}

/** Says what a code that somebody read aloud means, and what the help desk can ask and do. Fails with a {@link UsageError}. */
export function explainCode(text: string, report: Report, localizer: TerminalLocalizer): void {
  const read = readHelpCode(text);
  const { explain } = localizer.commandLine;
  if (!read.ok) throw new UsageError(read.why === 'wrong' ? 'codeWrong' : 'codeUnknown');
  const { failure, step, version, platform: system } = read;
  report.event({ event: 'explained', failure: failure === null ? undefined : { code: failure }, step, version, platform: system });
  report.say(fillIn(explain.head, { failure: failure ?? explain.noFailure, step, version, platform: system }));
  if (failure === null) return;
  const { title, happened, todo } = localizer.failure({ code: failure });
  report.say(fillIn(explain.sees, { title, happened, todo }));
  const { ask, act } = helpDeskAdvice[failure];
  report.say(fillIn(explain.ask, { ask }));
  report.say(fillIn(explain.act, { act }));
}
