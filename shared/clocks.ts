import * as z from 'zod/mini';
import type { Failure } from './failure.ts';
import { instantSchema, maxInstantMs } from './instant.ts';
import type { Prompt } from './prompt.ts';

/**
 * The clocks of two computers may differ. A sender of instants adds its own clock's time (`now`). The receiver converts
 * them to its own clock at the boundary, so that the time left is right even if its clock is wrong.
 */

const stampSchema = z.object({ now: instantSchema });

/** How far our clock is ahead of the sender's, in milliseconds. 0 if the message carries no time. */
export function clockOffset(message: unknown, ourNow: number): number {
  const stamp = z.safeParse(stampSchema, message);
  return stamp.success ? ourNow - stamp.data.now : 0;
}

/** A sender's instant by our clock. */
export function toLocalTime(instant: number, ahead: number): number {
  return Math.min(maxInstantMs, Math.max(-maxInstantMs, instant + ahead));
}

/** The same for a failure's params: instants are those whose names end in `At`. */
export function paramsToLocalTime(params: NonNullable<Failure['params']>, ahead: number): NonNullable<Failure['params']> {
  const ours = { ...params };
  for (const [name, value] of Object.entries(params))
    if (typeof value === 'number' && name.endsWith('At')) ours[name] = toLocalTime(value, ahead);
  return ours;
}

/** The same for a prompt. */
export function promptToLocalTime(prompt: Prompt, ahead: number): Prompt {
  if (prompt.kind === 'waiting') return { ...prompt, until: toLocalTime(prompt.until, ahead) };
  if (prompt.kind === 'push') return { ...prompt, deadline: toLocalTime(prompt.deadline, ahead) };
  if (!('failure' in prompt) || !prompt.failure?.params) return withNextCode(prompt, ahead);
  const { failure } = prompt;
  return withNextCode({ ...prompt, failure: { ...failure, params: paramsToLocalTime(prompt.failure.params, ahead) } }, ahead);
}

function withNextCode(prompt: Prompt, ahead: number): Prompt {
  if (prompt.kind !== 'passcode' || prompt.nextCodeAt === undefined) return prompt;
  return { ...prompt, nextCodeAt: toLocalTime(prompt.nextCodeAt, ahead) };
}
