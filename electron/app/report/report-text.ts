import type { CheckState, Finding } from '../../../shared/check.ts';
import type { Failure } from '../../../shared/failure.ts';
import { findingMessage } from '../../../shared/messages/finding-message.ts';
import type { Localizer, Messages } from '../../../shared/messages/localizer.ts';
import { plainText } from '../../../shared/plain-text.ts';
import type { Profile } from '../../../shared/profile.ts';
import { failureOf } from '../../../shared/failure.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { PolicyInForce } from '../../storage/policy/policy.ts';
import { decisionsIn, faultsIn } from '../../storage/policy/report.ts';
import { contentsOf } from '../profiles/profile-preview.ts';
import { lineOf, type HistoryEntry } from './access-history.ts';
import type { HelperLog } from './helper-log.ts';

/** Everything that a report contains, before it is redacted. */
export interface ReportInput {
  /** The code to read aloud. */
  code: string;
  /** Epoch milliseconds. */
  now: number;
  localizer: Localizer;
  /** The lines of **Copy details**. */
  summary: string;
  /** Names and versions of what runs: Causeway, Electron, the system. */
  versions: readonly (readonly [name: string, version: string])[];
  profiles: readonly Profile[];
  policy: PolicyInForce;
  history: readonly HistoryEntry[];
  check: CheckState;
  network: readonly string[];
  notices: readonly Failure[];
  /** The last lines of the app's log. */
  log: readonly string[];
  helperLog: HelperLog;
}

/** Lines of any log and of any answer are no longer. */
const maxLineChars = 1_000;

/** The whole report as one redacted text. Headings are in the person's language, and what is below them is technical. */
export function reportText(input: ReportInput, redactor: Pick<Redactor, 'redact' | 'typed'>): string {
  const { localizer, code, now, check } = input;
  const { format, messages } = localizer;
  const { report } = messages;
  // A sentence may name another person of this computer
  for (const { params } of failuresIn(input)) if (params?.['user'] !== undefined) redactor.typed.add(String(params['user']), 'person');
  const section = (name: keyof Messages['report']['sections'], lines: readonly string[]): string[] => [
    '',
    `== ${report.sections[name]} ==`,
    ...(lines.length === 0 ? [report.none] : lines),
  ];
  const text = [
    report.heading,
    format(report.readCode, { code }),
    format(report.madeAt, { time: new Date(now).toISOString() }),
    report.replaced,
    ...section('summary', input.summary.split('\n')),
    ...section(
      'versions',
      input.versions.map(([name, version]) => `${name}  ${version}`),
    ),
    ...section(
      'history',
      input.history.map((entry) => `${new Date(entry.at).toISOString()}  ${lineOf(entry)}`),
    ),
    ...section('check', [
      ...check.findings.map((finding) => findingLine(finding, localizer)),
      ...(check.cut === null && !check.running ? [] : [report.notFinished]),
    ]),
    ...section('notices', input.notices.map(failureLine)),
    ...section('profiles', input.profiles.flatMap(profileLines)),
    ...section('policy', policyLines(input.policy)),
    ...section('network', input.network),
    ...section('log', input.log),
    ...section(
      'helperLog',
      input.helperLog.kind === 'lines' ? input.helperLog.lines : [format(report.notReadable, { why: input.helperLog.why })],
    ),
    '',
  ].join('\n');
  // Cut only then: half a secret is not recognized
  return redactor
    .redact(plainText(text))
    .split('\n')
    .map((line) => (line.length > maxLineChars ? `${line.slice(0, maxLineChars)}…` : line))
    .join('\n');
}

const failuresIn = ({ notices, check }: ReportInput): Failure[] => [
  ...notices,
  ...check.findings.flatMap(({ says }) => (says.kind === 'failure' ? [says.failure] : [])),
];

function findingLine(finding: Finding, localizer: Localizer): string {
  const { says, todo } = findingMessage(finding, localizer);
  const code = finding.says.kind === 'failure' ? ` (${finding.says.failure.code})` : '';
  return `[${finding.result}] ${finding.check}: ${says}${code}${todo === '' ? '' : ` ${todo}`}`;
}

const failureLine = ({ code, params, detail }: Failure): string =>
  [
    code,
    ...Object.entries(params ?? {}).map(
      ([name, value]) => `${name} ${name.endsWith('At') ? new Date(Number(value)).toISOString() : value}`,
    ),
    ...(detail === undefined ? [] : [detail]),
  ].join('  ');

/** A profile as it is: it has no secrets. Keys and authorities as fingerprints. */
function profileLines(profile: Profile): string[] {
  const { id, name, protocol, tunnel } = profile;
  const head = [`${name}  (${id}; ${protocol}, ${tunnel})`];
  try {
    const { destinations, authorities, pins, settings } = contentsOf(profile);
    return [
      ...head,
      ...destinations.map(({ path, shown }) => `  ${path}  ${shown}`),
      ...settings.map(({ path, value }) => `  ${path}  ${String(value)}`),
      ...authorities.map(({ sha256, subject, validUntil }) => `  authority  ${sha256}  ${subject}  ${new Date(validUntil).toISOString()}`),
      ...pins.map((pin) => `  pin  ${(Buffer.from(pin, 'base64').toString('hex').toUpperCase().match(/../g) ?? []).join(':')}`),
    ];
  } catch (error) {
    return [...head, `  ${failureLine(failureOf(error))}`];
  }
}

function policyLines(inForce: PolicyInForce): string[] {
  return [
    ...decisionsIn(inForce).flatMap(({ key, value, place, level, overrides }) => [
      `${key} = ${value}  (${level}, ${place})`,
      ...overrides.map((other) => `  not ${other.value}, from ${other.place}`),
    ]),
    ...faultsIn(inForce.faults).map(
      ({ place, key, why, detail }) => `fault  ${key ?? 'all'} in ${place}: ${why}${detail === undefined ? '' : ` (${detail})`}`,
    ),
  ];
}
