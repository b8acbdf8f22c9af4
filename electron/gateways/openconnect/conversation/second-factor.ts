import { fail, type Failure } from '../../../../shared/failure.ts';
import type { OwnWords } from '../../../../shared/phone-words.ts';
import type { FactorDevice, PromptOf } from '../../../../shared/prompt.ts';
import type { Ask } from '../../gateway.ts';
import { reachedBy, saysDenied, saysTimedOut, typedReach, type Reached } from './duo.ts';

/** The second factor that the person chose: to be contacted on their phone, or a code they typed. */
export type Factor = ({ kind: 'reach' } & Reached) | { kind: 'passcode'; passcode: string };

/** Where the question starts: at the list of devices, or at the passcode if the person left a push for it. */
export type FactorStart = 'choose' | 'passcode';

/** How long an unanswered push lasts. The gateway's own clock decides. */
export const pushLastsMs = 60_000;
/** Nobody can pick up a phone this fast. A push refused sooner was refused for another reason. */
const tooSoonMs = 1_500;

export interface Choosing {
  devices: readonly FactorDevice[];
  /** True: the devices are lines of a menu, and the answer is a number. False: the gateway takes words. */
  isMenu: boolean;
  own: OwnWords;
  start: FactorStart;
  failure: Failure | null;
  signal: AbortSignal;
}

/** Asks the person for their second factor. Sends nothing without a choice of theirs; a word or number that they type is one. */
export async function chooseFactor(ask: Ask, { devices, isMenu, own, start, failure, signal }: Choosing): Promise<Factor> {
  let at = start;
  let why = failure;
  const take = (typed: string): Factor | null => {
    const reached = typedReach(typed, devices, isMenu, own);
    if (reached === null) return { kind: 'passcode', passcode: typed };
    if (reached !== 'unknown') return { kind: 'reach', ...reached };
    why = { code: 'factor-unknown' };
    at = 'choose';
    return null;
  };
  for (;;) {
    const retry = why ? { failure: why } : {};
    why = null;
    if (at === 'passcode') {
      const answer = await ask({ kind: 'passcode', lengths: [], ...hintOf(devices), ...retry }, { signal });
      const factor = answer.kind === 'passcode' ? take(answer.passcode) : null;
      if (factor) return factor;
      at = 'choose';
      continue;
    }
    const answer = await ask({ kind: 'second-factor', devices: [...devices], ...retry }, { signal });
    if (answer.kind === 'second-factor') {
      const device = devices.find(({ id }) => id === answer.device);
      const reached = device && reachedBy(device);
      if (!reached) throw fail('request-invalid', undefined, { detail: 'no such device' });
      return { kind: 'reach', ...reached };
    }
    at = 'passcode';
    const factor = answer.kind === 'second-factor-passcode' && answer.passcode !== undefined ? take(answer.passcode) : null;
    if (factor) return factor;
  }
}

/** The gateway's hint about the code that it sent. */
function hintOf(devices: readonly FactorDevice[]): Pick<PromptOf<'passcode'>, 'startsWith'> {
  const startsWith = devices.find((device) => device.startsWith !== undefined)?.startsWith;
  return startsWith === undefined ? {} : { startsWith };
}

/**
 * Why a push failed. If it failed before a person could have answered, it was never sent: the password with it was wrong,
 * or the campus sends this person no pushes.
 *
 * @param tookMs time from our answer that started the push to the gateway's
 */
export function pushFailure(message: string, tookMs: number, isCall = false): Failure {
  if (tookMs < tooSoonMs) return { code: 'push-refused-at-once' };
  if (isCall) return { code: 'call-not-confirmed' };
  return { code: saysTimedOut(message) || (tookMs >= pushLastsMs - 5_000 && !saysDenied(message)) ? 'push-timed-out' : 'push-denied' };
}
