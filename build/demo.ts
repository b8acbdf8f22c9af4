import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { playTour } from '../tests/tour/tour.ts';
import { playDemo } from '../tests/tour/demo.ts';
import { demoTools, ensureSystemTools, tourTools } from './system.ts';

/**
 * `npm run demo`: a campus, the client with its profile, and a phone, on this computer. `--tour [DIR]` plays
 * the guide's procedures instead, without a display and without a question.
 */
const { values, positionals } = parseArgs({ options: { tour: { type: 'boolean', default: false } }, allowPositionals: true });

const electron = electronBinary();
const display = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
const tour = values.tour || !display;
if (electron === null && process.platform === 'linux') ensureSystemTools(tour ? tourTools : demoTools);
execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { stdio: 'inherit' });
if (electron !== null) process.env['ELECTRON_BINARY'] ??= electron;

const on =
  electron === null
    ? "on Electron's double in Chromium, because Electron's binary is not on this computer"
    : `on Electron, found at ${electron}`;
if (tour) {
  console.log(`Playing the tour ${on}${values.tour ? '' : ', and because this computer has no display'}.`);
  if (!(await playTour(path.resolve(positionals[0] ?? 'out/tour')))) process.exitCode = 1;
} else {
  console.log(`Starting the demo ${on}. Close its window or press Ctrl+C to end it.`);
  await playDemo();
}

/** Where Electron's own executable is, if it is on this computer; looking must not start a download. */
function electronBinary(): string | null {
  const given = process.env['ELECTRON_BINARY'];
  if (given !== undefined) return given;
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform as string] ?? 'electron';
  const binary = path.join(folder, 'dist', name);
  return existsSync(binary) ? binary : null;
}
