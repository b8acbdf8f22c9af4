import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The entry point of the single executable. It loads the command line from the folder beside it, or the worker that calls
 * libopenconnect, for which the same executable is started again. It loads nothing else, whatever the arguments say.
 */
const beside = path.join(path.dirname(process.execPath), 'command-line');
const worker = path.join(beside, 'dist', 'openconnect-worker.mjs');
const file = process.argv[2] === worker ? worker : path.join(beside, 'dist', 'causeway.mjs');
/** The build puts `load.cjs` there. */
const load: unknown = createRequire(path.join(beside, 'load.cjs'))('./load.cjs');
if (isLoader(load)) load(pathToFileURL(file).href);

function isLoader(value: unknown): value is (address: string) => void {
  return typeof value === 'function';
}
