import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** GNOME's keyring, unlocked, on a session bus of its own. */
export interface Keyring {
  /** What a program needs in its environment to meet it. */
  readonly env: Record<string, string>;
  /** Where it keeps its entries, encrypted. */
  readonly folder: string;
  /** How many entries it keeps, of whatever program. */
  entries(): Promise<number>;
  /** From now on it takes every call and answers none, as while a person looks at its question. */
  freeze(): void;
  /** Locks what it keeps, as the person may at any time; nobody is there who could unlock it. */
  lock(): Promise<void>;
  /** Ends it and starts it anew, locked, as after a sign-in that did not unlock it. Who has spoken to it before is a stranger to it. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
export const canStartKeyring = process.platform === 'linux' && ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].every(has);

export async function startKeyring(): Promise<Keyring> {
  const folder = await mkdtemp(path.join(tmpdir(), 'causeway-keyring-'));
  await mkdir(path.join(folder, 'run'), { mode: 0o700 });
  // No display: nobody is there to unlock anything
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
  /** It has come up when it owns its name on the bus. */
  const start = async (password: string | null): Promise<ChildProcess> => {
    const daemon = spawn('gnome-keyring-daemon', ['--foreground', ...(password === null ? [] : ['--unlock']), '--components=secrets'], {
      env: { ...base, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
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
