import type { Failure } from '../../../../shared/failure.ts';
import { complains, complainsOfCode, saysLocked, saysSessionLimit } from './text-patterns.ts';
import type { Sent } from './round.ts';
import { pushFailure } from './second-factor.ts';

/** If the person took longer than this to answer, a refusal says nothing about what they typed: the gateway gave up. */
const giveUpAfterMs = 120_000;

export interface Refusal {
  /** `repeated`: the question came back. `restarted`: the gateway started over. `ended`: it ended the sign-in. */
  kind: 'repeated' | 'restarted' | 'ended';
  /** The gateway's message with the refusal; '' if none. */
  message: string;
  /** The message is an error. */
  complains: boolean;
  /** The gateway's message before that. */
  before: string;
  now: number;
}

export interface Blame {
  failure: Failure | null;
  /**
   * What happens to the password. `forget`: it is forgotten. `renew`: it may be sent once more with the person's next
   * answer. `suspect`: one or the other, in turns.
   */
  then: 'forget' | 'renew' | 'suspect';
}

/** What a refusal says about what was sent last. If it does not say which of two secrets was wrong, the password is suspect. */
export function blameFor(last: Sent | null, refusal: Refusal): Blame {
  if (last === null) return { failure: { code: 'sign-in-rejected' }, then: 'forget' };
  // Neither says anything about what was typed. Whoever tries again and again only stays locked out
  if (saysLocked(refusal.message)) return { failure: { code: 'account-locked-out' }, then: 'forget' };
  if (saysSessionLimit(refusal.message)) return { failure: { code: 'session-limit' }, then: 'forget' };
  const blame = blameOf(last, refusal);
  const isLate = last.at - last.arrivedAt > giveUpAfterMs && last.reach === null;
  return isLate ? { ...blame, failure: { code: 'sign-in-timed-out' } } : blame;
}

function blameOf({ what, reach, at }: Sent, { kind, message, complains: isError, before, now }: Refusal): Blame {
  // Asking for a text message always ends that attempt
  if (reach === 'text') return { failure: null, then: 'renew' };
  if (reach !== null) {
    const failure = pushFailure(message || before, now - at, reach === 'call');
    if (what !== 'both') return { failure, then: 'suspect' };
    return { failure, then: failure.code === 'push-refused-at-once' ? 'forget' : 'renew' };
  }
  switch (what) {
    case 'both':
      return { failure: codeFailure(message), then: 'suspect' };
    case 'passcode':
    case 'reach': {
      // Many gateways say only after the code that the password was wrong
      const isOfCode = kind === 'repeated' || complainsOfCode(message) || !(isError || complains(message));
      return isOfCode ? { failure: codeFailure(message), then: 'suspect' } : { failure: { code: 'sign-in-rejected' }, then: 'forget' };
    }
    case 'fields':
      return { failure: { code: 'answer-rejected' }, then: 'suspect' };
    case 'credentials':
      return { failure: { code: 'sign-in-rejected' }, then: 'forget' };
  }
}

function codeFailure(message: string): Failure {
  return {
    code: /\bexpired\b|過期|过期|\bexpirou\b|\bexpirad[oa]\b/i.test(message.slice(0, 2_000)) ? 'passcode-expired' : 'passcode-wrong',
  };
}
