import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepsLinks, viteSafeFolder } from './vite-safe-folder.ts';
import { electronBinary } from './electron.ts';
import { ensureOpenConnect } from './native-linux.ts';
import { ensureSystemTools, longTools, testTools } from './system.ts';
import { PlainError, reportingErrors } from './report-errors.ts';
import { failureSummary, reportVariable, testReportSchema, type TestReport } from './test-report.ts';

/**
 * `npm test`: runs the suites. It ends with each failure once more and one line, `N passed, N failed`. `--only unit|e2e` runs one
 * suite, `--long` runs the long tests, and `--pool URL` names a Debian pool for openconnect's sources. Further arguments select
 * test files: `npm run test:unit -- names settings`.
 */
const { values, positionals: files } = parseArgs({
  options: { only: { type: 'string' }, long: { type: 'boolean', default: false }, pool: { type: 'string' } },
  allowPositionals: true,
});

await reportingErrors(async () => {
  if (process.platform === 'linux') {
    ensureSystemTools([...testTools, ...(values.long ? longTools : [])]);
    await ensureOpenConnect(values.pool ?? null);
  }
  mkdirSync('out', { recursive: true });
  if (run(process.execPath, ['--import', 'tsx', 'build/bundle.ts']) !== 0) throw new PlainError('The build failed.');

  const reports: TestReport[] = [];
  if (values.only !== 'e2e') reports.push(...(await unit()));
  if (values.only !== 'unit' && !values.long) reports.push(endToEnd());
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failures = reports.flatMap((report) => report.failures);
  if (failures.length > 0) console.log(`\n${failureSummary(failures)}`);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
});

/** The tests of modules. Those that mostly wait (`vitest.config.ts`) run beside the others, and print when they are done. */
async function unit(): Promise<TestReport[]> {
  if (values.long) return [await vitest('all')];
  return Promise.all([vitest('working'), vitest('waiting')]);
}

async function vitest(tests: 'all' | 'working' | 'waiting'): Promise<TestReport> {
  const report = newReport(`unit-${tests}`);
  const folder = viteSafeFolder();
  const env = {
    ...process.env,
    CAUSEWAY_TESTS: tests,
    [reportVariable]: report,
    ...(values.long ? { CAUSEWAY_LONG: '1' } : {}),
    ...(folder === process.cwd() ? {} : { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${keepsLinks}` }),
  };
  const program = join(folder, 'node_modules/vitest/vitest.mjs');
  // What a person names may be in one of the two only
  const args = [program, 'run', '--root', folder, ...(files.length > 0 ? ['--passWithNoTests'] : []), ...files];
  const child = spawn(process.execPath, args, { stdio: ['ignore', tests === 'waiting' ? 'pipe' : 'inherit', 'inherit'], env });
  const ended = once(child, 'close');
  if (child.stdout) process.stdout.write(await text(child.stdout));
  await ended;
  return reportOf(`The ${tests === 'all' ? 'long' : tests} tests of modules`, report, child.exitCode ?? 1);
}

function endToEnd(): TestReport {
  const report = newReport('e2e');
  const isRoot = process.getuid?.() === 0;
  // It uses what is installed and downloads nothing. As root, Chromium's sandbox refuses and the double runs
  const electron = process.env['ELECTRON_BINARY'] ?? (isRoot ? null : electronBinary());
  if (electron === null && process.platform !== 'linux') {
    console.log('SKIPPED, end to end: Electron is not here (npx install-electron), and the double for it runs on Linux only');
    return { passed: 0, failures: [] };
  }
  console.log(`End to end on ${electron ?? 'the double for Electron'}`);
  const status = run('npx', ['playwright', 'test', ...files], {
    ...process.env,
    ELECTRON_BINARY: electron ?? undefined,
    [reportVariable]: report,
  });
  return reportOf('The end-to-end tests', report, status);
}

function newReport(name: string): string {
  const file = join(process.cwd(), 'out', `${name}.json`);
  rmSync(file, { force: true });
  return file;
}

/** What a run reported. One that ended badly counts as failed, also if it reports no failure or nothing. */
function reportOf(what: string, file: string, exitCode: number): TestReport {
  const report = existsSync(file) ? testReportSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failures: [] };
  if (exitCode === 0 || report.failures.length > 0) return report;
  return {
    ...report,
    failures: [{ title: `${what} ended with exit code ${exitCode}`, message: 'No test failed. What they printed says more.' }],
  };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  // npx is a cmd script there, which splits arguments at spaces, so Node is started directly
  const shell = process.platform === 'win32' && command === 'npx';
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env, shell });
  if (error) throw error;
  return status ?? 1;
}
