import { existsSync } from 'node:fs';

const whole = '/usr/bin/chromium';
/** Chromium without its windows, bars and extensions, as Electron has it: it starts with less than half the work. */
const bare = '/usr/lib/chromium/chromium-headless-shell';

/** Debian's Chromium: the bare one, unless its pages are to be seen on a display. `CHROMIUM` names another. */
export function chromiumPath({ seen = false } = {}): string {
  return process.env['CHROMIUM'] ?? (!seen && existsSync(bare) ? bare : whole);
}
