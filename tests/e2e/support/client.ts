import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { Settings } from '../../../electron/storage/settings.ts';
import type { Profile } from '../../../shared/profile.ts';
import { allGone, familyOf } from './processes.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Electron, if there is a real one, or its double. */
export const electronHere = process.env['ELECTRON_BINARY'] ?? path.join(root, 'tests/electron-double/electron');

export interface ClientOptions {
  profiles?: readonly Profile[];
  /** The folder for settings and logs. Default: a new one. */
  userData?: string;
  args?: readonly string[];
  env?: Record<string, string>;
  /** A program that starts it. Default: Electron, or its double. */
  executable?: string;
  /** The app's folder. Default: this repository. */
  folder?: string;
}

/** A running client: the real main process, preload and renderer, on Electron or on its double. */
export interface Client {
  readonly electron: ElectronApplication;
  /** Our own page. */
  readonly window: Page;
  readonly userData: string;
  /** The portal's page, once its view is there. */
  portal(): Promise<Page>;
  /** The whole window with all views, as one PNG file. */
  picture(file: string): Promise<void>;
  /** The clipboard's text on the app's desktop. */
  clipboard(): Promise<string>;
  /** What the app has logged. */
  log(): Promise<string>;
  /** `kill -9`. Resolves when no process of the app runs any more (checked on Linux only). */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the client from this folder, as Electron reads it. With `ELECTRON_BINARY` it is the real Electron, in Chromium's sandbox. */
export async function startClient(options: ClientOptions = {}): Promise<Client> {
  const userData = options.userData ?? (await mkdtemp(path.join(tmpdir(), 'causeway-e2e-')));
  if (options.profiles) {
    const profiles = [...options.profiles];
    (await Settings.open(userData)).update(() => ({ profiles, lastProfileId: profiles[0]?.id ?? null }));
  }
  const electron = await _electron.launch({
    executablePath: options.executable ?? electronHere,
    args: [options.folder ?? root, `--user-data-dir=${userData}`, ...(options.args ?? [])],
    env: { ...definedEnvironment(), ...options.env },
    cwd: root,
    // Playwright would add --no-sandbox on Linux
    chromiumSandbox: process.env['ELECTRON_BINARY'] !== undefined,
    timeout: 60_000,
  });
  const window = await electron.firstWindow();
  await window.getByRole('heading', { level: 1 }).waitFor();
  return {
    electron,
    window,
    userData,
    async portal() {
      // The newest: one that has just been closed may still be listed, but is never shown again
      const there = electron.windows().findLast((page) => page !== window && !page.isClosed());
      return there ?? electron.waitForEvent('window', { timeout: 20_000 });
    },
    async picture(name) {
      // The app has left its start folder
      const file = path.resolve(name);
      await mkdir(path.dirname(file), { recursive: true });
      const composed = await electron.evaluate(async (module, to) => {
        const { double } = module as typeof module & {
          double?: { windows(): unknown[]; picture(window: unknown, file: string): Promise<void> };
        };
        if (double) await double.picture(double.windows()[0], to);
        return double !== undefined;
      }, file);
      if (!composed) await window.screenshot({ path: file });
    },
    clipboard: () => electron.evaluate(({ clipboard }) => clipboard.readText()),
    log: () => readFile(path.join(userData, 'logs', 'causeway.log'), 'utf8').catch(() => ''),
    async kill() {
      const app = electron.process();
      const family = process.platform === 'linux' && app.pid !== undefined ? await familyOf(app.pid) : [];
      const closed = electron.waitForEvent('close');
      // On Windows, Playwright has started a shell
      if (process.platform === 'win32') await killOnWindows(await electron.evaluate(() => process.pid));
      else app.kill('SIGKILL');
      await closed;
      await allGone(family, 30_000);
    },
    async close() {
      // A polite quit while connected asks first, and a test that is over does not answer
      await electron.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
      await electron.close();
      if (options.userData === undefined) await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Ends a process and all its descendants. */
async function killOnWindows(pid: number): Promise<void> {
  await promisify(execFile)(path.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe'), [
    '/pid',
    String(pid),
    '/t',
    '/f',
  ]);
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
