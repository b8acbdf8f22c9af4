import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { playTour } from '../tests/tour/tour.ts';
import { playDemo } from '../tests/tour/demo.ts';
import { defaultFolder, demoUsage, readDemoFlags } from './demo-flags.ts';
import { chooseRuntime, inWords } from './electron.ts';
import { demoTools, ensureSystemTools, pageDemoTools, tourTools } from './system.ts';
import { reportingErrors } from './report-errors.ts';

/**
 * `npm run demo`: a campus, the client with its profile, and a phone on this computer. `--tour [DIR]` plays the guide's
 * procedures instead, without a display and without questions. `--double` does not use Electron.
 */
await reportingErrors(async () => {
  const { help, tour, double, signIn } = readDemoFlags(process.argv.slice(2));
  if (help) {
    console.log(demoUsage);
    return;
  }
  const runtime = await chooseRuntime({ double });
  const display = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  const folder = display ? tour : (tour ?? defaultFolder);
  console.log(
    folder !== null
      ? `Playing the tour ${inWords(runtime)}${tour === null ? ', and because this computer has no display' : ''}.`
      : `Starting the demo ${inWords(runtime)}. Close its window or press Ctrl+C to end it.`,
  );
  if (runtime.electron === null) ensureSystemTools(folder !== null ? tourTools : signIn === 'pages' ? pageDemoTools : demoTools);
  execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
  if (runtime.electron === null) delete process.env['ELECTRON_BINARY'];
  else process.env['ELECTRON_BINARY'] = runtime.electron;
  if (folder === null) await playDemo(signIn);
  else if (!(await playTour(path.resolve(folder)))) process.exitCode = 1;
});
