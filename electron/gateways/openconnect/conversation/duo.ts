import { phoneWord, reachOfLabel, type OwnWords, type PhoneWord, type Reach } from '../../../../shared/phone-words.ts';
import { plainLine } from '../../../../shared/plain-text.ts';
import type { FactorDevice, FactorMethod } from '../../../../shared/prompt.ts';

/**
 * Duo behind a gateway that does not know it. It shows up as a numbered menu in the text of a RADIUS challenge, or as a
 * second password that takes words.
 */

/** A menu entry, as `1.`, `1)`, `[1]` or `1 -`. Its number is the answer. */
const entry = /^(?:[[(](?=\d{1,2}[\])]))?(\d{1,2})(?:[.):\]]|\s[-–—=]\s)\s*(\S.{0,199})$/;
const to = /^(?:duo push|phone call|sms passcodes|text message|push|call) to\s+(\S.*)$/i;
/** A menu's hint about the codes that it sent by text message. */
const nextCode = /\(next code starts with:?\s*([A-Za-z0-9]{1,6})\)$/i;
/** A longer line is not a menu entry. No regular expression is run on it. */
const maxLine = 400;
const maxDevices = 20;

/** The name on screen for a phone that the gateway does not name. */
const unnamed = 'your phone';

/** Reads the devices of a numbered menu and what each line does. Null if the text is not a menu. `id` is the number. */
export function duoMenu(text: string, own: OwnWords = {}): FactorDevice[] | null {
  const devices: FactorDevice[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, id, label] = (line.length > maxLine ? null : entry.exec(line.trim())) ?? [];
    if (id === undefined || label === undefined) continue;
    const before = devices.find((device) => device.id === id);
    const device = deviceOf(id, label, own);
    // Two lines with the same number are one choice, and nobody can tell what it does
    if (before) devices[devices.indexOf(before)] = { id, name: `${before.name} / ${device.name}`.slice(0, 200), methods: ['other'] };
    else if (devices.length < maxDevices) devices.push(device);
  }
  return devices.some(({ methods }) => methods.some((method) => method !== 'other' && method !== 'passcode')) ? devices : null;
}

function deviceOf(id: string, label: string, own: OwnWords): FactorDevice {
  const startsWith = nextCode.exec(label)?.[1];
  const line = plainLine(label.replace(nextCode, '')).trim();
  const does = reachOfLabel(line, own);
  const name = to.exec(line)?.[1] ?? line;
  return { id, name, methods: methodsOf(does), ...(startsWith === undefined ? {} : { startsWith }) };
}

function methodsOf(does: Reach | null): FactorMethod[] {
  if (does === null) return ['other'];
  return does === 'push' || does === 'auto' ? ['push', 'passcode'] : [does];
}

/** The only device of a gateway that takes words instead of a menu. Its push is the word `push`. */
export function wordDevice(): FactorDevice[] {
  return [{ id: 'push', name: unnamed, methods: ['push', 'passcode'] }];
}

/** How a menu line or a word contacts a phone. */
export interface Reached {
  does: Exclude<FactorMethod, 'passcode'>;
  /** The text to send to the gateway. */
  id: string;
  device: string;
}

/** How a chosen device is contacted. Null: it only makes passcodes. */
export function reachedBy({ id, name, methods }: FactorDevice): Reached | null {
  const does = methods.find((method) => method !== 'passcode');
  return does === undefined ? null : { does, id, device: name };
}

/** How a typed word contacts a phone. If the campus picks the method, show it as a push, which it mostly is. */
export const reachOf = ({ word, does }: PhoneWord, device: string): Reached => ({
  does: does === 'auto' ? 'push' : does,
  id: word,
  device,
});

/**
 * Reads what was typed instead of a passcode: a number of the menu, a word that the gateway takes, or a word for a menu
 * line. `unknown`: not a passcode, and nothing here matches it. Null: a passcode.
 */
export function typedReach(typed: string, devices: readonly FactorDevice[], isMenu: boolean, own: OwnWords): Reached | 'unknown' | null {
  const text = typed.trim();
  const word = phoneWord(typed, own);
  if (isMenu) {
    const line = devices.find(({ id }) => id === text) ?? (word && lineFor(word, devices));
    if (line) return reachedBy(line);
    return word || /^\d{1,2}$/.test(text) ? 'unknown' : null;
  }
  if (word) return reachOf(word, unnamed);
  return /^\d{1,2}$/.test(text) ? 'unknown' : null;
}

function lineFor({ does, nth }: PhoneWord, devices: readonly FactorDevice[]): FactorDevice | undefined {
  const wanted = does === 'auto' ? 'push' : does;
  return devices.filter(({ methods }) => methods.includes(wanted))[(nth ?? 1) - 1];
}

/** Whether a gateway's message says that the person chose Deny. */
export function saysDenied(text: string): boolean {
  return /\b(denied|declined|rejected|fraud)\b/i.test(text);
}

/** Whether a gateway's message says that nobody answered. */
export function saysTimedOut(text: string): boolean {
  return /\b(timed? ?out|timeout|no response|not answered)\b/i.test(text);
}
