import { accessSync, chmodSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppNotice } from '../../shared/app-state.ts';
import type { Failure } from '../../shared/failure.ts';
import { retryWhileLockedSync } from '../system/locked-files.ts';
import { freshSettings, settingsVersion, readSettingsFile, type SettingsFile } from './settings-file.ts';

const fileName = 'settings.json';
/** A settings file holds some profiles and names; one larger than this was not written by us. */
const maxFileBytes = 8 * 1024 * 1024;

/** Puts the whole file on disk, atomically, or throws. */
type Write = (file: Record<string, unknown>) => void;

/**
 * What is kept between runs, in `settings.json`. Every change is on disk when {@link update} returns, or the person is
 * told once that it cannot be, and the run goes on with what is in memory. The app and a command line may both run for
 * hours: a change is made to what the other has written meanwhile.
 */
export class Settings {
  readonly #listeners = new Set<(notice: AppNotice) => void>();
  readonly #notices: AppNotice[];
  readonly #path: string;
  #write: Write;
  #kept: SettingsFile;
  /** Of the file after our last writing; null: there was none. */
  #savedVersion: string | null = null;

  private constructor(path: string, kept: SettingsFile, notices: readonly Failure[], write: Write) {
    this.#path = path;
    this.#kept = kept;
    this.#write = write;
    this.#notices = notices.map(notice);
    this.#save();
  }

  /**
   * Opens the settings in a directory, made if need be. A file that cannot be used, or not all of it, is first
   * kept aside under a name of its own and told of in {@link notices}; then defaults take over for what is missing.
   *
   * @param directory an absolute path
   * @param now epoch milliseconds, for the name of what is kept aside
   */
  static async open(directory: string, now: () => number = Date.now): Promise<Settings> {
    const path = join(directory, fileName);
    const write = await fileWriter(directory);
    const text = readText(path);
    if (text === null) return new Settings(path, freshSettings(), [], write);

    const read = readSettingsFile(text);
    if (read.kind === 'read' && read.dropped.length === 0) return new Settings(path, read.kept, [], write);

    const word = read.kind === 'newer' ? 'newer' : 'damaged';
    const file = `settings.${word}-${new Date(now()).toISOString().replaceAll(/[:.]/g, '')}.json`;
    const [kept, params] =
      read.kind === 'read' ? [read.kept, { file, keys: read.dropped.join(', ').slice(0, 500) }] : [freshSettings(), { file }];
    const aside = moveAside(path, join(directory, file), read.kind === 'read');
    const code = read.kind === 'read' ? 'settings-repaired' : (`settings-${word}` as const);
    if (aside === null) return new Settings(path, kept, [{ code, params }], write);
    // It must not be written over: this run keeps its settings in memory, and the file stays where it is
    const never = () => {
      throw aside;
    };
    return new Settings(path, kept, [{ code, params: { ...params, file: fileName } }], never);
  }

  /** What is kept now. */
  get(): Readonly<SettingsFile> {
    return this.#kept;
  }

  /** Changes what `change` returns, of what is kept now. */
  update(change: (kept: Readonly<SettingsFile>) => Partial<SettingsFile>): void {
    this.#readOthersChanges();
    this.#kept = { ...this.#kept, ...change(this.#kept) };
    this.#save();
  }

  /** What the person should be told: `settings-damaged`, `settings-repaired`, `settings-newer`, `settings-unwritable`, each at most once. */
  get notices(): readonly AppNotice[] {
    return this.#notices;
  }

  /** Calls back with every notice from now on; returns how to stop that. */
  onNotice(listener: (notice: AppNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What another process has written since. One that is not whole is written over; a newer program's stays as it is. */
  #readOthersChanges(): void {
    if (this.#savedVersion === null || fileVersion(this.#path) === this.#savedVersion) return;
    const text = readText(this.#path);
    const read = text === null ? null : readSettingsFile(text);
    if (read?.kind === 'read' && read.dropped.length === 0) this.#kept = read.kept;
    if (read?.kind === 'newer')
      this.#write = () => {
        throw new Error('a newer Causeway keeps its settings there');
      };
  }

  #save(): void {
    try {
      this.#write({ version: settingsVersion, ...this.#kept });
    } catch (error) {
      if (this.#notices.some(({ failure }) => failure.code === 'settings-unwritable')) return;
      const told = notice({ code: 'settings-unwritable', detail: error instanceof Error ? error.message : '' });
      this.#notices.push(told);
      for (const listener of this.#listeners) listener(told);
    } finally {
      this.#savedVersion = fileVersion(this.#path);
    }
  }
}

const notice = (failure: Failure): AppNotice => ({ id: failure.code, failure });

/** What changes with every writing of a file, which is a new file each time; null: there is none. */
function fileVersion(path: string): string | null {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return null;
  }
}

/** The file's text; empty, and so damaged, where there is one that cannot be read; null where there is none. */
function readText(path: string): string | null {
  try {
    return statSync(path).size > maxFileBytes ? '' : readFileSync(path, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR') ? null : '';
  }
}

/** Puts the file out of the way, or a copy of it where most of it is still good. Returns why that did not work, or null. */
function moveAside(path: string, aside: string, copy: boolean): Error | null {
  try {
    retryWhileLockedSync(() => (copy ? copyFileSync(path, aside) : renameSync(path, aside)));
    // Whoever wrote it, it is the person's own business
    chmodSync(aside, 0o600);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * The file's writer. electron-store imports `electron`, whose npm package would start a download where this is not
 * Electron (tests, command lines); a place named in the environment stops that.
 */
async function fileWriter(directory: string): Promise<Write> {
  const outside = !('electron' in process.versions) && process.env['ELECTRON_OVERRIDE_DIST_PATH'] === undefined;
  if (outside) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = directory;
  try {
    const { default: Store } = await import('electron-store');
    let opened: InstanceType<typeof Store> | null = null;
    return (file) => {
      // Where it may not write, electron-store tries for a second with the whole process standing still: ask first
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
 * Has a file replaced, and puts the old one back where not all of the new one got there: a disk that is nearly full
 * takes the part of a write that it has room for, and electron-store does not look how much that was.
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
  throw new Error('the disk took only a part of the file');
}

/** The file itself is written by now: a copy that somebody holds stays, and the next one takes its place. */
function removeCopy(last: string): void {
  try {
    rmSync(last, { force: true });
  } catch {
    // Nothing is lost with it
  }
}

function isComplete(path: string, file: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) === JSON.stringify(file);
  } catch {
    return false;
  }
}
