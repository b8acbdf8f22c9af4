import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { atMost, sampleOf, type Part, type Row } from '../report.ts';

const kilobyte = 1000;

/** What the main window loads, as it is built: all its scripts, and everything. */
export function sizeBench(): Promise<Part> {
  const folder = 'dist/renderer';
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map(({ parentPath, name }) => ({ name, bytes: gzipSync(readFileSync(join(parentPath, name)), { level: 9 }).length }));
  const sum = (ending: RegExp): number =>
    sizes.filter(({ name }) => ending.test(name)).reduce((all, { bytes }) => all + bytes, 0) / kilobyte;
  const scripts = sum(/\.js$/);
  const rows: Row[] = [
    {
      what: 'JavaScript of the main window, gzip',
      unit: 'kB',
      samples: { Causeway: sampleOf([scripts]) },
      verdicts: [atMost(200, '≤ 200 kB', scripts, 'kB')],
    },
    { what: 'Its styles, gzip', unit: 'kB', samples: { Causeway: sampleOf([sum(/\.css$/)]) }, verdicts: [] },
  ];
  return Promise.resolve({ name: 'Size', rows });
}
