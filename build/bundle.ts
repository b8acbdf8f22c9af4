import { chmod, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { build as buildRenderer } from 'vite';
import { buildOpenConnectWorker } from './openconnect-worker.ts';

/**
 * Builds what the app runs from into `dist/`: the main process, the preload, the renderer, and the tests' double for the
 * `electron` module. `node --import tsx build/bundle.ts`.
 */

const common = { bundle: true, target: 'node20', sourcemap: true, logLevel: 'warning' } as const satisfies BuildOptions;

/** Node resolves these at run time: Electron itself, and packages with native code. */
const external = ['electron', 'keytar', 'koffi'];

/** Dependencies of electron-store (`conf`) that we never use. electron-updater uses its semver. */
const withoutSchemas: Plugin = {
  name: 'without-schemas',
  setup(bundle) {
    bundle.onResolve({ filter: /^(ajv\/dist\/2020\.js|ajv-formats|semver)$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]conf[\\/]/.test(importer) ? { path: path.resolve('build/without-schemas.ts') } : null,
    );
  },
};

/** Minifies what V8 has to parse at the start. Names are kept so that logs stay readable. */
const small = { minifyWhitespace: true, minifySyntax: true } as const satisfies BuildOptions;

/** Bundled CommonJS packages load Node's modules with `require`, which ES modules do not have. */
const requireForBundled = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** What a bundle loads later, as a language or what updates need, lies beside it in a file of its own. */
const inParts = (bundle: string) => ({ splitting: true, chunkNames: `${bundle}-part-[name]-[hash]` }) as const satisfies BuildOptions;

const main: BuildOptions = {
  ...common,
  ...small,
  ...inParts('main'),
  entryPoints: { main: 'electron/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  format: 'esm',
  external,
  plugins: [withoutSchemas],
  // Electron is not ready before its entry module has been evaluated, so a module that awaits readiness may wait for ever
  // (electron#40719)
  supported: { 'top-level-await': false },
  banner: { js: requireForBundled },
};

/** The `causeway` command for plain Node. electron-store imports Electron, but does not need it when it is given a folder. */
const commandLine: BuildOptions = {
  ...common,
  ...small,
  ...inParts('causeway'),
  entryPoints: { causeway: 'electron/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  platform: 'node',
  format: 'esm',
  external: external.filter((name) => name !== 'electron'),
  plugins: [withoutSchemas],
  alias: { electron: './build/without-electron.ts' },
  // Its first line, which lets a shell start it, is in its source: parts have none
  banner: { js: requireForBundled },
};

/** A sandboxed preload is one CommonJS file that may require only `electron`. */
const preload: BuildOptions = {
  ...common,
  entryPoints: { preload: 'electron/preload.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'browser',
  format: 'cjs',
  external: ['electron'],
};

const double: BuildOptions = {
  ...common,
  entryPoints: { 'electron-double': 'tests/electron-double/index.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  external: ['playwright-core', 'keytar'],
};

const parts = (await readdir('dist').catch(() => [])).filter((name) => /^(main|causeway)-part-/.test(name));
await Promise.all(parts.map((name) => rm(path.join('dist', name))));
await Promise.all([
  ...[main, commandLine, preload, double].map((options) => build(options)),
  buildOpenConnectWorker('dist'),
  buildRenderer({ configFile: 'renderer/vite.config.ts', logLevel: 'warn' }),
]);
// npm installs it as a command; from the repository it is run by its path
await chmod('dist/causeway.mjs', 0o755);
