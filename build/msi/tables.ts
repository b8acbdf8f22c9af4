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

/** How a text's own ends of lines are written in the file. https://learn.microsoft.com/windows/win32/msi/ascii-data-in-text-archive-files */
const [writtenReturn, writtenLineFeed] = ['\x11', '\x19'];
const written = (text: string): string => text.replaceAll('\r', writtenReturn).replaceAll('\n', writtenLineFeed);

/** Reads a table. Throws if the MSI has none of that name. Texts must have one line: msiinfo 0.101 writes their ends of lines as they are. */
export function readTable(msi: string, name: string): MsiTable {
  const text = execFileSync('msiinfo', ['export', msi, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [columns = [], types = [], key = [], ...rows] = text
    .split(lineEnd)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return { columns, types, key, rows: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? '']))) };
}

/** UTF-8, as a code page of Windows. Without one, Windows reads an MSI's texts by the computer's own. */
const codepage = '65001';

/** Puts tables into an MSI, in place of those that it has. */
export function writeTables(msi: string, tables: readonly MsiTable[], folder: string): void {
  const files = tables.map(({ columns, types, key, rows }) => {
    const file = join(folder, `${key[0] ?? ''}.idt`);
    const lines = [columns, types, key, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
    writeFileSync(file, lines.map((line) => line.map(written).join('\t') + lineEnd).join(''));
    return file;
  });
  const forced = join(folder, '_ForceCodepage.idt');
  writeFileSync(forced, `${lineEnd}${lineEnd}${codepage}\t_ForceCodepage${lineEnd}`);
  files.unshift(forced);
  execFileSync('msibuild', [msi, ...files.flatMap((file) => ['-i', file])], { stdio: ['ignore', 'ignore', 'pipe'] });
}
