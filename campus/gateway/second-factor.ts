import { failureOf, type Failure } from '../../shared/failure.ts';
import { answersOf } from '../../shared/prompt.ts';
import { fail } from '../../shared/failure.ts';
import type { Factors, Push } from '../services.ts';
import type { Channel } from './channel.ts';

/** Why the last attempt failed. */
interface LastTry {
  failure?: Failure;
  triesLeft?: number;
  nextCodeAt?: number;
}

/** The stage of the second-factor conversation. */
type Stage =
  { at: 'choose'; lastTry: LastTry } | { at: 'push'; deviceId: string } | { at: 'passcode'; lastTry: LastTry } | { at: 'proved' };

const proved: Stage = { at: 'proved' };
const choose = (lastTry: LastTry = {}): Stage => ({ at: 'choose', lastTry });
const passcode = (lastTry: LastTry = {}): Stage => ({ at: 'passcode', lastTry });

/** Six digits from a device, nine for recovery. Clients use it to group the digits, not to check them. */
const passcodeLengths = [6, 9];

/**
 * Asks until the person has proved a second factor. A push is sent only after the client's own answer, and withdrawn when
 * the client leaves. Fails with `no-second-factor`, `account-locked`, and the channel's failures.
 */
export async function proveSecondFactor(channel: Channel, factors: Factors, userId: string): Promise<void> {
  if (factors.devices(userId).length === 0 && !factors.hasRecoveryPasscode(userId, 'gateway')) throw fail('no-second-factor');
  let stage = choose();
  while (stage.at !== 'proved') stage = await advance(channel, factors, userId, stage);
}

function advance(channel: Channel, factors: Factors, userId: string, stage: Exclude<Stage, { at: 'proved' }>): Promise<Stage> {
  switch (stage.at) {
    case 'choose':
      return chooseMethod(channel, factors, userId, stage.lastTry);
    case 'push':
      return sendPush(channel, factors, userId, stage.deviceId);
    case 'passcode':
      return askPasscode(channel, factors, userId, stage.lastTry);
  }
}

async function chooseMethod(channel: Channel, factors: Factors, userId: string, { failure, triesLeft }: LastTry): Promise<Stage> {
  const devices = factors
    .devices(userId)
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
    .map(({ id, name, methods }) => ({ id, name, methods }));
  const lastTry = { ...(failure && { failure }), ...(triesLeft !== undefined && { triesLeft }) };
  const answer = await channel.ask({ kind: 'second-factor', devices, ...lastTry }, answersOf['second-factor']);
  if (answer.kind === 'second-factor') return { at: 'push', deviceId: answer.device };
  return answer.passcode === undefined ? passcode() : checkPasscode(factors, userId, answer.passcode);
}

async function askPasscode(channel: Channel, factors: Factors, userId: string, lastTry: LastTry): Promise<Stage> {
  const answer = await channel.ask({ kind: 'passcode', lengths: passcodeLengths, ...lastTry }, answersOf.passcode);
  if (answer.kind === 'passcode') return checkPasscode(factors, userId, answer.passcode);
  return answer.method === 'choose' ? choose() : passcode();
}

async function checkPasscode(factors: Factors, userId: string, code: string): Promise<Stage> {
  const result = await factors.checkPasscode(userId, code, 'gateway');
  if (result.ok) return proved;
  const { failure, triesLeft, nextCodeAt } = result;
  if (failure.code === 'account-locked') throw fail('account-locked', failure.params);
  return passcode({ failure, triesLeft, nextCodeAt });
}

async function sendPush(channel: Channel, factors: Factors, userId: string, deviceId: string): Promise<Stage> {
  let push: Push;
  try {
    push = await factors.startPush(userId, deviceId, 'gateway');
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === 'push-superseded') return choose({ failure }); // the device was removed after it was offered
    throw error;
  }
  try {
    const { device, number, deadline } = push;
    const prompt = { kind: 'push', device: device.name, deadline, ...(number === undefined ? {} : { number }) } as const;
    const reply = await channel.askUnless(prompt, answersOf.push, push.outcome);
    if (reply.kind === 'instead') return reply.method === 'passcode' ? passcode() : choose();
    return afterPush(await push.outcome);
  } finally {
    push.cancel();
  }
}

function afterPush(outcome: Awaited<Push['outcome']>): Stage {
  switch (outcome) {
    case 'approved':
      return proved;
    case 'denied':
      return choose({ failure: { code: 'push-denied' } });
    case 'timed-out':
      return choose({ failure: { code: 'push-timed-out' } });
    case 'superseded':
      return choose({ failure: { code: 'push-superseded' } });
  }
}
