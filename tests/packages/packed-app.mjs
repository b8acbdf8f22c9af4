// node packed-app.mjs EXECUTABLE [ARGUMENT]…: runs a package's `app.asar` on the double, as Electron's executable there would.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
// Before the double: what reads the archive must not take this for an Electron
import { layOut } from './archive.mjs';
import '../electron-double/register.mjs';

const [node, , executable, ...words] = process.argv;
const resources = path.join(path.dirname(executable), 'resources');
const work = mkdtempSync(path.join(tmpdir(), 'causeway-packed-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const app = path.join(work, 'app.asar');
layOut(resources, app, 'link');
process.resourcesPath = resources;
process.env.ELECTRON_DOUBLE_PROCESS = '1';
process.env.ELECTRON_DOUBLE_PACKAGED = '1';
process.argv = [node, mainIn(app), ...words];
await import(pathToFileURL(process.argv[1]).href);

/** The entry module by `package.json`; without one it ends in Electron's words (`lib/browser/init.ts`). */
function mainIn(folder) {
  try {
    return path.join(folder, JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).main);
  } catch {
    console.error('Unable to find a valid app');
    process.exit(1);
  }
}
