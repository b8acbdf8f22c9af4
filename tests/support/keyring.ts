import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** GNOME's keyring, unlocked, on a session bus of its own. */
export interface Keyring {
  /** What a program needs in its environment to meet it. */
  readonly env: Record<string, string>;
  /** From now on it takes every call and answers none, as while a person looks at its question. */
  freeze(): void;
  close(): Promise<void>;
}

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
export const canStartKeyring = process.platform === 'linux' && ['dbus-daemon', 'gnome-keyring-daemon'].every(has);

export async function startKeyring(): Promise<Keyring> {
  const home = await mkdtemp(path.join(tmpdir(), 'causeway-keyring-'));
  await mkdir(path.join(home, 'run'), { mode: 0o700 });
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let address = '';
  for await (const line of createInterface({ input: bus.stdout })) {
    address = line;
    break;
  }
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: path.join(home, 'run') };
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env: { PATH: process.env['PATH'], HOME: home, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keyring.stdin.end('pw');
  // It has come up when it owns its name on the bus
  const named = ['--session', '--dest=org.freedesktop.DBus', '--print-reply=literal', '/', 'org.freedesktop.DBus.NameHasOwner'];
  for (let isUp = false; !isUp;) {
    const { stdout } = await promisify(execFile)('dbus-send', [...named, 'string:org.freedesktop.secrets'], {
      env: { ...process.env, ...env },
    });
    isUp = stdout.includes('true');
    if (!isUp && keyring.exitCode !== null) throw new Error('gnome-keyring-daemon ended at once');
  }
  return {
    env,
    freeze: () => void keyring.kill('SIGSTOP'),
    async close() {
      for (const child of [keyring, bus]) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}
