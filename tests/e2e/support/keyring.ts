import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const programs = ['dbus-daemon', 'gnome-keyring-daemon'];

/** An unlocked keychain of a test's own, on a session bus of its own. */
export interface Keyring {
  /** What a program needs to find it. */
  readonly env: Record<string, string>;
  /** Where it keeps its entries, encrypted. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Linux with these programs only; null elsewhere. */
export async function startKeyring(): Promise<Keyring | null> {
  if (process.platform !== 'linux' || !programs.every((program) => spawnSync('which', [program]).status === 0)) return null;
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-keyring-'));
  await mkdir(path.join(folder, 'run'), { mode: 0o700 });
  const base = { HOME: folder, XDG_RUNTIME_DIR: path.join(folder, 'run') };
  // No display: nobody is there to unlock anything
  const run = (program: string, args: string[], env: Record<string, string>): ChildProcess =>
    spawn(program, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  const bus = run('dbus-daemon', ['--session', '--nofork', '--print-address'], base);
  const ended = once(bus, 'exit');
  if (!bus.stdout) throw new Error('no output of the bus');
  const address = await once(createInterface(bus.stdout), 'line').then((lines) => String(lines[0]));
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: base.XDG_RUNTIME_DIR };
  // Goes on in the background, and ends with its bus
  const keyring = run('gnome-keyring-daemon', ['--unlock', '--components=secrets'], { ...base, ...env });
  keyring.stdin?.end('keyring');
  await once(keyring, 'exit');
  return {
    env,
    folder,
    async close() {
      bus.kill();
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
