import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** GNOME's keyring, unlocked, on its own session bus. */
export interface Keyring {
  /** The environment that a program needs to reach it. */
  readonly env: Record<string, string>;
  /** The folder of its encrypted entries. */
  readonly folder: string;
  /** The number of its entries, of any program. */
  entries(): Promise<number>;
  /** From now on it accepts every call and answers none, as while a prompt is on screen. */
  freeze(): void;
  /** Locks the keyring. Nobody is there to unlock it. */
  lock(): Promise<void>;
  /** Restarts it locked, as after a sign-in that did not unlock it. Programs that were connected to it are not connected any more. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
export const canStartKeyring = process.platform === 'linux' && ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].every(has);

export async function startKeyring(): Promise<Keyring> {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-keyring-'));
  await mkdir(path.join(folder, 'run'), { mode: 0o700 });
  // No display, so nobody can unlock anything
  const base = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: path.join(folder, 'run') };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { env: base, stdio: ['ignore', 'pipe', 'ignore'] });
  let address = '';
  for await (const line of createInterface({ input: bus.stdout })) {
    address = line;
    break;
  }
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: base.XDG_RUNTIME_DIR };
  const call = async (destination: string, object: string, args: readonly string[]): Promise<string> => {
    const line = ['--session', `--dest=${destination}`, '--print-reply=literal', object, ...args];
    return (await promisify(execFile)('dbus-send', line, { env: { ...base, ...env } })).stdout;
  };
  const isUp = async (): Promise<boolean> => {
    const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
    return (await call('org.freedesktop.DBus', '/', question)).includes('true');
  };
  /** It is ready once it owns its name on the bus. */
  const start = async (password: string | null): Promise<ChildProcess> => {
    const daemon = spawn('gnome-keyring-daemon', ['--foreground', ...(password === null ? [] : ['--unlock']), '--components=secrets'], {
      env: { ...base, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // One that ended at once is noticed below
    daemon.stdin.on('error', () => undefined);
    daemon.stdin.end(password ?? '');
    while (!(await isUp())) {
      if (daemon.exitCode !== null) throw new Error('gnome-keyring-daemon ended at once');
      await pause(20);
    }
    return daemon;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  let daemon = await start('keyring');
  return {
    env,
    folder,
    async entries() {
      const question = ['string:org.freedesktop.Secret.Collection', 'string:Items'];
      const collection = '/org/freedesktop/secrets/collection/login';
      const items = await call('org.freedesktop.secrets', collection, ['org.freedesktop.DBus.Properties.Get', ...question]);
      return items.match(/\/collection\/login\/\w+/g)?.length ?? 0;
    },
    freeze: () => void daemon.kill('SIGSTOP'),
    async lock() {
      await call('org.freedesktop.secrets', '/org/freedesktop/secrets', [
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ]);
    },
    async restart() {
      await end(daemon);
      while (await isUp()) await pause(20);
      daemon = await start(null);
    },
    async close() {
      await end(daemon);
      await end(bus);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
