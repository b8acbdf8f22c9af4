import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { basesIn, fromPool, poolBases } from '../../../build/debian-pool.ts';

test('a Debian pool is the named one, or that of this computer’s package sources', () => {
  expect(poolBases('https://old.example/debian')).toEqual(['https://old.example/debian/']);
  const lines = [
    'Debian\thttps://a.example/debian/',
    'Debian\thttps://a.example/debian/',
    '\thttps://b.example/debian',
    'Others\thttps://c.example/apt/',
    'Debian\tmirror+file:/etc/apt/mirrors/debian.list/',
    '',
  ];
  const list = '# mirrors\nhttps://d.example/debian\tpriority:1\nhttps://e.example/debian/\n';
  expect(basesIn(lines.join('\n'), () => list)).toEqual(['a', 'b', 'd', 'e'].map((name) => `https://${name}.example/debian/`));
});

test.skipIf(process.platform !== 'linux')(
  'a pool file must match its pin, comes from the first pool that has it, and is cached',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pool-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const at = 'pool/main/x/x_1.orig.tar.gz';
    for (const [name, text] of [
      ['false', 'evil'],
      ['right', 'source'],
    ] as const) {
      mkdirSync(join(folder, name, 'pool/main/x'), { recursive: true });
      writeFileSync(join(folder, name, at), text);
    }
    const pool = (name: string) => `file://${join(folder, name)}/`;
    const file = { name: 'x', at, sha256: createHash('sha256').update('source').digest('hex') };
    const kept = join(folder, 'kept');
    await expect(fromPool(file, [pool('absent'), pool('false')], kept)).rejects.toThrow(/no package source has a pool\/main\/x/);
    expect(existsSync(join(kept, file.sha256))).toBe(false);
    expect(readFileSync(await fromPool(file, [pool('absent'), pool('false'), pool('right')], kept), 'utf8')).toBe('source');
    expect(readFileSync(await fromPool(file, [], kept), 'utf8')).toBe('source');
    await expect(fromPool({ ...file, sha256: '0'.repeat(64) }, [], kept)).rejects.toThrow(/--pool URL/);
  },
);
