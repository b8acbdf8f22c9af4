/**
 * The switches that a packaged app accepts. Electron accepts every switch of Chromium's and most of Node's: some of them
 * accept any certificate, map one host to another, or let other programs control the page. There are too many to list
 * (https://peter.sh/experiments/chromium-command-line-switches has two thousand), so what is not named here is refused.
 */

/** Our own switches, and those that a desktop or a person needs to see the window or have it read aloud. Names without dashes. */
const allowed: ReadonlySet<string> = new Set([
  'hidden', // ours: started by the system, no window yet
  'no-sandbox', // the AppImage's launcher adds it; the app reports it, or refuses it if policy requires the sandbox
  'user-data-dir', // another settings folder of the same person
  'lang',
  // For displays and graphics cards that cause problems in Chromium
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
  // Accessibility
  'force-renderer-accessibility',
  'force-high-contrast',
  'force-dark-mode',
  'force-prefers-reduced-motion',
  // Which Linux keychain Chromium uses for its own data: it has none of ours
  'password-store',
  // macOS: the language that a person chose for this app
  'AppleLanguages',
  'AppleLocale',
]);

/** Features for Wayland displays, which people put into their launchers. Any other feature could change the network or the sandbox. */
const allowedFeatures: ReadonlySet<string> = new Set(['UseOzonePlatform', 'WaylandWindowDecorations', 'WaylandPerSurfaceScale']);

/**
 * The switches that a packaged app refuses, without their values, each once.
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
  /** The switch as typed, without its value. */
  text: string;
}

/** The blanks that Chromium trims from an argument: on Windows also U+0085 (base/strings/string_util_constants.cc), which `trim` leaves. */
const blanksAround = /^[\s\u0085]+|[\s\u0085]+$/g;

/** Parses a switch as Chromium does (base/command_line.cc): it trims blanks and accepts a single dash. On Windows it also accepts a slash and ignores case. */
function switchOf(argument: string, platform: NodeJS.Platform): Switch | null {
  const text = argument.replaceAll(blanksAround, '');
  const prefix = (platform === 'win32' ? /^(--|-|\/)(?=.)/ : /^--?(?=.)/).exec(text)?.[0];
  if (prefix === undefined) return null;
  const [word = '', ...value] = text.slice(prefix.length).split('=');
  return { name: platform === 'win32' ? word.toLowerCase() : word, value: value.join('='), text: `${prefix}${word}` };
}

function isAllowed({ name, value }: Switch): boolean {
  if (name === 'enable-features') return value.split(',').every((feature) => allowedFeatures.has(feature));
  // macOS adds a process number to every app that the Finder starts
  return allowed.has(name) || /^psn_\d+_\d+$/.test(name);
}

/** Environment variables that would do the same in Chromium and Node. */
const refusedVariables = ['SSLKEYLOGFILE', 'NODE_TLS_REJECT_UNAUTHORIZED'] as const;

/** Removes such variables from the environment, before the network starts, and returns their names. */
export function dropVariables(env: NodeJS.ProcessEnv): string[] {
  const dropped = refusedVariables.filter((name) => env[name] !== undefined);
  for (const name of dropped) Reflect.deleteProperty(env, name);
  return dropped;
}
