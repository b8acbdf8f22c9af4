import { spawnSync } from 'node:child_process';
import { comparedTools } from '../tests/bench/compared.ts';
import { benchTools, ensureSystemTools } from './system.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/** `npm run bench`: installs the programs to compare with, builds, and measures. Passes its arguments to `tests/bench/main.ts`. */
await reportingErrors(async () => {
  if (process.platform !== 'linux') throw new PlainError('The benches compare with Debian’s OpenSSH and stunnel: they run on Linux.');
  ensureSystemTools([...benchTools, ...comparedTools]);
  for (const script of [['build/bundle.ts'], ['tests/bench/main.ts', ...process.argv.slice(2)]]) {
    const { status, error } = spawnSync('node', ['--import', 'tsx', ...script], { stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) process.exit(status ?? 1);
  }
});
