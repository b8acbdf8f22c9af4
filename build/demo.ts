import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { playTour } from '../tests/tour/tour.ts';
import { playDemo } from '../tests/tour/demo.ts';
import { chooseRuntime, inWords } from './electron.ts';
import { demoTools, ensureSystemTools, pageDemoTools, tourTools } from './system.ts';
import { PlainError, telling } from './telling.ts';
import { signInKinds } from '../campus/sign-in-kind.ts';

/**
 * `npm run demo`: a campus, the client with its profile, and a phone on this computer. `--tour [DIR]` plays the guide's
 * procedures instead, without a display and without questions. `--double` does not use Electron.
 */
const { values, positionals } = parseArgs({
  options: {
    'tour': { type: 'boolean', default: false },
    'double': { type: 'boolean', default: false },
    'sign-in': { type: 'string', default: 'forms' },
  },
  allowPositionals: true,
});

await telling(async () => {
  const signIn = signInKinds.find((kind) => kind === values['sign-in']);
  if (signIn === undefined) throw new PlainError(`--sign-in is one of ${signInKinds.join(', ')}.`);
  const runtime = await chooseRuntime({ double: values.double });
  const display = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
  const tour = values.tour || !display;
  console.log(
    tour
      ? `Playing the tour ${inWords(runtime)}${values.tour ? '' : ', and because this computer has no display'}.`
      : `Starting the demo ${inWords(runtime)}. Close its window or press Ctrl+C to end it.`,
  );
  if (runtime.electron === null) ensureSystemTools(tour ? tourTools : signIn === 'pages' ? pageDemoTools : demoTools);
  execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
  if (runtime.electron === null) delete process.env['ELECTRON_BINARY'];
  else process.env['ELECTRON_BINARY'] = runtime.electron;
  if (!tour) await playDemo(signIn);
  else if (!(await playTour(path.resolve(positionals[0] ?? 'out/tour')))) process.exitCode = 1;
});
