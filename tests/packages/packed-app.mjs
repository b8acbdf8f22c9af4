// node packed-app.mjs EXECUTABLE [ARGUMENT]…: runs a package's `app.asar` on the double, as Electron's executable there would.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
// Before the double: what reads the archive must not take this for an Electron
import { layOut } from './archive.mjs';
import '../electron-double/register.mjs';

const [node, , executable, ...args] = process.argv;
const resources = path.join(path.dirname(executable), 'resources');
const work = mkdtempSync(path.join(tmpdir(), 'causeway-packed-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const app = path.join(work, 'app.asar');
layOut(resources, app, 'link');
if (!hasManifest(app)) {
  // In Electron's words (`lib/browser/init.ts`)
  console.error('Unable to find a valid app');
  process.exit(1);
}
process.resourcesPath = resources;
process.env.ELECTRON_DOUBLE_PROCESS = '1';
process.env.ELECTRON_DOUBLE_PACKAGED = '1';
process.argv = [node, 'enter.mjs', app, ...args];
await import('../electron-double/enter.mjs');

function hasManifest(folder) {
  try {
    return typeof JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).main === 'string';
  } catch {
    return false;
  }
}
