// node --import ./register.mjs dist/main.mjs: makes `electron` the built double, for import and for require.
import { existsSync } from 'node:fs';
import Module, { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const double = join(import.meta.dirname, '../../dist/electron-double.cjs');
if (!existsSync(double)) throw new Error('The double is not built: npm run build');
const names = new Set(['electron', 'electron/main']);

const hooks = `
  const names = new Set(${JSON.stringify([...names])});
  export const resolve = (name, context, next) => (names.has(name) ? { url: ${JSON.stringify(pathToFileURL(double).href)}, shortCircuit: true } : next(name, context));
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => (names.has(name) ? double : resolveFilename(name, ...rest));

process.versions.electron ??= '45.0.0-double';
