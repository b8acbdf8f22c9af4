import { spawnSync } from 'node:child_process';
import { readSoakFlags, soakUsage } from '../tests/soak/flags.ts';
import { ensureSystemTools, testTools } from './system.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/** `npm run soak`: installs what it needs, builds, and passes its arguments to `tests/soak/main.ts`. It takes an hour and forty minutes. */
await reportingErrors(async () => {
  if (readSoakFlags(process.argv.slice(2)).help) {
    console.log(soakUsage);
    return;
  }
  if (process.platform !== 'linux') throw new PlainError('The soak runs on the double for Electron: on Linux.');
  ensureSystemTools(testTools);
  for (const script of [['build/bundle.ts'], ['tests/soak/main.ts', ...process.argv.slice(2)]]) {
    const { status, error } = spawnSync('node', ['--import', 'tsx', ...script], { stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) process.exit(status ?? 1);
  }
});
