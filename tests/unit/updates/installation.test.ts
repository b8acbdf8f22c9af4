import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { findInstallation } from '../../../electron/updates/installation.ts';
import type { RunningApp } from '../../../electron/updates/running-app.ts';
import { nsisKey } from '../../../electron/updates/installation-windows.ts';
import { canMount, mountSmallDisk } from '../../support/small-disk.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-installation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}
const find = (app: Partial<RunningApp>, platform: NodeJS.Platform) =>
  findInstallation({ isPackaged: true, executable: '', env: {}, ...app }, platform);

it('what runs from a developer’s folder, or from a place that cannot be read, is no installation', async () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    expect(await find({ isPackaged: false, executable: process.execPath }, platform)).toEqual({ kind: 'none' });
    expect(await find({ executable: path.join(folder, 'gone') }, platform)).toEqual({ kind: 'none' });
  }
});

it.skipIf(process.platform === 'win32')(
  'an AppImage of a person’s own updates itself, and only if this program runs from its mount',
  async () => {
    const image = make('Causeway.AppImage');
    const executable = make('mount/causeway');
    const env = { APPIMAGE: image, APPDIR: path.join(folder, 'mount') };
    expect(await find({ executable, env }, 'linux')).toEqual({ kind: 'own', image });
    // Started from a terminal that is an AppImage itself: the variables are the terminal's
    const other = make('usr/causeway');
    const inherited = await find({ executable: other, env }, 'linux');
    expect(inherited).not.toMatchObject({ kind: 'own' });
    expect(await find({ executable, env: { ...env, APPDIR: '/' + '../'.repeat(3) } }, 'linux')).toMatchObject({ kind: 'own' });
    expect(await find({ executable, env: { ...env, APPIMAGE: 'Causeway.AppImage' } }, 'linux')).not.toMatchObject({ kind: 'own' });
    const link = path.join(folder, 'link.AppImage');
    symlinkSync(image, link);
    expect(await find({ executable, env: { ...env, APPIMAGE: link } }, 'linux')).toEqual({ kind: 'none' });
  },
);

it.runIf(canMount())('an AppImage that is another person’s, or lies where nothing may be written, is IT’s', async () => {
  const executable = make('mount/causeway');
  const byIt = { kind: 'computer', by: 'package-manager' };
  const kindOf = (image: string) => find({ executable, env: { APPIMAGE: image, APPDIR: path.join(folder, 'mount') } }, 'linux');
  const others = make('Others.AppImage');
  chownSync(others, 65_534, 65_534);
  expect(await kindOf(others)).toEqual(byIt);
  const disk = await mountSmallDisk(1);
  onTestFinished(() => disk.remove());
  const image = path.join(disk.folder, 'Causeway.AppImage');
  writeFileSync(image, '');
  expect(await kindOf(image)).toEqual({ kind: 'own', image });
  await disk.setReadOnly(true);
  expect(await kindOf(image)).toEqual(byIt);
});

it.runIf(process.platform === 'linux' && process.geteuid?.() === 0)('a program of root’s is the package manager’s', async () => {
  expect(await find({ executable: make('opt/Causeway/causeway') }, 'linux')).toEqual({ kind: 'computer', by: 'package-manager' });
});

it.skipIf(process.platform === 'win32')(
  'an app of a person’s own on a Mac updates itself, unless macOS runs it from a place of its own',
  async () => {
    const executable = make('Applications/Causeway.app/Contents/MacOS/Causeway');
    expect(await find({ executable }, 'darwin')).toEqual({ kind: 'own', image: null });
    const moved = make('AppTranslocation/1/d/Causeway.app/Contents/MacOS/Causeway');
    expect(await find({ executable: moved }, 'darwin')).toEqual({ kind: 'none' });
  },
);

it('the key in which the installer of Windows notes its folder is the one that electron-builder makes of the app’s id', () => {
  const id = /^appId: (\S+)$/m.exec(readFileSync('electron-builder.yml', 'utf8'))?.[1] ?? '';
  // UUID v5 (RFC 9562) in the namespace of electron-builder (`ELECTRON_BUILDER_NS_UUID`)
  const bytes = createHash('sha1').update(Buffer.from('50e065bc313411e69bab38c9862bdaf3', 'hex')).update(id).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const name = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  expect(nsisKey).toBe(`Software\\${name}`);
});
