import { plainLine } from '../../../shared/plain-text.ts';
import type { FactorDevice } from '../../../shared/prompt.ts';

/**
 * Duo as it meets a gateway that knows nothing of it: in the text of a RADIUS challenge (a numbered menu), or in a second
 * password that takes words.
 */

/** A menu's entry that reaches a device: what goes back is its number. */
const entry = /^(\d{1,2})[.):]\s*(\S.{0,199})$/;
const push = /^duo push to\s+(\S.*)$/i;
const call = /^(phone call to\s+\S.*)$/i;
/** A longer line is no entry of a menu, and no expression looks at it. */
const maxLine = 400;
const maxDevices = 20;

/** What the screens call a phone of which the gateway says nothing. */
const unnamed = 'your phone';

/**
 * The devices of a numbered menu, or null where the text is none. `id` is the number. A text message is left out: it
 * ends the try that asks for it, and its code is typed as a passcode.
 */
export function duoMenu(text: string): FactorDevice[] | null {
  const devices: FactorDevice[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, id, words] = (line.length > maxLine ? null : entry.exec(line.trim())) ?? [];
    if (id === undefined || words === undefined || devices.length >= maxDevices) continue;
    const pushed = push.exec(words)?.[1];
    const called = call.exec(words)?.[1];
    if (pushed !== undefined) devices.push({ id, name: plainLine(pushed), methods: ['push', 'passcode'] });
    else if (called !== undefined) devices.push({ id, name: plainLine(called), methods: ['push'] });
  }
  return devices.length > 0 ? devices : null;
}

/** The one device of a gateway that takes words instead of a menu: its push is the word `push`. */
export function wordDevice(): FactorDevice[] {
  return [{ id: 'push', name: unnamed, methods: ['push', 'passcode'] }];
}

/** Whether a gateway says that the person chose Deny. */
export function saysDenied(text: string): boolean {
  return /\b(denied|declined|rejected|fraud)\b/i.test(text);
}

/** Whether it says that nobody answered. */
export function saysTimedOut(text: string): boolean {
  return /\b(timed? ?out|timeout|no response|not answered)\b/i.test(text);
}
