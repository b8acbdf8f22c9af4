import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msiDocument, type MsiContents } from './document.ts';
import { completedTables } from './completed-tables.ts';
import { readTable, writeTables } from './tables.ts';

/**
 * Makes the MSI of a packed layout, from what is tested to what ships. Needs wixl, msiinfo and msibuild, which run on Linux.
 * It is not signed.
 *
 * @param file where it is put
 */
export function makeMsi(contents: Omit<MsiContents, 'from'>, file: string): void {
  const { version, arch } = contents;
  const work = mkdtempSync(join(tmpdir(), 'causeway-msi-'));
  try {
    const document = join(work, 'causeway.wxs');
    writeFileSync(document, msiDocument({ ...contents, from: work }));
    // wixl knows no arm64. Nothing in the tables differs; the template in the summary does
    execFileSync('wixl', ['--arch', 'x64', '--output', file, document], { stdio: ['ignore', 'ignore', 'pipe'] });
    writeTables(
      file,
      completedTables((name) => readTable(file, name)),
      work,
    );
    if (arch === 'arm64')
      execFileSync('msibuild', [file, '-s', `Causeway ${version} (arm64)`, 'Causeway contributors', 'Arm64;1033'], { stdio: 'pipe' });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
