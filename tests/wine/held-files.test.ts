import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { WindowsNode } from './windows-node.ts';
import { missingForWine } from './wine.ts';

const missing = missingForWine();
const triedSchema = z.object({ once: z.string(), forEver: z.string(), released: z.string() });
const foundSchema = z.object({
  renamed: triedSchema,
  replaced: triedSchema,
  removed: triedSchema,
  files: z.array(z.string()),
  under: z.string(),
  notices: z.array(z.string()),
  settings: z.boolean(),
});

describe.skipIf(missing !== null)('files that somebody holds on Windows without sharing them', { timeout: 120_000 }, () => {
  let windows: WindowsNode;
  beforeAll(async () => {
    windows = await WindowsNode.start();
    // What Node finds under that name where there is no Electron: the settings want nothing of it
    const electron = windows.wine.path('app/node_modules/electron');
    mkdirSync(electron, { recursive: true });
    writeFileSync(join(electron, 'index.js'), "module.exports = '';\n");
  }, 300_000);
  afterAll(() => windows.stop());

  test('files locked on Windows are renamed, replaced and removed once they are free, and a longer lock is reported', async () => {
    const { code, out } = await windows.run(await windows.bundle('held-files-child.ts'));
    expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' });
    const found = foundSchema.parse(JSON.parse(out));
    for (const tried of [found.renamed, found.replaced, found.removed]) {
      expect(['EPERM', 'EBUSY', 'EACCES']).toContain(tried.once);
      expect(['EPERM', 'EBUSY', 'EACCES']).toContain(tried.forEver);
      expect(tried.released).toBe('done');
    }
    expect(found.files).not.toContain('from');
    expect(found.files).not.toContain('removed');
    expect(found.files).toEqual(expect.arrayContaining(['settings.json', 'to', 'under']));
    expect(found.under).toBe('over');
    // Settings that could not be written for a while are told once, and are there when they can be
    expect(found.notices).toEqual(['settings-unwritable']);
    expect(found.settings).toBe(true);
  });
});
