// What Electron's `lib/browser/init.ts` and `default_app/main.ts` do before and after an app's entry module:
// node --import ./register.mjs ./enter.mjs [switches] FOLDER|FILE [arguments]
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, dialog, double } from 'electron';

// The app sees its own command line
process.argv.splice(1, 1);

// An exception that nobody catches ends nothing: Electron shows it, and goes on
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  dialog.showErrorBox('A JavaScript error occurred in the main process', `Uncaught Exception:\n${error?.stack ?? String(error)}`);
});

// As Electron has it: it quits, and returns
process.exit = (code) => {
  if (code !== undefined) process.exitCode = code;
  app.exit(Number(process.exitCode ?? 0));
};

const given = path.resolve(process.argv.slice(1).find((each) => !each.startsWith('-')) ?? '.');
const isFolder = statSync(given).isDirectory();
const file = path.join(given, 'package.json');
const manifest = isFolder && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const entry = isFolder ? path.join(given, manifest.main ?? 'index.js') : given;
// Given a file, Electron reads no package.json: name and version are its own
double.startAs({
  path: isFolder ? given : path.dirname(given),
  name: manifest.productName ?? manifest.name ?? 'Electron',
  version: manifest.version ?? process.versions.electron,
});

// Where a packaged app's `app.asar` lies, and what the installer put beside it
if (app.isPackaged) process.resourcesPath ??= path.dirname(isFolder ? given : path.dirname(given));

try {
  await import(pathToFileURL(entry).href);
} catch (error) {
  console.error('App threw an error during load');
  console.error(error?.stack ?? error);
  process.emit('uncaughtException', error);
} finally {
  double.entryEvaluated();
}
