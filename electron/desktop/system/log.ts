import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { retryWhileLockedSync } from '../../system/locked-files.ts';

/**
 * The app's log: a few lines a day for the help desk, in one file that is rotated when it is full. No line should hold a
 * secret. If one does, {@link redact} removes it.
 */
export interface Log {
  readonly folder: string;
  readonly line: (text: string) => void;
}

const fileName = 'causeway.log';
const maxFileBytes = 512 * 1024;
const keptFiles = 3;
const maxLineChars = 2_000;

/** Opens the log in `folder`, readable only by its owner. A full disk stops the log, never the app. */
export function openLog(folder: string, now: () => number = Date.now): Log {
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

  return {
    folder,
    line(text) {
      const before = size;
      if (before === null) return;
      const entry = `${new Date(now()).toISOString()} ${redact(text).slice(0, maxLineChars)}\n`;
      attempt(() => {
        const full = before + entry.length > limit;
        const isNew = full && setAside(file);
        if (full) limit = isNew ? maxFileBytes : limit + maxFileBytes / 8;
        if (limit > 2 * maxFileBytes) throw new Error('a full log file cannot be rotated');
        appendFileSync(file, entry, { mode: 0o600 });
        return (isNew ? 0 : before) + Buffer.byteLength(entry);
      });
    },
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

/** Patterns of secrets, and their replacements. After a name such as `password`, the rest of the line goes too, since nobody can tell where the secret ends. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b(authorization|cookie|password|passcode|secret|ticket|token|otp)(["']?\s*[:=]).*$/gi, '$1$2 …'],
  [/\b(bearer|basic)\s+[\w+/=.-]{8,}/gi, '$1 …'],
  // The query and fragment of an address. It looks back from `?` or `#`: looking ahead from every letter takes seconds in a long line
  [/[?#](?<=:\/\/[^\s?#]*.)\S*/g, '?…'],
  // Tickets, keys, hashes
  [/(?<![\w-])[\w-]{32,}(?![\w-])/g, '…'],
  // Passcodes of 6 to 9 digits, with or without spaces
  [/(?<!\d)(?:\d{6,9}|\d{3} \d{3}(?: \d{3})?)(?!\d)/g, '…'],
];

/** The text as one line, with everything that looks like a secret removed. */
export function redact(text: string): string {
  const line = text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
  return secrets.reduce((clean, [pattern, instead]) => clean.replaceAll(pattern, instead), line);
}
