import { existsSync } from 'node:fs';

const whole = '/usr/bin/chromium';
/** Chromium without windows, bars and extensions: it starts with less than half the work. */
const bare = '/usr/lib/chromium/chromium-headless-shell';

/**
 * Debian's Chromium: the bare one, unless its pages are to be seen on a display, or what is asked of it goes beyond
 * pages: the bare one knows no cameras and no sign-in to a proxy. `CHROMIUM` names another.
 */
export function chromiumPath({ wholeOne = false } = {}): string {
  return process.env['CHROMIUM'] ?? (!wholeOne && existsSync(bare) ? bare : whole);
}
