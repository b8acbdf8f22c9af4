import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { chromiumPath } from '../chromium.ts';
import { CdpConnection } from './cdp.ts';

/** The Chromium that stands in for Electron's own. */
export interface Chromium {
  /** Its own profile folder. */
  readonly profile: string;
  readonly connection: CdpConnection;
  /** Where a test's Playwright attaches: a `ws://` address on loopback. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Chromium features that Electron does not have, or that would break a page out of its one process. */
const disabledFeatures = [
  'IsolateOrigins',
  'site-per-process',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'MediaRouter',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'PreconnectToSearch',
  'Translate',
  // Pages of Chromium's own toolbar: half of what opening a window costs
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

const quiet = [
  '--no-first-run',
  '--no-default-browser-check',
  '--no-startup-window',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--disable-breakpad',
  '--disable-extensions',
  '--disable-search-engine-choice-screen',
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-popup-blocking',
  // Chrome loads a page that failed again by itself; Electron does not
  '--disable-auto-reload',
  '--disable-prompt-on-repost',
  // Frames of other sites stay in the page's process, so that one DevTools session sees all of its requests
  '--disable-site-isolation-trials',
  // Pictures of pages that are not in front
  '--enable-features=CDPScreenshotNewSurface',
  `--disable-features=${disabledFeatures.join(',')}`,
  '--force-color-profile=srgb',
  '--metrics-recording-only',
  '--password-store=basic',
  '--use-mock-keychain',
  '--allow-file-access-from-files',
  // A camera and a microphone that a page could ask for
  '--use-fake-device-for-media-stream',
];

/**
 * Chrome connects ahead to where a person might go; Electron does not. 2 is `NetworkPredictionOptions::kDisabled`. Nor does
 * Electron offer to translate a page.
 */
const preferences = { net: { network_prediction_options: 2 }, translate: { enabled: false } };

/** What containers and root need: no user namespaces, no GPU, a small /dev/shm. */
const confined = ['--no-sandbox', '--disable-gpu', '--in-process-gpu', '--disable-dev-shm-usage'];

/** Whether pages are to be seen on a display. */
export const headed = process.env['CAUSEWAY_HEADED'] === '1';
export const executable = chromiumPath({ wholeOne: true });

/**
 * Starts Chromium with a profile of this process's own under `directory`, and sweeps those that killed
 * processes have left there. `switches` are what the app asked for with `app.commandLine`.
 */
export async function startChromium(directory: string, switches: readonly string[]): Promise<Chromium> {
  await sweep(directory);
  const profile = path.join(directory, String(process.pid));
  mkdirSync(path.join(profile, 'Default'), { recursive: true });
  writeFileSync(path.join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const { child, toChromium, connection, endpoint } = await startOnce(profile, switches).catch((error: unknown) => {
    // Seen once on a new machine: Chromium was killed by a signal before it listened. Logged, in case it happens again
    console.error(`electron-double: started once more: ${String(error)}`);
    return startOnce(profile, switches);
  });
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  return {
    profile,
    connection,
    endpoint,
    async close() {
      toChromium.end();
      // The pipe's end is a polite request; this is the bound on it
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(force);
      await discard(profile);
    },
  };
}

/** Resolves once it listens. Rejects with how it ended and its last words. */
async function startOnce(profile: string, switches: readonly string[]) {
  // `--test-type` spares a person the bar about `--no-sandbox`
  const mode = headed ? ['--test-type'] : ['--headless=new'];
  const child = spawn(
    executable,
    [...mode, ...quiet, ...confined, '--remote-debugging-pipe', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...switches],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const [, , errors, toChromium, fromChromium] = child.stdio;
  if (!(errors instanceof Readable) || !(toChromium instanceof Writable) || !(fromChromium instanceof Readable))
    throw new Error('Chromium has no pipes');
  const connection = new CdpConnection(toChromium, fromChromium);
  const said: string[] = [];
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`Chromium ended at once with ${signal ?? `code ${code ?? 'none'}`}: ${said.slice(-5).join(' / ')}`)),
    );
    createInterface({ input: errors }).on('line', (line) => {
      const match = /^DevTools listening on (ws:\S+)$/.exec(line);
      if (match?.[1]) resolve(match[1]);
      else if (said.length < 100) said.push(line);
    });
  });
  return { child, toChromium, connection, endpoint };
}

async function sweep(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const dead = (await readdir(directory)).filter((name) => !isAlive(Number(name)));
  await Promise.all(dead.map((name) => discard(path.join(directory, name))));
}

/** Removes a folder that helpers of a Chromium that has just ended may still write to; what stays is swept by the next start. */
export async function discard(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  } catch (error) {
    console.error(`electron-double: ${folder} is still in use: ${String(error)}`);
  }
}

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
