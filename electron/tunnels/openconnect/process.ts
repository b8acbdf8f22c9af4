import { spawn as spawnChild, type ChildProcess, type SpawnOptions } from 'node:child_process';
import type { Writable } from 'node:stream';
import { atMost } from '../../net/deadline.ts';
import { cleanEnvironment } from './environment-posix.ts';
import { checkTicket } from './ticket-line.ts';
import { cookieLine } from './arguments.ts';
import { OpenConnectOutput } from './output.ts';

export type Spawn = (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** What a system has openconnect run in, and how one asks it to go there. */
export interface ProcessControl {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** `detach` keeps the session at the gateway, `sign-out` ends it. */
  ask(pid: number, how: 'detach' | 'sign-out'): void;
  /** Has it make its connection anew; where there is no way to say so, it tries by its own clock. */
  renew(pid: number): void;
  /** Who is asked to go has so long before it is made to. */
  readonly exitTimeoutMs: number;
}

/** Where there are signals. */
export const signalled: ProcessControl = {
  environment: cleanEnvironment,
  folder: '/',
  ask: (pid, how) => send(pid, how === 'detach' ? 'SIGHUP' : 'SIGINT'),
  renew: (pid) => send(pid, 'SIGUSR2'),
  exitTimeoutMs: 1_500,
};

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went by itself
  }
}

/** Where it is to go: the last of its words. */
const hostIn = (args: readonly string[]): string => {
  const address = args.at(-1) ?? '';
  return URL.canParse(address) ? new URL(address).hostname : '';
};

/** An openconnect that was started: its cookie is in, what it says is listened to. */
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
      // Not 'close': a child of its own may keep the pipes for a while
      child.once('exit', settle).once('error', () => settle(null));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => this.output.add(bytes));
      stream?.on('error', () => undefined);
    }
  }

  /** @param extra pipes after the usual three, as its file descriptors 3 and up */
  static start(
    command: string,
    args: readonly string[],
    cookie: string,
    options: { extra?: number; spawn?: Spawn; processControl?: ProcessControl } = {},
  ): OpenConnectProcess {
    const pipes = Array.from({ length: 3 + (options.extra ?? 0) }, () => 'pipe' as const);
    const processControl = options.processControl ?? signalled;
    const { environment: env, folder: cwd } = processControl;
    // The helper starts it by way of another program, which takes its rights
    const program = args.find((word) => /[/\\]openconnect(\.exe)?$/.test(word)) ?? command;
    checkTicket(program, cookie, hostIn(args), env);
    const line = cookieLine(cookie);
    const child = (options.spawn ?? spawnChild)(command, args, { stdio: pipes, env, cwd, shell: false, windowsHide: true });
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

  /** One of the extra pipes. */
  pipe(number: number): ChildProcess['stdio'][number] {
    return this.child.stdio[number];
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.over) this.child.kill(signal);
  }

  /** Has it make its connection anew, at once (openconnect(8), SIGUSR2). Its script and what that started stay. */
  reconnect(): void {
    if (!this.over && this.pid !== undefined) this.processControl.renew(this.pid);
  }

  /** Asks it to go, and makes it: `detach` keeps the session at the gateway, `sign-out` ends it. Bounded. */
  async leave(how: 'detach' | 'sign-out'): Promise<void> {
    const { pid, processControl } = this;
    const { exitTimeoutMs } = processControl;
    if (!this.over && pid !== undefined) processControl.ask(pid, how);
    if (await atMost(exitTimeoutMs, this.exited)) return;
    this.signal('SIGKILL');
    await atMost(exitTimeoutMs, this.exited);
  }
}

/** Ends a pipe that is written to, telling its reader that all is in order. */
export function endInOrder(pipe: ChildProcess['stdio'][number]): void {
  const writable: Writable | null = pipe && 'write' in pipe ? pipe : null;
  writable?.on('error', () => undefined);
  writable?.end('\n');
}
