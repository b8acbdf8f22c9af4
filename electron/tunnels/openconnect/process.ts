import { spawn as spawnChild, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { atMost } from '../../net/deadline.ts';
import { cleanEnvironment } from './environment-posix.ts';
import { checkTicket } from './ticket-line.ts';
import { cookieLine } from './arguments.ts';
import { OpenConnectOutput } from './output.ts';

export type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** How openconnect runs and is stopped on one operating system. */
export interface ProcessControl {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Asks it to exit. `detach` keeps the session at the gateway, `sign-out` ends it. */
  askToExit(pid: number, how: 'detach' | 'sign-out'): void;
  /** Makes it reconnect. If the system has no way to ask for that, it reconnects by its own timer. */
  reconnect(pid: number): void;
  /** How long it may take to exit before it is killed. */
  readonly exitTimeoutMs: number;
}

/** For systems with signals. */
export const signalled: ProcessControl = {
  environment: cleanEnvironment,
  folder: '/',
  askToExit: (pid, how) => send(pid, how === 'detach' ? 'SIGHUP' : 'SIGINT'),
  reconnect: (pid) => send(pid, 'SIGUSR2'),
  exitTimeoutMs: 1_500,
};

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has already exited
  }
}

/** The gateway's host: the last argument. */
const hostIn = (args: readonly string[]): string => {
  const address = args.at(-1) ?? '';
  return URL.canParse(address) ? new URL(address).hostname : '';
};

/** A running openconnect. It was given its cookie, and its output is read. */
export class OpenConnectProcess {
  readonly output = new OpenConnectOutput();
  /** Settles with the exit code, or null after a signal; never rejects. */
  readonly exited: Promise<number | null>;
  private over = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly processControl: ProcessControl,
  ) {
    this.exited = new Promise((resolve) => {
      const settle = (code: number | null): void => {
        this.over = true;
        resolve(code);
      };
      // Not 'close': a child of openconnect may keep the pipes open
      child.once('exit', settle).once('error', () => settle(null));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => this.output.add(bytes));
      stream?.on('error', () => undefined);
    }
  }

  static start(
    command: string,
    args: readonly string[],
    cookie: string,
    options: { spawn?: Spawn; processControl?: ProcessControl } = {},
  ): OpenConnectProcess {
    const processControl = options.processControl ?? signalled;
    const { environment: env, folder: cwd } = processControl;
    // The helper starts it through another program, which drops its privileges
    const program = args.find((word) => /[/\\]openconnect(\.exe)?$/.test(word)) ?? command;
    checkTicket(program, cookie, hostIn(args), env);
    const line = cookieLine(cookie);
    const child = (options.spawn ?? spawnChild)(command, args, { stdio: 'pipe', env, cwd, shell: false, windowsHide: true });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(line);
    return new OpenConnectProcess(child, processControl);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  hasEnded(): boolean {
    return this.over;
  }

  private signal(signal: NodeJS.Signals): void {
    if (!this.over) this.child.kill(signal);
  }

  /** Makes it reconnect at once (openconnect(8), SIGUSR2). Its script and what that started keep running. */
  reconnect(): void {
    if (!this.over && this.pid !== undefined) this.processControl.reconnect(this.pid);
  }

  /** Asks it to exit, then kills it, within a time limit. `detach` keeps the session at the gateway, `sign-out` ends it. */
  async leave(how: 'detach' | 'sign-out'): Promise<void> {
    const { pid, processControl } = this;
    const { exitTimeoutMs } = processControl;
    if (!this.over && pid !== undefined) processControl.askToExit(pid, how);
    if (await atMost(exitTimeoutMs, this.exited)) return;
    this.signal('SIGKILL');
    await atMost(exitTimeoutMs, this.exited);
  }
}
