import type { Failure } from '../../shared/failure.ts';
import type { SecurityKeys } from '../factors/security-keys.ts';
import type { TrustedBrowsers } from '../factors/trusted-browsers.ts';
import { ShownOnce } from '../pages/once.ts';
import type { Device, Factors, Push, PushOutcome } from '../services.ts';
import type { DuoExchange, DuoRequest } from './exchange.ts';

export interface DuoOptions {
  factors: Factors;
  securityKeys: SecurityKeys;
  trustedBrowsers: TrustedBrowsers;
  exchange: DuoExchange;
  /** Epoch milliseconds. */
  now: () => number;
  /** The origins of this page, of the identity provider and of the gateway. */
  origins: { duo: string; login: string; gateway: string };
  recoveryAddress: string;
}

/** A push of this prompt, waiting or ended. */
export interface SentPush {
  readonly push: Push;
  outcome: PushOutcome | null;
}

/** Why the last attempt failed. */
export interface Problem {
  kind: 'wrong' | 'used' | 'expired' | 'digits' | 'key';
  triesLeft?: number;
}

/** One person's prompt for a second factor, in one browser. */
export interface Prompt {
  readonly request: DuoRequest;
  push: SentPush | null;
  readonly problem: ShownOnce<Problem>;
  /** The challenge of the security key page that is open. */
  challenge: string | null;
  /** Whether a factor was accepted. */
  proved: boolean;
}

export const newPrompt = (request: DuoRequest): Prompt => ({
  request,
  push: null,
  problem: new ShownOnce(),
  challenge: null,
  proved: false,
});

/** Devices that take a push, the default one first. */
export const pushDevices = (factors: Factors, userId: string): Device[] =>
  factors
    .devices(userId)
    .filter((device) => device.methods.includes('push'))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault));

/** Sends a push. Rejects with `account-locked`, or `push-superseded` when the device is gone. */
export async function sendPush(factors: Factors, prompt: Prompt, deviceId: string): Promise<void> {
  prompt.push?.push.cancel();
  const push = await factors.startPush(prompt.request.userId, deviceId, 'gateway');
  const sent: SentPush = { push, outcome: null };
  prompt.push = sent;
  void push.outcome.then((outcome) => {
    sent.outcome = outcome;
    // A push that another one replaced no longer counts
    if (outcome === 'approved' && prompt.push === sent) prompt.proved = true;
  });
}

/** Marks the prompt as proved, and withdraws a pending push from the phone. */
export function accept(prompt: Prompt): void {
  prompt.proved = true;
  prompt.push?.push.cancel();
}

/** Checks a code. One with another number of digits is refused, and does not count as an attempt. */
export async function checkCode(factors: Factors, prompt: Prompt, code: string, digits: number): Promise<void> {
  if (code.length !== digits) {
    prompt.problem.put({ kind: 'digits' });
    return;
  }
  const result = await factors.checkPasscode(prompt.request.userId, code, 'gateway');
  if (result.ok) accept(prompt);
  else prompt.problem.put(problemOf(result.failure, result.triesLeft));
}

function problemOf({ code }: Failure, triesLeft: number): Problem {
  return { kind: code === 'passcode-used' ? 'used' : code === 'passcode-expired' ? 'expired' : 'wrong', triesLeft };
}
