import { cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseTarget } from '../../../build/targets.ts';
import { wrongFuses } from '../../../build/release/fuses.ts';
import type { Package } from '../../../build/release/packed.ts';
import { wholeSize, wrongIn } from '../../packages/contents.ts';
import { standInForElectron } from '../../packages/stand-in.ts';

const target = parseTarget('linux-x64');
const elf = (machine: number): Buffer => {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
};
const keytar = 'node_modules/keytar/prebuilds/linux-x64/keytar.node';
const koffi = 'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node';
/** A package as it should be. */
const rightFiles = [
  ['package.json', '{}'],
  ...[
    'main.mjs',
    'main-part-pt-1A2B3C4D.mjs',
    'preload.cjs',
    'openconnect-worker.mjs',
    'openconnect-thread.mjs',
    'openconnect-part-a-1A2B3C4D.mjs',
    'stack.wasm',
  ].map((name) => [`dist/${name}`, '']),
  ...['index.html', 'assets/index-1a.js', 'assets/index-1a.css'].map((name) => [`dist/renderer/${name}`, '']),
  ['campuses/campus.test.json', '{}'],
  ['build/updates/updates.json', '{}'],
  ['build/icons/icon.png', ''],
  ['build/icons/tray/idle-dark@2x.png', ''],
  ...['package.json', 'LICENSE.md', 'lib/keytar.js'].map((name) => [`node_modules/keytar/${name}`, 'x']),
  ...['package.json', 'LICENSE.txt', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js'].map((name) => [
    `node_modules/koffi/${name}`,
    'x',
  ]),
  ...['package.json', 'index.js'].map((name) => [`node_modules/@koromix/koffi-linux-x64/${name}`, 'x']),
] as [string, string][];

describe('what the check of a package finds', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'causeway-package-test-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const packed = async (files: Record<string, string | Buffer> = {}, unpack = '*.node'): Promise<Package> => {
    const [from, resources] = [join(folder, 'app'), join(folder, 'resources')];
    for (const language of ['en-US', 'pt-BR', 'pt-PT', 'zh-CN', 'zh-TW']) {
      mkdirSync(join(folder, 'locales'), { recursive: true });
      writeFileSync(join(folder, 'locales', `${language}.pak`), '');
    }
    const all = { ...Object.fromEntries(rightFiles), [keytar]: elf(0x3e), [koffi]: elf(0x3e), ...files };
    for (const [name, content] of Object.entries(all)) {
      mkdirSync(dirname(join(from, name)), { recursive: true });
      writeFileSync(join(from, name), content);
    }
    mkdirSync(resources);
    const archive = join(resources, 'app.asar');
    await createPackageWithOptions(from, archive, { unpack });
    // asar 3.4.1 resolves before its stream has written the last file (lib/disk.js returns `out.end()`).
    await vi.waitFor(() => {
      expect(lstatSync(archive).size).toBe(wholeSize(archive));
    });
    return { target, executable: join(folder, 'electron'), resources };
  };

  test('the package check finds nothing in a correct package', async () => {
    expect(wrongIn(await packed())).toEqual([]);
  });

  test.each([
    ['a source map', 'dist/main.mjs.map'],
    ['the double', 'dist/electron-double.cjs'],
    ['a test', 'tests/unit/a.test.ts'],
    ['another module', 'node_modules/react/index.js'],
    ['another system’s library', 'node_modules/keytar/prebuilds/win32-x64/keytar.node'],
    ['a library for musl', 'node_modules/@koromix/koffi-linux-x64/musl_x64/koffi.node'],
    ['an install script', 'node_modules/keytar/script/install.js'],
  ])('the package check finds %s', async (_what, path) => {
    expect(wrongIn(await packed({ [path]: 'x' })).join('\n')).toContain(`${path}, which does not belong there`);
  });

  test('the package check finds a library for another processor under the right name', async () => {
    expect(wrongIn(await packed({ [koffi]: elf(0xb7) }))).toEqual([`${koffi} is not for linux-x64`]);
  });

  test('the package check finds a library that stayed in the archive, and one that is missing', async () => {
    expect(wrongIn(await packed({}, 'none')).join('\n')).toContain(`${keytar} is in the archive`);
    rmSync(join(folder, 'resources'), { recursive: true });
    const made = await packed();
    rmSync(join(made.resources, 'app.asar.unpacked', koffi));
    expect(wrongIn(made)).toEqual([`app.asar.unpacked lacks ${koffi}`]);
  });

  test('the package check finds a language that is missing', async () => {
    const made = await packed();
    rmSync(join(folder, 'locales/pt-BR.pak'));
    expect(wrongIn(made)).toEqual(['its languages are en-US.pak, pt-PT.pak, zh-CN.pak, zh-TW.pak']);
  });

  test('the package check finds a truncated archive', async () => {
    const made = await packed();
    const archive = join(made.resources, 'app.asar');
    truncateSync(archive, readFileSync(archive).length - 1);
    expect(wrongIn(made).join('\n')).toMatch(/^app\.asar is cut short: \d+ of \d+ bytes$/);
  });

  test('the package check finds Electron’s default app beside ours', async () => {
    const made = await packed();
    cpSync(join(made.resources, 'app.asar'), join(made.resources, 'default_app.asar'));
    expect(wrongIn(made)).toEqual(['resources holds default_app.asar']);
  });

  test('the package check finds a fuse that differs from the configuration', async () => {
    standInForElectron(folder, target);
    const executable = join(folder, 'electron');
    const made = { target, executable, resources: folder };
    const right = {
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    } as const;
    expect(await wrongFuses(made)).toHaveLength(7);
    await flipFuses(executable, right);
    expect(await wrongFuses(made)).toEqual([]);
    await flipFuses(executable, { ...right, [FuseV1Options.RunAsNode]: true });
    expect(await wrongFuses(made)).toEqual(['the fuse RunAsNode is 49, and not off']);
  });
});
