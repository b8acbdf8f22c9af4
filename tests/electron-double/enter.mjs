// electron enter.mjs dist/main.mjs: runs the app's entry module as Electron's lib/browser/init.ts does. The app's own
// code is awaited first, and only then can `ready` come: an entry module that waits for it waits for ever.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, dialog } from 'electron';

process.argv.splice(1, 1);
// Electron's own way with what nobody caught: a box, and the app goes on
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  dialog.showErrorBox('A JavaScript error occurred in the main process', `Uncaught Exception:\n${error.stack ?? String(error)}`);
});
try {
  await import(pathToFileURL(path.resolve(process.argv[1])).href);
} catch (error) {
  process.emit('uncaughtException', error);
}
app.entryEvaluated();
