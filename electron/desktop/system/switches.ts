/**
 * Which switches a packaged app may be started with. Electron takes every switch of Chromium's and most of Node's: with
 * some of them any certificate passes, a host is another one, or whoever asks is handed the page. Nobody can list them all
 * (https://peter.sh/experiments/chromium-command-line-switches has two thousand): what is not named here is refused.
 */

/** Ours, and those that a desktop or its owner needs so that the window can be seen, or be read aloud. Names without dashes. */
const allowed: ReadonlySet<string> = new Set([
  'hidden', // ours: started by the system, no window yet
  'no-sandbox', // the AppImage's launcher adds it; told, and refused where policy says so
  'user-data-dir', // another folder for settings, of the same person's
  'lang',
  // Displays and graphics cards that Chromium does not get on with
  'disable-gpu',
  'disable-gpu-compositing',
  'disable-software-rasterizer',
  'disable-dev-shm-usage',
  'use-gl',
  'use-angle',
  'ozone-platform',
  'ozone-platform-hint',
  'gtk-version',
  'enable-wayland-ime',
  'wayland-text-input-version',
  'force-device-scale-factor',
  'high-dpi-support',
  'force-color-profile',
  // For people who see, read or move otherwise
  'force-renderer-accessibility',
  'force-high-contrast',
  'force-dark-mode',
  'force-prefers-reduced-motion',
  // Which of Linux's keychains Chromium uses for itself: nothing of ours is in it
  'password-store',
  // macOS: the language that a person chose for one app
  'AppleLanguages',
  'AppleLocale',
]);

/** Features for Wayland's displays, which people have in their launchers; any other could be of the network's or the sandbox's. */
const allowedFeatures: ReadonlySet<string> = new Set(['UseOzonePlatform', 'WaylandWindowDecorations', 'WaylandPerSurfaceScale']);

/**
 * The switches that a packaged app does not start with, without their values, each once.
 *
 * @param argv the command line without the program, as Chromium sees it too
 */
export function refusedSwitches(argv: readonly string[], platform: NodeJS.Platform): string[] {
  const end = argv.indexOf('--');
  const switches = (end < 0 ? argv : argv.slice(0, end)).flatMap((argument) => switchOf(argument, platform) ?? []);
  return [...new Set(switches.filter((each) => !isAllowed(each)).map(({ text }) => text))];
}

interface Switch {
  name: string;
  value: string;
  /** As it was given, without its value. */
  text: string;
}

/** What Chromium cuts off around an argument: on Windows U+0085 too (base/strings/string_util_constants.cc), which `trim` leaves. */
const blanksAround = /^[\s\u0085]+|[\s\u0085]+$/g;

/** Chromium's own reading (base/command_line.cc): blanks around are cut off, one dash does; on Windows a slash too, and case is nothing. */
function switchOf(argument: string, platform: NodeJS.Platform): Switch | null {
  const text = argument.replaceAll(blanksAround, '');
  const prefix = (platform === 'win32' ? /^(--|-|\/)(?=.)/ : /^--?(?=.)/).exec(text)?.[0];
  if (prefix === undefined) return null;
  const [word = '', ...value] = text.slice(prefix.length).split('=');
  return { name: platform === 'win32' ? word.toLowerCase() : word, value: value.join('='), text: `${prefix}${word}` };
}

function isAllowed({ name, value }: Switch): boolean {
  if (name === 'enable-features') return value.split(',').every((feature) => allowedFeatures.has(feature));
  // macOS gives every app that the Finder starts a number of its own
  return allowed.has(name) || /^psn_\d+_\d+$/.test(name);
}

/** What Chromium and Node would read from the environment to the same end. */
const refusedVariables = ['SSLKEYLOGFILE', 'NODE_TLS_REJECT_UNAUTHORIZED'] as const;

/** Takes such variables out of the environment, before the network begins; returns their names. */
export function dropVariables(env: NodeJS.ProcessEnv): string[] {
  const dropped = refusedVariables.filter((name) => env[name] !== undefined);
  for (const name of dropped) Reflect.deleteProperty(env, name);
  return dropped;
}
