import { fail, type Failure } from '../../../shared/failure.ts';
import { reachesPhone, type FactorDevice } from '../../../shared/prompt.ts';
import type { Ask } from '../gateway.ts';
import { saysDenied, saysTimedOut } from './duo.ts';

/** What the person chose: a push to a device, or a code they typed. */
export type Factor = { kind: 'push'; device: FactorDevice } | { kind: 'passcode'; passcode: string };

/** Where the question begins: at the choice of devices, or at the passcode, left for which the push was. */
export type FactorStart = 'choose' | 'passcode';

/** How long a push has that nobody answers; the gateway's own clock decides. */
export const pushLastsMs = 60_000;
/** A push that is refused sooner than a person can take up a phone was refused for something else. */
const tooSoonMs = 1_500;

/** Asks how the person confirms that it is them. Sends nothing by itself, and nothing in a passcode's name that would. */
export async function chooseFactor(
  ask: Ask,
  devices: readonly FactorDevice[],
  start: FactorStart,
  failure: Failure | null,
  signal: AbortSignal,
): Promise<Factor> {
  let at = start;
  let why = failure;
  for (;;) {
    const retry = why ? { failure: why } : {};
    why = null;
    if (at === 'passcode') {
      const answer = await ask({ kind: 'passcode', lengths: [], ...retry }, { signal });
      if (answer.kind !== 'passcode') at = 'choose';
      else if (reachesPhone(answer.passcode)) why = { code: 'passcode-wrong' };
      else return { kind: 'passcode', passcode: answer.passcode };
      continue;
    }
    const answer = await ask({ kind: 'second-factor', devices: [...devices], ...retry }, { signal });
    if (answer.kind === 'second-factor') {
      const device = devices.find(({ id }) => id === answer.device);
      if (!device?.methods.includes('push')) throw fail('request-invalid', undefined, { detail: 'no such device' });
      return { kind: 'push', device };
    }
    at = 'passcode';
    if (answer.kind !== 'second-factor-passcode' || answer.passcode === undefined) continue;
    if (!reachesPhone(answer.passcode)) return { kind: 'passcode', passcode: answer.passcode };
    why = { code: 'passcode-wrong' };
  }
}

/**
 * Why a push came to nothing. Too soon for a person to have answered it was never sent: what went with it was wrong, or
 * the campus sends this person none.
 *
 * @param tookMs from the answer that sent it to the gateway's
 */
export function pushFailure(message: string, tookMs: number): Failure {
  if (tookMs < tooSoonMs) return { code: 'push-refused-at-once' };
  return { code: saysTimedOut(message) || (tookMs >= pushLastsMs - 5_000 && !saysDenied(message)) ? 'push-timed-out' : 'push-denied' };
}
