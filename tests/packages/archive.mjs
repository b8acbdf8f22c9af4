// The app's archive as Electron reads it: files by their place in it, and beside it what cannot be loaded from an archive.
import { closeSync, copyFileSync, mkdirSync, openSync, readSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import asar from '@electron/asar';

/**
 * @param {string} archive
 * @returns {{ path: string, size: number, unpacked: boolean, offset: number }[]} every file, and where its bytes begin
 */
export function filesOf(archive) {
  const { header, headerSize } = asar.getRawHeader(archive);
  const walk = (folder, at) =>
    Object.entries(folder.files).flatMap(([name, entry]) => {
      const file = at === '' ? name : `${at}/${name}`;
      if ('files' in entry) return walk(entry, file);
      return [{ path: file, size: entry.size, unpacked: entry.unpacked === true, offset: 8 + headerSize + Number(entry.offset ?? 0) }];
    });
  return walk(header, '');
}

/**
 * Lays an archive out as a folder, because Node reads no archives. A file that an archive cut short holds in part comes in
 * part, as in Electron on Linux, which checks no hash there (`readFileFromArchiveSync` in `lib/node/asar-fs-wrapper.ts`).
 *
 * @param {string} resources the package's folder with `app.asar` and `app.asar.unpacked`
 * @param {string} folder where to
 * @param {'link' | 'copy'} how what lies unpacked gets there
 */
export function layOut(resources, folder, how) {
  const archive = path.join(resources, 'app.asar');
  const bytes = openSync(archive, 'r');
  for (const { path: name, size, unpacked, offset } of filesOf(archive)) {
    const to = path.join(folder, name);
    mkdirSync(path.dirname(to), { recursive: true });
    const beside = path.join(`${archive}.unpacked`, name);
    if (unpacked && how === 'link') symlinkSync(beside, to);
    else if (unpacked) copyFileSync(beside, to);
    else {
      const content = Buffer.alloc(size);
      writeFileSync(to, content.subarray(0, readSync(bytes, content, 0, size, offset)));
    }
  }
  closeSync(bytes);
}
