import { phoneWord, reachOfLabel, type OwnWords, type PhoneWord, type Reach } from '../../../../shared/phone-words.ts';
import { plainLine } from '../../../../shared/plain-text.ts';
import type { FactorDevice, FactorMethod } from '../../../../shared/prompt.ts';

/**
 * Duo as it meets a gateway that knows nothing of it: in the text of a RADIUS challenge (a numbered menu), or in a second
 * password that takes words.
 */

/** A menu's entry: what goes back is its number. */
const entry = /^(\d{1,2})[.):]\s*(\S.{0,199})$/;
const to = /^(?:duo push|phone call|sms passcodes|text message|push|call) to\s+(\S.*)$/i;
/** What a menu tells of the texts that it has sent. */
const nextCode = /\(next code starts with:?\s*([A-Za-z0-9]{1,6})\)$/i;
/** A longer line is no entry of a menu, and no expression looks at it. */
const maxLine = 400;
const maxDevices = 20;

/** What the screens call a phone of which the gateway says nothing. */
const unnamed = 'your phone';

/** The devices of a numbered menu, each line with what it does, or null where the text is none. `id` is the number. */
export function duoMenu(text: string, own: OwnWords = {}): FactorDevice[] | null {
  const devices: FactorDevice[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, id, words] = (line.length > maxLine ? null : entry.exec(line.trim())) ?? [];
    if (id === undefined || words === undefined) continue;
    const before = devices.find((device) => device.id === id);
    const device = deviceOf(id, words, own);
    // Two lines of one number are one choice, of which nobody can tell what it does
    if (before) devices[devices.indexOf(before)] = { id, name: `${before.name} / ${device.name}`.slice(0, 200), methods: ['other'] };
    else if (devices.length < maxDevices) devices.push(device);
  }
  return devices.some(({ methods }) => methods.some((method) => method !== 'other' && method !== 'passcode')) ? devices : null;
}

function deviceOf(id: string, words: string, own: OwnWords): FactorDevice {
  const startsWith = nextCode.exec(words)?.[1];
  const line = plainLine(words.replace(nextCode, '')).trim();
  const does = reachOfLabel(line, own);
  const name = to.exec(line)?.[1] ?? line;
  return { id, name, methods: methodsOf(does), ...(startsWith === undefined ? {} : { startsWith }) };
}

function methodsOf(does: Reach | null): FactorMethod[] {
  if (does === null) return ['other'];
  return does === 'push' || does === 'auto' ? ['push', 'passcode'] : [does];
}

/** The one device of a gateway that takes words instead of a menu: its push is the word `push`. */
export function wordDevice(): FactorDevice[] {
  return [{ id: 'push', name: unnamed, methods: ['push', 'passcode'] }];
}

/** How a device of a menu, or a word, has a phone reached. */
export interface Reached {
  does: Exclude<FactorMethod, 'passcode'>;
  /** What goes to the gateway. */
  id: string;
  device: string;
}

/** A device that was chosen. */
export function reachedBy({ id, name, methods }: FactorDevice): Reached | null {
  const does = methods.find((method) => method !== 'passcode');
  return does === undefined ? null : { does, id, device: name };
}

/** A word that was typed. What the campus chooses by itself is shown as the push that it mostly is. */
export const reachOf = ({ word, does }: PhoneWord, device: string): Reached => ({
  does: does === 'auto' ? 'push' : does,
  id: word,
  device,
});

/**
 * What was typed in a passcode's place, where it reaches a phone here: a number of the menu, a word that the gateway takes,
 * or a word for one of the menu's lines. `unknown`: it is no passcode, and nothing here does what it says.
 */
export function typedReach(typed: string, devices: readonly FactorDevice[], isMenu: boolean, own: OwnWords): Reached | 'unknown' | null {
  const said = typed.trim();
  const word = phoneWord(typed, own);
  if (isMenu) {
    const line = devices.find(({ id }) => id === said) ?? (word && lineFor(word, devices));
    if (line) return reachedBy(line);
    return word || /^\d{1,2}$/.test(said) ? 'unknown' : null;
  }
  if (word) return reachOf(word, unnamed);
  return /^\d{1,2}$/.test(said) ? 'unknown' : null;
}

function lineFor({ does, nth }: PhoneWord, devices: readonly FactorDevice[]): FactorDevice | undefined {
  const wanted = does === 'auto' ? 'push' : does;
  return devices.filter(({ methods }) => methods.includes(wanted))[(nth ?? 1) - 1];
}

/** Whether a gateway says that the person chose Deny. */
export function saysDenied(text: string): boolean {
  return /\b(denied|declined|rejected|fraud)\b/i.test(text);
}

/** Whether it says that nobody answered. */
export function saysTimedOut(text: string): boolean {
  return /\b(timed? ?out|timeout|no response|not answered)\b/i.test(text);
}
