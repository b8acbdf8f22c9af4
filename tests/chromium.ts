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

/**
 * How Playwright finds a browser for pages that are not the app's, such as the phone's: Debian's Chromium, or by its
 * `channel` the one that this system has: Edge comes with Windows; Chrome is what people have on macOS.
 */
export function anyBrowser({ wholeOne = false } = {}): { executablePath: string } | { channel: string } {
  const known = chromiumPath({ wholeOne });
  if (process.env['CHROMIUM'] !== undefined || existsSync(known)) return { executablePath: known };
  return { channel: process.platform === 'win32' ? 'msedge' : 'chrome' };
}
