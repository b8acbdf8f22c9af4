import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { keepsLinks, viteSafeFolder } from './vite-safe-folder.ts';
import { electronBinary } from './electron.ts';
import { ensureOpenConnect } from './native-linux.ts';
import { ensureSystemTools, longTools, testTools } from './system.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/**
 * `npm test`: runs the suites and ends with one line, `N passed, N failed`. `--only unit|e2e` runs one suite, `--long`
 * adds the long tests, and `--pool URL` names a Debian pool for openconnect's sources. Further arguments select test
 * files: `npm run test:unit -- names settings`.
 */
const { values, positionals: files } = parseArgs({
  options: { only: { type: 'string' }, long: { type: 'boolean', default: false }, pool: { type: 'string' } },
  allowPositionals: true,
});

const vitestReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numFailedTestSuites: z.number() });
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  errors: z.array(z.unknown()),
});

interface Tally {
  passed: number;
  failed: number;
}

await reportingErrors(async () => {
  if (process.platform === 'linux') {
    ensureSystemTools([...testTools, ...(values.long ? longTools : [])]);
    await ensureOpenConnect(values.pool ?? null);
  }
  mkdirSync('out', { recursive: true });
  if (run(process.execPath, ['--import', 'tsx', 'build/bundle.ts']) !== 0) throw new PlainError('The build failed.');

  const tallies: Tally[] = [];
  if (values.only !== 'e2e') tallies.push(await unit());
  if (values.only !== 'unit' && !values.long) tallies.push(endToEnd());
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});

/** The tests of modules. Those that mostly wait (`vitest.config.ts`) run beside the others, and print when they are done. */
async function unit(): Promise<Tally> {
  if (values.long) return vitest('all');
  const [working, waiting] = await Promise.all([vitest('working'), vitest('waiting')]);
  return { passed: working.passed + waiting.passed, failed: working.failed + waiting.failed };
}

async function vitest(tests: 'all' | 'working' | 'waiting'): Promise<Tally> {
  const report = `out/unit-${tests}.json`;
  const folder = viteSafeFolder();
  const env = {
    ...process.env,
    CAUSEWAY_TESTS: tests,
    ...(values.long ? { CAUSEWAY_LONG: '1' } : {}),
    ...(folder === process.cwd() ? {} : { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${keepsLinks}` }),
  };
  const program = join(folder, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${join(folder, report)}`];
  // What a person names may be in one of the two only
  const args = [program, 'run', '--root', folder, ...reporters, ...(files.length > 0 ? ['--passWithNoTests'] : []), ...files];
  const child = spawn(process.execPath, args, { stdio: ['ignore', tests === 'waiting' ? 'pipe' : 'inherit', 'inherit'], env });
  const ended = once(child, 'close');
  if (child.stdout) process.stdout.write(await text(child.stdout));
  await ended;
  const { numPassedTests, numFailedTests, numFailedTestSuites } = vitestReport.parse(JSON.parse(readFileSync(report, 'utf8')));
  const broken = numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0);
  // A run can fail without a failed test, for example on an unhandled rejection
  return { passed: numPassedTests, failed: Math.max(broken, child.exitCode === 0 ? 0 : 1) };
}

function endToEnd(): Tally {
  const report = 'out/e2e.json';
  const isRoot = process.getuid?.() === 0;
  // It uses what is installed and downloads nothing. As root, Chromium's sandbox refuses and the double runs
  const electron = process.env['ELECTRON_BINARY'] ?? (isRoot ? null : electronBinary());
  if (electron === null && process.platform !== 'linux') {
    console.log('SKIPPED, end to end: Electron is not here (npx install-electron), and the double for it runs on Linux only');
    return { passed: 0, failed: values.only === 'e2e' ? 1 : 0 };
  }
  console.log(`End to end on ${electron ?? 'the double for Electron'}`);
  const status = run('npx', ['playwright', 'test', ...files], {
    ...process.env,
    ELECTRON_BINARY: electron ?? undefined,
  });
  const { stats, errors } = playwrightReport.parse(JSON.parse(readFileSync(report, 'utf8')));
  return { passed: stats.expected, failed: Math.max(stats.unexpected + stats.flaky + errors.length, status === 0 ? 0 : 1) };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  // npx is a cmd script there, which splits arguments at spaces, so Node is started directly
  const shell = process.platform === 'win32' && command === 'npx';
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env, shell });
  if (error) throw error;
  return status ?? 1;
}
