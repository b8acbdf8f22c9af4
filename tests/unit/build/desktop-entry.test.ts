import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

test('the desktop entry has each key once', () => {
  const keys = readFileSync(join(root, 'build/deb/causeway.desktop'), 'utf8')
    .split('\n')
    .flatMap((line) => /^([^=]+)=/.exec(line)?.[1] ?? []);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  expect(keys).toContain('Comment[zh_MO]');
});

test('only the command itself says what starts it, and none of its parts', () => {
  const built = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.mjs'));
  expect(built.some((name) => name.startsWith('causeway-part-'))).toBe(true);
  expect(built.filter((name) => readFileSync(join(root, 'dist', name), 'latin1').startsWith('#!'))).toEqual(['causeway.mjs']);
});
