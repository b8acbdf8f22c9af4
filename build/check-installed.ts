import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageAt } from './release/packed.ts';
import { wrongInApp } from './release/read-back.ts';
import { hostTarget } from './targets.ts';

/**
 * Starts an installed app once and succeeds if it answers on its private socket, and if its fuses and its archive's hash are
 * as configured: `node --import tsx build/check-installed.ts EXECUTABLE COMMAND-LINE`. The second argument is the installed
 * `causeway` command.
 */
const [executable, commandLine] = process.argv.slice(2);
if (executable === undefined || commandLine === undefined) throw new Error('Which executable, and which command line?');
const target = hostTarget();
// On macOS the app is a folder: Causeway.app/Contents/MacOS/Causeway
const folder = target.platform === 'darwin' ? join(executable, '../../../..') : dirname(executable);
const wrong = await wrongInApp(packageAt(folder, target));
if (wrong.length > 0) throw new Error(`What is installed is not as configured:\n${wrong.join('\n')}`);
const within = AbortSignal.timeout(90_000);
const userData = mkdtempSync(join(tmpdir(), 'causeway-started-'));
const app = spawn(executable, [`--user-data-dir=${userData}`], { stdio: 'inherit' });
const ended = new Promise<string>((resolve) => {
  app.once('error', (error) => resolve(error.message));
  app.once('exit', (code) => resolve(`exit code ${code}`));
});
let answer = '';
while (!answer.includes('"holder":"app"')) {
  const gone = await Promise.race([ended, pause(500)]);
  if (gone !== undefined) throw new Error(`The app ended: ${gone}`);
  if (within.aborted) throw new Error(`The app does not answer: ${answer}`);
  // The exit code and message of a command line that found no app. Ask again
  const asked = await promisify(execFile)(commandLine, ['status', '--json', '--user-data-dir', userData], { timeout: 30_000 }).catch(
    () => null,
  );
  answer = asked?.stdout ?? '';
}
console.log(`The installed app answers: ${answer.trim()}`);
app.kill();
await ended;
rmSync(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
