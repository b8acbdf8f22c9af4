import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { PlainError } from './report-errors.ts';

/** What the app runs on, and why: the real Electron if possible, otherwise the double. */
export type Runtime = { electron: string; why: string } | { electron: null; why: string };

export interface RuntimeOptions {
  /** `--double` was given. */
  double: boolean;
  platform?: NodeJS.Platform;
  isRoot?: boolean;
  fetch?: () => Promise<Fetched>;
  find?: () => string | null;
}

/** Null if Electron is now installed, otherwise the reason why not, phrased as the end of a sentence. */
export interface Fetched {
  failure: string | null;
}

const hour = 3_600_000;
/** How long to wait before retrying a failed download automatically. */
const againAfterMs = 24 * hour;
/** Electron is about 120 MB. An hour allows for 0.3 Mbit/s. */
const longestMs = hour;
/** A download without a new byte for this long has stalled. */
const stalledAfterMs = 30_000;
const packageFolder = (): string => dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/**
 * Chooses what to run the app on, and downloads Electron if it is not installed. Throws if there is neither Electron nor a
 * double, which exists only on Linux.
 */
export async function chooseRuntime({
  double,
  platform = process.platform,
  isRoot = process.getuid?.() === 0,
  fetch = fetchElectron,
  find = electronBinary,
}: RuntimeOptions): Promise<Runtime> {
  const canDouble = platform === 'linux';
  if (double && !canDouble) throw new PlainError('The double for Electron runs on Linux only.');
  if (double) return { electron: null, why: 'it was asked for' };
  if (process.env['ELECTRON_BINARY'] !== undefined) return { electron: process.env['ELECTRON_BINARY'], why: 'ELECTRON_BINARY names it' };
  if (isRoot && canDouble) return { electron: null, why: 'Chromium’s sandbox, which Electron needs, refuses root' };
  const there = find();
  if (there !== null) return { electron: there, why: 'it is on this computer' };
  const { failure } = await fetch();
  const fetched = failure === null ? find() : null;
  if (fetched !== null) return { electron: fetched, why: 'it was fetched just now' };
  const reason = `Electron cannot be fetched: ${failure ?? 'its executable is missing afterwards'}`;
  if (!canDouble) throw new PlainError(`${reason}\nTry once more with: npx install-electron`);
  return { electron: null, why: reason };
}

/** For the line that says what the app runs on. */
export const inWords = ({ electron, why }: Runtime): string =>
  electron === null ? `on the double for Electron in Chromium, because ${why}` : `on Electron at ${electron}: ${why}`;

/** The path of Electron's executable, if it is on this computer. Never starts a download. */
export function electronBinary(): string | null {
  const folder = packageFolder();
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform as string] ?? 'electron';
  const binary = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name);
  // After an interrupted download there is no `path.txt`, which the package's installer writes last
  return existsSync(binary) && existsSync(join(folder, 'path.txt')) ? binary : null;
}

const failureSchema = z.object({ version: z.string(), at: z.number(), reason: z.string() });

/**
 * Downloads Electron as its package does on first use, and shows the progress. After a failure, which it records in
 * `out/`, it does not retry for a day. `npx install-electron` retries at once.
 */
export async function fetchElectron({
  note = join('out', 'electron-fetch.json'),
  install = runInstaller,
  now = Date.now(),
} = {}): Promise<Fetched> {
  const folder = packageFolder();
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const before = existsSync(note) ? failureSchema.safeParse(parsed(readFileSync(note, 'utf8'))).data : undefined;
  if (before?.version === version && now - before.at < againAfterMs && now >= before.at)
    return { failure: `${before.reason} (tried less than a day ago; npx install-electron tries again)` };
  console.log(`Fetching Electron ${version}, once`);
  const reason = await install(join(folder, 'install.js'));
  mkdirSync(dirname(note), { recursive: true });
  rmSync(note, { force: true });
  if (reason !== null) writeFileSync(note, JSON.stringify({ version, at: now, reason }));
  return { failure: reason };
}

/** Runs the package's installer to its end. Null if it succeeded. Kills it if the download stalls. */
export async function runInstaller(installer: string, { stalledMs = stalledAfterMs, longest = longestMs } = {}): Promise<string | null> {
  mkdirSync('out', { recursive: true });
  // It downloads into the folder for temporary files. Its own such folder shows how much has arrived
  const work = mkdtempSync(resolve('out', 'electron-'));
  const unpacked = join(dirname(installer), 'dist');
  const temporary = { TMPDIR: work, TEMP: work, TMP: work };
  const child = spawn(process.execPath, [installer], { stdio: ['ignore', 'inherit', 'pipe'], env: { ...process.env, ...temporary } });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (args: string) => {
    output = (output + args).slice(-10_000);
    // A progress bar redraws itself, so its final message is printed as one line
    if (process.stderr.isTTY && !/^\s+at |Error/.test(args)) process.stderr.write(args);
  });
  const startedAt = Date.now();
  let [bytes, movedAt, ended] = [0, startedAt, null as string | null];
  const watch = setInterval(
    () => {
      const now = sizeOf(work) + sizeOf(unpacked);
      if (now !== bytes) {
        [bytes, movedAt] = [now, Date.now()];
        console.log(`  ${(bytes / 1e6).toFixed(0)} MB`);
      }
      if (Date.now() - movedAt > stalledMs) ended = `nothing came for ${Math.round(stalledMs / 1000)} s`;
      else if (Date.now() - startedAt > longest) ended = 'it takes too long';
      if (ended !== null) child.kill('SIGKILL');
    },
    Math.min(2_000, stalledMs / 2, longest / 2),
  );
  try {
    const code = await new Promise<number | null>((settle, reject) => {
      child.once('error', reject);
      child.once('close', settle);
    });
    return ended ?? (code === 0 ? null : reasonIn(output));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearInterval(watch);
    rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The message of an error, without its stack. */
function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const cause = lines.find((line) => /^\[cause\]|^code: '|E[A-Z]{4,}/.test(line));
  const first = lines.find((line) => line.includes('Error')) ?? lines.find(Boolean) ?? 'its installer failed';
  // Node's own message for an address that does not answer
  const plain = first === 'TypeError: fetch failed' ? 'the address that it comes from does not answer' : first;
  return cause === undefined || cause === first ? plain : `${plain} (${cause})`;
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((all, entry) => all + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
