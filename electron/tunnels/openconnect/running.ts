import { spawn as spawnChild, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { atMost } from '../../trust/bounded.ts';
import { cleanEnvironment, cookieLine } from './words.ts';
import { Said } from './said.ts';

export type Spawn = (command: string, words: readonly string[], options: SpawnOptions) => ChildProcess;

/** What a system has openconnect run in, and how one asks it to go there. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** `detach` keeps the session at the gateway, `sign-out` ends it. */
  ask(pid: number, how: 'detach' | 'sign-out'): void;
  /** Has it make its connection anew; where there is no way to say so, it tries by its own clock. */
  renew(pid: number): void;
  /** Who is asked to go has so long before it is made to. */
  readonly goesWithinMs: number;
}

/** Where there are signals. */
export const signalled: Surroundings = {
  environment: cleanEnvironment,
  folder: '/',
  ask: (pid, how) => send(pid, how === 'detach' ? 'SIGHUP' : 'SIGINT'),
  renew: (pid) => send(pid, 'SIGUSR2'),
  goesWithinMs: 1_500,
};

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went by itself
  }
}

/** An openconnect that was started: its cookie is in, what it says is listened to. */
export class RunningOpenConnect {
  readonly said = new Said();
  /** Settles with the exit code, or null after a signal; never rejects. */
  readonly exited: Promise<number | null>;
  private over = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly surroundings: Surroundings,
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
      stream?.on('data', (bytes: Buffer) => this.said.add(bytes));
      stream?.on('error', () => undefined);
    }
  }

  /** @param extra pipes after the usual three, as its file descriptors 3 and up */
  static start(
    command: string,
    words: readonly string[],
    cookie: string,
    options: { extra?: number; spawn?: Spawn; surroundings?: Surroundings } = {},
  ): RunningOpenConnect {
    const line = cookieLine(cookie);
    const pipes = Array.from({ length: 3 + (options.extra ?? 0) }, () => 'pipe' as const);
    const surroundings = options.surroundings ?? signalled;
    const { environment: env, folder: cwd } = surroundings;
    const child = (options.spawn ?? spawnChild)(command, words, { stdio: pipes, env, cwd, shell: false, windowsHide: true });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(line);
    return new RunningOpenConnect(child, surroundings);
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
    if (!this.over && this.pid !== undefined) this.surroundings.renew(this.pid);
  }

  /** Asks it to go, and makes it: `detach` keeps the session at the gateway, `sign-out` ends it. Bounded. */
  async leave(how: 'detach' | 'sign-out'): Promise<void> {
    const { pid, surroundings } = this;
    const { goesWithinMs } = surroundings;
    if (!this.over && pid !== undefined) surroundings.ask(pid, how);
    if (await atMost(goesWithinMs, this.exited)) return;
    this.signal('SIGKILL');
    await atMost(goesWithinMs, this.exited);
  }
}

/** Ends a pipe that is written to, telling its reader that all is in order. */
export function endInOrder(pipe: ChildProcess['stdio'][number]): void {
  const writable: Writable | null = pipe && 'write' in pipe ? pipe : null;
  writable?.on('error', () => undefined);
  writable?.end('\n');
}

/**
 * Whether a process has a TCP connection that is up, on Linux; null where that cannot be told. openconnect opens its
 * connection anew when the far end is silent, and may wait for minutes then: this is how we see it.
 */
export async function hasConnection(pid: number): Promise<boolean | null> {
  try {
    const links = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    const mine = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
    return (await tcpRows(pid)).some(({ state, inode }) => state === established && mine.has(inode));
  } catch {
    return null;
  }
}

const established = '01';
const listening = '0A';

/** An IPv4 address and a port as the kernel writes them. */
function inKernelsWords(address: string, port: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0');
  return `${[d, c, b, a].map((part) => hex(part, 2)).join('')}:${hex(port, 4)}`;
}

/** Whether somebody else of this computer is connected to that port of ours, on Linux. */
export async function hasStrangers(address: string, port: number, uid: number): Promise<boolean> {
  const place = inKernelsWords(address, port);
  return (await tcpRows('self')).some((row) => row.state === established && row.remote === place && row.uid !== uid);
}

/** Whose socket listens on that port of this computer; null: nobody's, or it cannot be told. */
export async function listenerOf(address: string, port: number): Promise<number | null> {
  const place = inKernelsWords(address, port);
  try {
    return (await tcpRows('self')).find((row) => row.state === listening && row.local === place)?.uid ?? null;
  } catch {
    return null;
  }
}

interface TcpRow {
  local: string;
  remote: string;
  state: string;
  uid: number;
  inode: string;
}

/** The kernel's table of TCP sockets, as the process sees it. */
async function tcpRows(pid: number | 'self'): Promise<TcpRow[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
        return local && remote && state && uid && inode ? [{ local, remote, state, uid: Number(uid), inode }] : [];
      }),
  );
}
