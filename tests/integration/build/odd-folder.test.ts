import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const tsx = ['--import', import.meta.resolve('tsx')];

/** A folder whose name means something else in an address, to a shell and to tools that build. */
function oddFolder(): string {
  const base = mkdtempSync(join(tmpdir(), 'cw-odd-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const folder = join(base, 'Méi Chan #1 %20');
  mkdirSync(folder);
  return folder;
}

describe('in a folder of an odd name', () => {
  test.skipIf(process.platform !== 'linux')('Electron’s double starts a program in a folder with an unusual name', async () => {
    const folder = oddFolder();
    for (const part of ['tests/electron-double', 'dist/electron-double.cjs'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const main = "import { app } from 'electron';\nconsole.log(app.getName());\napp.exit(0);\n";
    writeFileSync(join(folder, 'main.mjs'), main);
    const { stdout } = await run(join(folder, 'tests/electron-double/electron'), [join(folder, 'main.mjs')]);
    expect(stdout.trim()).not.toBe('');
  });

  test('tools that cannot handle the folder’s name get a link to it, which is removed with the process', async () => {
    const folder = oddFolder();
    writeFileSync(join(folder, 'here.txt'), '');
    const script = join(folder, 'link.ts');
    const from = JSON.stringify(join(root, 'build/vite-safe-folder.ts'));
    writeFileSync(
      script,
      `import { existsSync } from 'node:fs';\nimport { join } from 'node:path';\nimport { viteSafeFolder } from ${from};\nconst folder = viteSafeFolder();\nconsole.log(folder, existsSync(join(folder, 'here.txt')));\n`,
    );
    const [name = '', isThere] = (await run(process.execPath, [...tsx, script], { cwd: folder })).stdout.trim().split(' ');
    expect(isThere).toBe('true');
    expect(name).not.toMatch(/[#%]/);
    expect(existsSync(name)).toBe(false);
    expect(readdirSync(folder)).toContain('here.txt');
  });
});
