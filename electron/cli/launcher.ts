import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What the single executable begins with: loads the command line from the folder beside it, or the process that calls
 * libopenconnect, which is this executable once more. Nothing else is ever loaded, whatever the arguments say.
 */
const beside = path.join(path.dirname(process.execPath), 'command-line');
const worker = path.join(beside, 'dist', 'openconnect-worker.mjs');
const file = process.argv[2] === worker ? worker : path.join(beside, 'dist', 'causeway.mjs');
/** `load.cjs`, which the build puts there. */
const load: unknown = createRequire(path.join(beside, 'load.cjs'))('./load.cjs');
if (isLoader(load)) load(pathToFileURL(file).href);

function isLoader(value: unknown): value is (address: string) => void {
  return typeof value === 'function';
}
