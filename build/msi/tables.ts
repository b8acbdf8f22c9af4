import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A table of an MSI, as `msiinfo` exports and `msibuild` imports it: lines of columns separated by tabs, of which the first
 * three are names, types, and the table's name with its key. https://learn.microsoft.com/windows/win32/msi/archive-file-format
 */
export interface MsiTable {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** The table's name, then the columns of its key. */
  readonly key: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

const lineEnd = '\r\n';

/** Reads a table. Throws if the MSI has none of that name. */
export function readTable(msi: string, name: string): MsiTable {
  const text = execFileSync('msiinfo', ['export', msi, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [columns = [], types = [], key = [], ...rows] = text
    .split(lineEnd)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return { columns, types, key, rows: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? '']))) };
}

/** Puts tables into an MSI, in place of those that it has. */
export function writeTables(msi: string, tables: readonly MsiTable[], folder: string): void {
  const files = tables.map(({ columns, types, key, rows }) => {
    const file = join(folder, `${key[0] ?? ''}.idt`);
    const lines = [columns, types, key, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
    writeFileSync(file, lines.map((line) => line.join('\t') + lineEnd).join(''));
    return file;
  });
  execFileSync('msibuild', [msi, ...files.flatMap((file) => ['-i', file])], { stdio: ['ignore', 'ignore', 'pipe'] });
}
