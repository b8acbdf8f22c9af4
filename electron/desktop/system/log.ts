import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { plainLine } from '../../../shared/plain-text.ts';
import type { PolicyValue } from '../../../shared/policy/schema.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { retryWhileLockedSync } from '../../system/locked-files.ts';

/**
 * The app's log: a few lines a day for the help desk, in one file that is rotated when it is full. No line should hold a
 * secret or a name. If one does, the {@link Redactor} replaces it.
 */
export interface Log {
  readonly folder: string;
  /** A fault of Causeway itself. Always written. */
  readonly error: (text: string) => void;
  /** What the help desk usually wants to know, such as how a sign-in ended. Written unless only faults are wanted. */
  readonly line: (text: string) => void;
  /** A step of a sign-in or a session. Written where the policy asks for it. Redacted as everything else. */
  readonly debug: (text: string) => void;
  /** How much is written from now on. Until the policy has been read: `info`. */
  setLevel(level: LogLevel): void;
}

export type LogLevel = PolicyValue<'logLevel'>;
const rank = { error: 0, info: 1, debug: 2 } as const satisfies Record<LogLevel, number>;

const fileName = 'causeway.log';
const maxFileBytes = 512 * 1024;
const keptFiles = 3;
const maxLineChars = 2_000;

/** Opens the log in `folder`, readable only by its owner. A full disk stops the log, never the app. */
export function openLog(folder: string, redactor: Pick<Redactor, 'redact'>, now: () => number = Date.now): Log {
  const file = join(folder, fileName);
  let size: number | null = null; // bytes in the current file; null while nothing can be written
  let limit = maxFileBytes;
  const attempt = (work: () => number): void => {
    try {
      size = work();
    } catch (thrown) {
      size = null;
      process.stderr.write(`Causeway: the log cannot be written: ${String(thrown)}\n`);
    }
  };
  attempt(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  });

  let wanted: LogLevel = 'info';
  const write = (level: LogLevel, text: string): void => {
    const before = size;
    if (before === null || rank[level] > rank[wanted]) return;
    const entry = `${new Date(now()).toISOString()} ${redactor.redact(plainLine(text)).slice(0, maxLineChars)}\n`;
    attempt(() => {
      const full = before + entry.length > limit;
      const isNew = full && setAside(file);
      if (full) limit = isNew ? maxFileBytes : limit + maxFileBytes / 8;
      if (limit > 2 * maxFileBytes) throw new Error('a full log file cannot be rotated');
      appendFileSync(file, entry, { mode: 0o600 });
      return (isNew ? 0 : before) + Buffer.byteLength(entry);
    });
  };

  return {
    folder,
    error: (text) => write('error', text),
    line: (text) => write('info', text),
    debug: (text) => write('debug', text),
    setLevel: (level) => void (wanted = level),
  };
}

/** Rotates the files. False when another program has one open: the log then continues in the same file for a while. */
function setAside(file: string): boolean {
  try {
    rotate(file);
    return true;
  } catch {
    return false;
  }
}

function rotate(file: string): void {
  const aside = (index: number): string => `${file}.${index}`;
  retryWhileLockedSync(() => rmSync(aside(keptFiles - 1), { force: true }));
  for (let index = keptFiles - 2; index >= 1; index--) {
    if (statSync(aside(index), { throwIfNoEntry: false })) retryWhileLockedSync(() => renameSync(aside(index), aside(index + 1)));
  }
  retryWhileLockedSync(() => renameSync(file, aside(1)));
}

/** What earlier runs and this one have logged, the oldest first. Empty if it cannot be read. */
export function readLogs(folder: string): string {
  const names = [...Array.from({ length: keptFiles - 1 }, (_, index) => `${fileName}.${keptFiles - 1 - index}`), fileName];
  return names.map((name) => readText(join(folder, name))).join('');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // there is none, or it cannot be read: then there is nothing to show
  }
}
