import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Network namespaces of this test process, so that a gateway and its client are two hosts on one machine. Names
 * contain the process's id, because test files run in parallel. The next one removes what a killed one left behind.
 */
const run = promisify(execFile);
const ip = '/usr/sbin/ip';
const ownName = /^cw-[a-z]-(\d+)-\d+$/;

/** The files that `ip netns exec` shows inside a namespace in place of the system's own. */
const filesOf = (namespace: string): string => `/etc/netns/${namespace}`;

/** What this machine lacks for tests with a real gateway. Null: nothing. Logged once for each skipped test file. */
export function missingForPeers(programs: readonly string[] = ['/usr/sbin/ocserv', '/usr/sbin/openconnect']): string | null {
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(canUse('/dev/net/tun') ? [] : ['/dev/net/tun']),
    ...[ip, ...programs].filter((program) => !existsSync(program)),
  ];
  if (missing.length === 0) return null;
  const line = `SKIPPED, tests with a real gateway need ${missing.join(', ')}`;
  console.warn(line);
  return line;
}

function canUse(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

let made = 0;
const alive = new Set<Namespace>();
process.on('exit', () => {
  for (const namespace of alive) namespace.destroyNow();
});

/** One network namespace, with its own files below `/etc`. */
export class Namespace {
  private constructor(readonly name: string) {}

  /** Makes one: `c` for a client, `g` for a gateway. */
  static async create(letter: 'c' | 'g', files: Readonly<Record<string, string>> = {}): Promise<Namespace> {
    if (made === 0) sweep();
    made += 1;
    const namespace = new Namespace(`cw-${letter}-${process.pid}-${made}`);
    alive.add(namespace);
    mkdirSync(filesOf(namespace.name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(`${filesOf(namespace.name)}/${file}`, text);
    await run(ip, ['netns', 'add', namespace.name]);
    await namespace.ip('link', 'set', 'lo', 'up');
    // Use an address at once, without duplicate address detection
    await namespace.run('/bin/sh', ['-c', 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad']);
    return namespace;
  }

  /** The outside path of a file that is `/etc/<file>` inside. */
  file(file: string): string {
    return `${filesOf(this.name)}/${file}`;
  }

  /** The prefix that makes a command run inside. */
  get inside(): readonly [string, ...string[]] {
    return [ip, 'netns', 'exec', this.name];
  }

  /** Runs `ip` with these arguments inside. */
  async ip(...args: string[]): Promise<string> {
    return (await run(ip, ['-n', this.name, ...args])).stdout;
  }

  /** Runs a command inside and resolves with its output. Rejects if it fails. */
  async run(command: string, args: readonly string[] = [], options: { timeout?: number } = {}): Promise<string> {
    const [first, ...rest] = this.inside;
    return (await run(first, [...rest, command, ...args], { maxBuffer: 64 * 1024 * 1024, timeout: options.timeout ?? 30_000 })).stdout;
  }

  /** Starts a command inside. */
  spawn(command: string, args: readonly string[], options: Parameters<typeof spawn>[2] = {}): ChildProcess {
    const [first, ...rest] = this.inside;
    return spawn(first, [...rest, command, ...args], options);
  }

  /** The processes inside. */
  pids(): number[] {
    return execFileSync(ip, ['netns', 'pids', this.name], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number);
  }

  /** Kills everything inside and removes the namespace. */
  destroyNow(): void {
    alive.delete(this);
    destroy(this.name);
  }
}

function destroy(name: string): void {
  try {
    for (const pid of execFileSync(ip, ['netns', 'pids', name], { encoding: 'utf8' }).split('\n').filter(Boolean)) kill(Number(pid));
    execFileSync(ip, ['netns', 'del', name], { stdio: 'ignore' });
  } catch {
    // It is already gone
  }
  rmSync(filesOf(name), { recursive: true, force: true });
}

/** Ends a process of these tests, if it still runs. */
export function kill(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  // 0 and below would be whole groups
  if (pid === undefined || pid <= 1) throw new Error('nobody to end');
  try {
    process.kill(pid, signal);
  } catch {
    // It has already ended
  }
}

/** The descendants of a process with that name. */
export function descendants(of: number, name: string): number[] {
  const parents = new Map<number, { parent: number; name: string }>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const [, called = '', parent = '0'] = /\((.*)\) \S (\d+)/.exec(stat) ?? [];
      parents.set(Number(entry), { parent: Number(parent), name: called });
    } catch {
      // It ended while we looked
    }
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)?.parent ?? 0;
    return parent === of || (parent > 1 && isBelow(parent));
  };
  return [...parents].filter(([pid, process]) => process.name === name && isBelow(pid)).map(([pid]) => pid);
}

/** Removes what dead test processes left behind. */
function sweep(): void {
  for (const directory of ['/run/netns', '/etc/netns']) {
    if (!existsSync(directory)) continue;
    for (const name of readdirSync(directory)) {
      const owner = ownName.exec(name)?.[1];
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) destroy(name);
    }
  }
  for (const name of readdirSync('/run')) {
    const owner = /^cw-h-(\d+)-\d+$/.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) rmSync(`/run/${name}`, { recursive: true, force: true });
  }
}

/** Joins two namespaces with a cable; `device` is its name in both. */
export async function join(a: Namespace, b: Namespace, device: string): Promise<void> {
  await a.ip('link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', b.name);
  await Promise.all([a.ip('link', 'set', device, 'up'), b.ip('link', 'set', device, 'up')]);
}
