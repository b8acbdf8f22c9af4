import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppNotice } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import { retryWhileLockedSync } from '../system/locked-files.ts';
import { freshSettings, settingsVersion, readSettingsFile, type SettingsFile } from './settings-file.ts';

const fileName = 'settings.json';
/** A settings file holds a few profiles and names. We never write a larger one. */
const maxFileBytes = 8 * 1024 * 1024;

/** Writes the whole file atomically, or throws. */
type Write = (file: Record<string, unknown>) => void;

/**
 * The settings in `settings.json`. Every change is on disk when {@link update} returns. If it cannot be written, the person
 * is told once and the run continues with the settings in memory. The app and a command line may both run for hours, so
 * each change is applied to what the other has written in the meantime.
 */
export class Settings {
  readonly #listeners = new Set<(notice: AppNotice) => void>();
  readonly #notices: AppNotice[];
  readonly #path: string;
  #write: Write;
  #kept: SettingsFile;
  /** The file's version after our last write, or null if there was no file. */
  #savedVersion: string | null = null;

  private constructor(path: string, settings: SettingsFile, notices: readonly Failure[], write: Write) {
    this.#path = path;
    this.#kept = settings;
    this.#write = write;
    this.#notices = notices.map(notice);
    this.#save();
  }

  /**
   * Opens the settings in a directory, which is created if necessary. A file that is not fully usable is first kept under
   * another name and reported in {@link notices}. Defaults replace what is missing.
   *
   * @param directory an absolute path
   * @param now epoch milliseconds, for the name of that file
   */
  static async open(directory: string, now: () => number = Date.now): Promise<Settings> {
    const path = join(directory, fileName);
    const write = await fileWriter(directory);
    const text = readText(path);
    if (text === null) return new Settings(path, freshSettings(), [], write);

    const read = readSettingsFile(text);
    if (read.kind === 'read' && read.dropped.length === 0) return new Settings(path, read.settings, [], write);

    const word = read.kind === 'newer' ? 'newer' : 'damaged';
    const file = `settings.${word}-${new Date(now()).toISOString().replaceAll(/[:.]/g, '')}.json`;
    const [settings, params] =
      read.kind === 'read' ? [read.settings, { file, keys: read.dropped.join(', ').slice(0, 500) }] : [freshSettings(), { file }];
    const aside = moveAside(path, join(directory, file), read.kind === 'read');
    const code = read.kind === 'read' ? 'settings-repaired' : (`settings-${word}` as const);
    if (aside === null) return new Settings(path, settings, [{ code, params }], write);
    // The file could not be moved aside and must not be overwritten: this run keeps its settings in memory only
    const never = () => {
      throw aside;
    };
    return new Settings(path, settings, [{ code, params: { ...params, file: fileName } }], never);
  }

  /** The folder that they are in. */
  get directory(): string {
    return dirname(this.#path);
  }

  /** The current settings. */
  get(): Readonly<SettingsFile> {
    return this.#kept;
  }

  /** Replaces the entries that `change` returns. `change` gets the current settings. */
  update(change: (settings: Readonly<SettingsFile>) => Partial<SettingsFile>): void {
    this.#readOthersChanges();
    this.#kept = { ...this.#kept, ...change(this.#kept) };
    this.#save();
  }

  /** What to tell the person: `settings-damaged`, `settings-repaired`, `settings-newer`, `settings-unwritable`, each at most once. */
  get notices(): readonly AppNotice[] {
    return this.#notices;
  }

  /** Calls back with every later notice. Returns a function that stops it. */
  onNotice(listener: (notice: AppNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what another process has written since. A damaged file will be overwritten; a newer program's file stays as it is. */
  #readOthersChanges(): void {
    if (this.#savedVersion === null || fileVersion(this.#path) === this.#savedVersion) return;
    const text = readText(this.#path);
    const read = text === null ? null : readSettingsFile(text);
    if (read?.kind === 'read' && read.dropped.length === 0) this.#kept = read.settings;
    if (read?.kind === 'newer')
      this.#write = () => {
        throw new Error('a newer version of Causeway wrote these settings');
      };
  }

  #save(): void {
    try {
      this.#write({ version: settingsVersion, ...this.#kept });
    } catch (error) {
      if (this.#notices.some(({ failure }) => failure.code === 'settings-unwritable')) return;
      const unwritable = notice({ code: 'settings-unwritable', detail: error instanceof Error ? error.message : '' });
      this.#notices.push(unwritable);
      for (const listener of this.#listeners) listener(unwritable);
    } finally {
      this.#savedVersion = fileVersion(this.#path);
    }
  }
}

const notice = (failure: Failure): AppNotice => ({ id: failure.code, failure });

/** A value that changes with every write, since each one creates a new file. Null if there is no file. */
function fileVersion(path: string): string | null {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return null;
  }
}

/** The file's text. Null if there is no file. Empty, and so damaged, if it cannot be read. */
function readText(path: string): string | null {
  try {
    return statSync(path).size > maxFileBytes ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR') ? null : '';
  }
}

/** Moves the file aside, or copies it if most of it is still good. Returns the error, or null. */
function moveAside(path: string, aside: string, copy: boolean): Error | null {
  try {
    retryWhileLockedSync(() => (copy ? copyFileSync(path, aside) : renameSync(path, aside)));
    // Only the person may read it, whoever wrote it
    chmodSync(aside, 0o600);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Makes the function that writes the file. electron-store imports `electron`, whose npm package would start a download
 * outside Electron (tests, command lines). Setting `ELECTRON_OVERRIDE_DIST_PATH` prevents that.
 */
async function fileWriter(directory: string): Promise<Write> {
  const outside = !('electron' in process.versions) && process.env['ELECTRON_OVERRIDE_DIST_PATH'] === undefined;
  if (outside) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = directory;
  try {
    const { default: Store } = await import('electron-store');
    let opened: InstanceType<typeof Store> | null = null;
    return (file) => {
      // Check first: electron-store retries for a second and blocks the whole process when it may not write
      if (existsSync(directory)) accessSync(directory, constants.W_OK);
      else mkdirSync(directory, { recursive: true, mode: 0o700 });
      const store = (opened ??= new Store({
        cwd: directory,
        name: 'settings',
        configFileMode: 0o600,
        accessPropertiesByDotNotation: false,
      }));
      replaceFile(join(directory, fileName), file, () => {
        store.store = file;
      });
    };
  } finally {
    if (outside) delete process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  }
}

/**
 * Replaces a file, and restores the old one if the new one is incomplete. A nearly full disk accepts only part of a write,
 * and electron-store does not check how much was written.
 */
function replaceFile(path: string, file: Record<string, unknown>, replace: () => void): void {
  const last = `${path}.last`;
  const hadOne = existsSync(path);
  if (hadOne) retryWhileLockedSync(() => copyFileSync(path, last));
  replace();
  if (isComplete(path, file)) {
    removeCopy(last);
    return;
  }
  if (hadOne) retryWhileLockedSync(() => renameSync(last, path));
  else retryWhileLockedSync(() => rmSync(path, { force: true }));
  throw new Error('only a part of the file could be written');
}

/** Removes the copy of the old file. If another program has it open, it stays and the next write replaces it. */
function removeCopy(last: string): void {
  try {
    rmSync(last, { force: true });
  } catch {
    // The file itself is already written, so nothing is lost
  }
}

function isComplete(path: string, file: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) === JSON.stringify(file);
  } catch {
    return false;
  }
}
