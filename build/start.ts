import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { chooseRuntime, inWords } from './electron.ts';
import { demoTools, ensureSystemTools } from './system.ts';
import { PlainError, reportingErrors } from './report-errors.ts';

/** `npm start [-- ARGUMENT…]`: builds the app and runs it, on Electron if possible. `--double` does not use Electron. */
const args = process.argv.slice(2);

await reportingErrors(async () => {
  const runtime = await chooseRuntime({ double: args.includes('--double') });
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined)
    throw new PlainError('This computer has no display: neither DISPLAY nor WAYLAND_DISPLAY is set. `npm run demo -- --tour` needs none.');
  console.log(`Starting Causeway ${inWords(runtime)}.`);
  if (runtime.electron === null) ensureSystemTools(demoTools);
  execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
  const handedOn = args.filter((word) => word !== '--double');
  const child = spawn(runtime.electron ?? resolve('tests/electron-double/electron'), ['.', ...handedOn], {
    stdio: 'inherit',
    env: { ...process.env, ...(runtime.electron === null ? { CAUSEWAY_HEADED: '1' } : {}) },
  });
  // Ctrl+C reaches both processes: the app signs out, and this one waits for it
  process.on('SIGINT', () => undefined);
  await once(child, 'exit');
  process.exitCode = child.exitCode ?? 1;
});
