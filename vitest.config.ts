import { configDefaults, defineConfig } from 'vitest/config';
import { summary } from './build/reporters/vitest.ts';
import { keepsLinks } from './build/vite-safe-folder.ts';
import { needsLinux } from './tests/needs-linux.ts';

/** `npm run test:long`: the property tests again, with many more runs each; the state explorer sets its own number. And what runs under Wine. */
const long = process.env['CAUSEWAY_LONG'] !== undefined;

/** `build/test.ts` goes by a link where Vite would take a part of this folder's name for something else. */
const linked = process.env['NODE_OPTIONS']?.includes(keepsLinks) ?? false;
// Whoever only reads this file, as knip does, may
const runsTests = /\bvitest\b/.test(process.argv[1] ?? '');
if (runsTests && !linked && /[#?]/.test(import.meta.dirname)) throw new Error('In a folder with such a name: npm run test:unit -- NAME');

/** What needs Linux is left out elsewhere, and named. */
const leftOut = process.platform === 'linux' ? [] : needsLinux(import.meta.dirname);
if (leftOut.length > 0) console.log(`SKIPPED on ${process.platform}, they need Linux:\n${leftOut.join('\n')}`);

/** A whole procedure by ear; every button of every screen; the stand-ins of F5 and Fortinet against the kernel's own TCP, which `ppp-tunnel.test.ts` runs with the app tunnel. */
const onlyLong = [
  'tests/integration/app/lost-phone-aloud.test.ts',
  'tests/integration/renderer/buttons.test.ts',
  'tests/integration/gateways/ppp-kernel.test.ts',
];

/**
 * Files that wait for most of their time, because the times of a protocol are what they test. `build/test.ts` runs them beside
 * the others, where they take a third of a core (measured: 456 s long, 140 s of processor time).
 */
const waiting = [
  'tests/integration/access/{access,clocks}.test.ts',
  'tests/integration/campus/nc-idle.test.ts',
  'tests/integration/cli/people.test.ts',
  'tests/integration/gateways/openconnect-phone.test.ts',
  'tests/integration/helper/gateway.test.ts',
  'tests/integration/net/{addresses,ip-stack}.test.ts',
  'tests/integration/renderer/announcements.test.ts',
  'tests/integration/tunnels/{app-tunnel-reconnect,gp-and-pulse,mute-name-server,outages,ppp-tunnel,short-path,system-tunnel}.test.ts',
  'tests/security/hostile-relay.test.ts',
];
const waitingOnly = process.env['CAUSEWAY_TESTS'] === 'waiting';
const workingOnly = process.env['CAUSEWAY_TESTS'] === 'working';

export default defineConfig({
  resolve: { preserveSymlinks: linked },
  test: {
    include: long
      ? [
          'tests/unit/shared/{access-state,json-syntax-error,wire,profile,relay-frames,text}.test.ts',
          'tests/unit/shared/relay-mux.test.ts',
          'tests/integration/app/{state-explorer,lost-phone-aloud}.test.ts',
          'tests/integration/desktop/keyboard-only.test.ts',
          'tests/integration/renderer/{buttons,screens}.test.ts',
          'tests/integration/tunnels/outages.test.ts',
          'tests/integration/gateways/{openconnect-phone,ppp-kernel}.test.ts',
          'tests/wine/*.test.ts',
          'tests/security/helper-fuzz.test.ts',
          'tests/security/{conversation,worker,ip-stack}-fuzz.test.ts',
          'tests/security/expressions.test.ts',
        ]
      : waitingOnly
        ? waiting
        : ['tests/{unit,integration,security}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...leftOut, ...(long ? [] : onlyLong), ...(workingOnly ? waiting : [])],
    // What may differ in Electron is as in Electron
    setupFiles: ['tests/support/koffi-as-in-electron.mjs', 'tests/support/wait-longer.ts', ...(long ? ['tests/support/many-runs.ts'] : [])],
    testTimeout: long ? 1_800_000 : 30_000,
    hookTimeout: 60_000,
    // A condition that comes late on a busy machine has come all the same
    expect: { poll: { timeout: 10_000 } },
    // Two cores, and many tests start servers or a browser of their own; three at once gained a tenth and cost outages their time
    maxWorkers: waitingOnly ? 1 : 2,
    // The table of faults waits more than it works: so many of its cells wait at once
    maxConcurrency: 40,
    reporters: ['default', summary],
  },
});
