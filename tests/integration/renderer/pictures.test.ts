import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { compare } from '../../pictures/compare.ts';
import { drawThirty, references, thirty } from '../../pictures/thirty.ts';
import { useWindow } from '../../screens/use-window.ts';

/** Thirty screens as they were when somebody last looked at them: `npm run pictures -- --references` makes them anew. */

const { subject } = useWindow();
const folder = join(import.meta.dirname, '../../../out/pictures/differing');

/** This share of a picture may differ: a letter or two of another release of Chromium, not a word or a colour. */
const tolerance = 0.002;

test('thirty screens in three languages and themes look as they did when somebody last looked', async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const report: string[] = [];
  let count = 0;
  for await (const { name, drawn } of drawThirty(subject)) {
    count += 1;
    const { share, picture } = compare(await readFile(join(references, `${name}.png`)), drawn);
    if (share <= tolerance) continue;
    await writeFile(join(folder, `${name}.png`), picture);
    await writeFile(join(folder, `${name}.new.png`), drawn);
    report.push(`${name}: ${(share * 100).toFixed(2)} % of its pixels differ: out/pictures/differing/${name}.png`);
  }
  expect(report).toEqual([]);
  expect(count).toBe(30);
  expect(new Set(thirty.map(({ theme, language }) => `${theme} ${language}`)).size).toBe(9);
}, 60_000);

test('a changed word, a changed colour and another size are found in a picture', () => {
  const plain = new PNG({ width: 100, height: 100 });
  plain.data.fill(255);
  const changed = new PNG({ width: 100, height: 100 });
  changed.data.fill(255);
  for (let pixel = 0; pixel < 30; pixel += 1) changed.data[pixel * 4] = 0;
  const tinted = new PNG({ width: 100, height: 100 });
  tinted.data.fill(255);
  // Ten by ten pixels of another tint, whose edge counts as an edge
  for (let pixel = 0; pixel < 100; pixel += 1) tinted.data[((20 + Math.floor(pixel / 10)) * 100 + 20 + (pixel % 10)) * 4] = 240;
  const smaller = PNG.sync.write(new PNG({ width: 99, height: 100 }));
  const wanted = PNG.sync.write(plain);
  expect(compare(wanted, wanted).share).toBe(0);
  expect(compare(wanted, PNG.sync.write(changed)).share).toBe(0.003);
  expect(compare(wanted, PNG.sync.write(tinted)).share).toBe(0.0064);
  expect(compare(wanted, smaller).share).toBe(1);
});
