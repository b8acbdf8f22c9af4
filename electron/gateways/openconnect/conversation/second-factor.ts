import { fail, type Failure } from '../../../../shared/failure.ts';
import type { OwnWords } from '../../../../shared/phone-words.ts';
import type { FactorDevice, PromptOf } from '../../../../shared/prompt.ts';
import type { Ask } from '../../gateway.ts';
import { reachedBy, saysDenied, saysTimedOut, typedReach, type Reached } from './duo.ts';

/** What the person chose: to have their phone reached, or a code they typed. */
export type Factor = ({ kind: 'reach' } & Reached) | { kind: 'passcode'; passcode: string };

/** Where the question begins: at the choice of devices, or at the passcode, left for which the push was. */
export type FactorStart = 'choose' | 'passcode';

/** How long a push has that nobody answers; the gateway's own clock decides. */
export const pushLastsMs = 60_000;
/** A push that is refused sooner than a person can take up a phone was refused for something else. */
const tooSoonMs = 1_500;

export interface Choosing {
  devices: readonly FactorDevice[];
  /** The devices are the lines of a menu, and their numbers go back; otherwise the gateway takes words. */
  isMenu: boolean;
  own: OwnWords;
  start: FactorStart;
  failure: Failure | null;
  signal: AbortSignal;
}

/** Asks how the person confirms that it is them. Sends nothing by itself; a word or a number that they type is their own gesture. */
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

/** What the gateway tells of the code that it has sent. */
function hintOf(devices: readonly FactorDevice[]): Pick<PromptOf<'passcode'>, 'startsWith'> {
  const startsWith = devices.find((device) => device.startsWith !== undefined)?.startsWith;
  return startsWith === undefined ? {} : { startsWith };
}

/**
 * Why a push came to nothing. Too soon for a person to have answered it was never sent: what went with it was wrong, or
 * the campus sends this person none.
 *
 * @param tookMs from the answer that sent it to the gateway's
 */
export function pushFailure(message: string, tookMs: number, isCall = false): Failure {
  if (tookMs < tooSoonMs) return { code: 'push-refused-at-once' };
  if (isCall) return { code: 'call-not-confirmed' };
  return { code: saysTimedOut(message) || (tookMs >= pushLastsMs - 5_000 && !saysDenied(message)) ? 'push-timed-out' : 'push-denied' };
}
