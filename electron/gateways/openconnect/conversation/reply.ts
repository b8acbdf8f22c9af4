import type { OcAnswer } from '../process/messages.ts';
import type { Reached } from './duo.ts';
import type { ReadField, ReadForm, ReadSelect } from './forms.ts';
import type { Sent } from './round.ts';
import type { Factor } from './second-factor.ts';
import { verificationNumber } from './text-patterns.ts';

/** The answer to a form, and what it causes. */
export interface Reply {
  answer: Extract<OcAnswer, { kind: 'form' }>;
  /** The push or call that this answer starts. It rings until the gateway's next message. */
  push: Reached | null;
  /** A password or a code is in it, or was sent before. It is sent only once, and a silent gateway may be asking on the phone. */
  secret: boolean;
  /** What the gateway said while a push is pending, such as the number to type on the phone. */
  pushMessage: { message: string; number: string | null } | null;
}

/** Whether the person has to react on the phone. A text message needs no reaction: the next form asks for its code. */
export const isRinging = (reached: Reached | null): boolean => reached?.does === 'push' || reached?.does === 'call';

/** What the sent fields hold, for judging a refusal. Null: nothing was sent. */
export function whatOf(sent: readonly ReadField[], factor: Factor | null, withPassword: boolean): Sent['what'] | null {
  if (factor) return withPassword ? 'both' : factor.kind;
  if (sent.some(({ role }) => role === 'user' || role === 'password')) return 'credentials';
  if (sent.some(({ role }) => role === 'passcode')) return 'passcode';
  return sent.length > 0 ? 'fields' : null;
}

/** Continues at once so that the gateway can go on. Its message stays on screen while the push is pending. */
export function pushReply(last: Sent | null, form: ReadForm): Reply {
  const push: Reached = { does: last?.reach ?? 'push', id: '', device: last?.device ?? '' };
  const pushMessage = { message: form.message, number: verificationNumber(form.message) };
  return { answer: { kind: 'form', result: 'ok', values: [] }, push, secret: true, pushMessage };
}

/** Sends only the chosen group, so that the library fetches that group's form. */
export function groupReply({ index }: ReadSelect, value: string): Reply {
  return { answer: { kind: 'form', result: 'new-group', values: [{ index, value }] }, push: null, secret: false, pushMessage: null };
}

/** The number to type on the phone, as a prompt has it. */
export function numberIn(text: string): { number?: string } {
  const number = verificationNumber(text);
  return number === null ? {} : { number };
}
