// node --import ./register.mjs dist/main.mjs: makes `electron` the built double, for import and for require.
import { existsSync } from 'node:fs';
import Module, { register } from 'node:module';

const double = new URL('../../dist/electron-double.cjs', import.meta.url);
if (!existsSync(double)) throw new Error('The double is not built: npm run build');
const names = new Set(['electron', 'electron/main']);

const hooks = `
  const names = new Set(${JSON.stringify([...names])});
  export const resolve = (name, context, next) => (names.has(name) ? { url: ${JSON.stringify(double.href)}, shortCircuit: true } : next(name, context));
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => (names.has(name) ? double.pathname : resolveFilename(name, ...rest));

process.versions.electron ??= '45.0.0-double';
