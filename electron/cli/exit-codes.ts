import type { AccessState } from '../../shared/access-state.ts';
import type { Finding } from '../../shared/check.ts';
import type { Failure, FailureCode } from '../../shared/failure.ts';
import type { PromptKind } from '../../shared/prompt.ts';

/** The exit codes of a run. 1 means a fault in Causeway itself. */
export const exitCode = {
  requested: 0,
  fault: 1,
  usage: 2,
  refused: 3,
  secondFactor: 4,
  unreachable: 5,
  certificate: 6,
  ended: 7,
  missing: 8,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const { requested, fault, usage, refused, secondFactor, unreachable, certificate, ended, missing } = exitCode;

/** The exit code of every failure. A new failure code does not compile until it is listed here. */
const exitCodes = {
  'gateway-unreachable': unreachable,
  'local-network': unreachable,
  'gateway-name-unknown': unreachable,
  'gateway-silent': unreachable,
  'gateway-not-secure': unreachable,
  'old-tls': unreachable,
  'gateway-protocol': unreachable,
  'gateway-closed': unreachable,
  'gateway-busy': unreachable,
  'campus-trouble': unreachable,
  'captive-portal': unreachable,
  'tunnel-leftover': unreachable,
  'path-drops-long': unreachable,
  'proxy-unreachable': unreachable,
  'proxy-rejected': unreachable,
  'proxy-sign-in-kind': unreachable,
  'proxy-kind': unreachable,
  'certificate-untrusted': certificate,
  'certificate-changed': certificate,
  'certificate-wrong-host': certificate,
  'certificate-expired': certificate,
  'certificate-incomplete': certificate,
  'certificate-declined': certificate,
  'notice-declined': refused,
  'sign-in-rejected': refused,
  'answer-rejected': refused,
  'sign-in-timed-out': refused,
  'account-locked': refused,
  'account-locked-out': refused,
  'choice-not-offered': usage,
  'no-gateway': refused,
  'gateway-says': requested,
  'password-ends': requested,
  'no-second-factor': secondFactor,
  'passcode-wrong': secondFactor,
  'passcode-used': secondFactor,
  'passcode-expired': secondFactor,
  'push-denied': secondFactor,
  'push-timed-out': secondFactor,
  'push-refused-at-once': secondFactor,
  'push-superseded': secondFactor,
  'push-left': requested,
  'call-not-confirmed': secondFactor,
  'factor-unknown': secondFactor,
  'session-limit': refused,
  'browser-closed': refused,
  'browser-slow': refused,
  'browser-cookies': refused,
  'browser-crashed': refused,
  'browser-strayed': refused,
  'page-refused': refused,
  'page-signed-out': refused,
  'new-password-wanted': refused,
  'pulse-refused': refused,
  'browser-port': unreachable,
  'browser-answer': refused,
  'client-certificate-missing': certificate,
  'client-certificate-unreadable': certificate,
  'client-certificate-rejected': certificate,
  'host-check': refused,
  'client-refused': refused,
  'system-refused': refused,
  'codes-key-invalid': usage,
  'ticket-rejected': ended,
  'session-expired': ended,
  'session-idle': ended,
  'session-revoked': ended,
  'session-replaced': ended,
  'gateway-gone': ended,
  'left-campus': 7,
  'cannot-extend': ended,
  'tunnel-dropped': unreachable,
  'ticket-too-long': refused,
  'tunnel-refused': refused,
  'tunnel-down': unreachable,
  'tunnel-failed': unreachable,
  'helper-missing': missing,
  'helper-denied': missing,
  'gateway-unproven': certificate,
  'tunnel-taken': missing,
  'other-vpn': unreachable,
  'host-not-allowed': refused,
  'host-unreachable': unreachable,
  'host-name-unknown': unreachable,
  'host-ipv6': unreachable,
  'names-silent': unreachable,
  'names-none': unreachable,
  'streams-full': unreachable,
  'portal-unreachable': unreachable,
  'portal-certificate': certificate,
  'portal-left': refused,
  'portal-sign-in': refused,
  'recovery-identity': refused,
  'recovery-password': refused,
  'recovery-limited': refused,
  'recovery-unreachable': unreachable,
  'recovery-timed-out': refused,
  'recovery-unavailable': refused,
  'settings-damaged': fault,
  'folder-unusable': fault,
  'parts-missing': missing,
  'sandbox-off': fault,
  'update-unreachable': fault,
  'update-untrusted': fault,
  'update-invalid': fault,
  'update-expired': fault,
  'update-clock': fault,
  'update-older': fault,
  'update-damaged': fault,
  'update-disk-full': fault,
  'update-unwritable': fault,
  'update-not-installed': fault,
  'report-not-saved': usage,
  'fault-ended': fault,
  'policy-ignored': fault,
  'policy-unreadable': fault,
  'policy-repaired': fault,
  'policy-campuses': usage,
  'policy-gateways': refused,
  'policy-locked': usage,
  'settings-repaired': fault,
  'settings-newer': fault,
  'settings-unwritable': fault,
  'keychain-absent': missing,
  'keychain-locked': missing,
  'keychain-too-long': missing,
  'saved-password-removed': missing,
  'page-sign-in-damaged': fault,
  'page-sign-in-not-kept': fault,
  'page-sign-in-too-many': fault,
  'page-sign-in-stays': fault,
  'profile-invalid': usage,
  'profile-syntax': usage,
  'profile-choice': usage,
  'profile-dropped': usage,
  'profile-file-missing': usage,
  'profile-not-found': usage,
  'profile-unreachable': unreachable,
  'profile-none': usage,
  'campus-not-found': usage,
  'campus-managed': usage,
  'profile-untried': usage,
  'component-missing': missing,
  'app-needed': missing,
  'component-altered': missing,
  'temporary-folder': missing,
  'component-failed': missing,
  'control-foreign': missing,
  'versions-differ': missing,
  'roots-late': unreachable,
  'session-interrupted': ended,
  'sign-in-interrupted': ended,
  'recovery-interrupted': ended,
  'link-invalid': usage,
  'request-invalid': usage,
  'not-now': usage,
  'cancelled': requested,
  'internal': fault,
} as const satisfies Record<FailureCode, ExitCode>;

/**
 * The exit code of an ending. Gateways reject every kind of answer with the same message. If the last answer was a second
 * factor, the second factor is taken to have failed.
 *
 * @param lastAsked the kind of the last question that was answered
 */
export function exitCodeOf(ending: Failure | null, lastAsked: PromptKind | null = null): ExitCode {
  if (!ending) return requested;
  const code = exitCodes[ending.code];
  const atSecondFactor = lastAsked === 'second-factor' || lastAsked === 'passcode' || lastAsked === 'push';
  return code === refused && atSecondFactor && signInFailures.includes(ending.code) ? secondFactor : code;
}

const signInFailures: readonly FailureCode[] = ['sign-in-rejected', 'account-locked', 'account-locked-out', 'sign-in-timed-out'];

/** The failure of the last answer, if the current question reports one. */
export function failureIn(state: AccessState): Failure | null {
  return state.kind === 'asking' && 'failure' in state.prompt ? (state.prompt.failure ?? null) : null;
}

/** The exit code that a finding of `doctor` asks for. */
export function exitCodeOfFinding({ says, prevents }: Finding): ExitCode {
  if (!prevents) return requested;
  return says.kind === 'failure' ? exitCodeOf(says.failure) : missing;
}

/** The exit code of the problem to solve first: a certificate before a network, then a missing program, then what is not allowed. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [certificate, unreachable, missing, refused];
  return order.find((code) => codes.includes(code)) ?? requested;
}
