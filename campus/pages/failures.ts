import type { Failure, FailureCode } from '../../shared/failure.ts';
import { clockTime, inMinutes } from './clock.ts';

type Sentence = (failure: Failure, now: number) => string;

/** The pages' texts for the failures that visitors can meet. */
const sentences: Partial<Record<FailureCode, Sentence>> = {
  'sign-in-rejected': () => 'This UMPASS ID and password do not go together. Check both, and whether Caps Lock is on.',
  'portal-sign-in': () => 'This sign-in was used already or is too old. Please sign in here.',
  'account-locked': (failure, now) => `Too many tries went wrong. Your account is locked ${until(failure, now)}; after that, try again.`,
  'passcode-wrong': () => 'This passcode is not right. Check the digits and try again.',
  'passcode-used': () => 'This passcode was used already. Wait for the next one, then enter that.',
  'passcode-expired': () => 'This passcode is too old. Enter the one that is shown now, or get a new 2FA Passcode.',
  'push-superseded': () => 'This device can no longer be asked. Choose another one.',
  'recovery-identity': () => 'What you entered does not match our records. Check each part and try again.',
  'recovery-password': () => 'This password is not right. Check whether Caps Lock is on, and try again.',
  'recovery-limited': (failure, now) => `There were too many tries. You can try again ${after(failure, now)}.`,
  'recovery-timed-out': () => 'That took longer than we may wait. Please start again.',
  'settings-unwritable': () =>
    'We cannot save anything just now, so nothing was changed. Please try again in a few minutes; if it stays, tell the help desk.',
  'request-invalid': () => 'That did not reach us in one piece. Please check what you entered and try again.',
};

/** The text of one failure. */
export function sentence(failure: Failure, now: number): string {
  return sentences[failure.code]?.(failure, now) ?? 'That did not work. Please try again.';
}

function until(failure: Failure, now: number): string {
  const at = failure.params?.['untilAt'];
  return typeof at === 'number' ? `until ${clockTime(at)} (${inMinutes(at, now)})` : 'for a while';
}

function after(failure: Failure, now: number): string {
  const at = failure.params?.['untilAt'];
  return typeof at === 'number' ? `after ${clockTime(at)} (${inMinutes(at, now)})` : 'in a while';
}
