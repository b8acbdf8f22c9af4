import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import type { Target } from '../../build/targets.ts';

/**
 * What stands in for the folder of Electron that electron-builder packs an app into: the files that it renames, edits and
 * removes, with the fuse wire in the executable. On Linux its executable runs the packed app on the double.
 */

/** As Electron 45 ships it (`build/fuses/fuses.json5`): version 1, nine fuses. */
const fuseWire = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('101100011')]);

/** Ours and one more, to see that only ours stay: names of Windows and Linux, and of macOS. */
const languages = {
  pak: ['en-US', 'zh-TW', 'zh-CN', 'pt-PT', 'pt-BR', 'de'],
  lproj: ['en', 'zh_TW', 'zh_CN', 'pt_PT', 'pt_BR', 'de'],
};

/** Fills a folder for electron-builder's `electronDist`. */
export function standInForElectron(folder: string, target: Target): void {
  mkdirSync(folder, { recursive: true });
  if (target.platform === 'darwin') macApp(join(folder, 'Electron.app', 'Contents'));
  else {
    mkdirSync(join(folder, 'locales'));
    for (const language of languages.pak) writeFileSync(join(folder, 'locales', `${language}.pak`), '');
    mkdirSync(join(folder, 'resources'));
    if (target.platform === 'win32') writeFileSync(join(folder, 'electron.exe'), windowsExecutable(target));
    else writeFileSync(join(folder, 'electron'), linuxExecutable(), { mode: 0o755 });
  }
}

/** Runs `packed-app.mjs` with Node; the wire stands in a comment. */
function linuxExecutable(): Buffer {
  const run = resolve(import.meta.dirname, 'packed-app.mjs');
  return Buffer.concat([
    Buffer.from('#!/bin/sh\n# '),
    fuseWire,
    Buffer.from(`\nexec '${process.execPath}' '${run}' "$(readlink -f "$0")" "$@"\n`),
  ]);
}

/** An executable with nothing in it but a version, which electron-builder edits, and the wire. */
function windowsExecutable({ arch }: Target): Buffer {
  const executable = NtExecutable.createEmpty(false, false);
  // IMAGE_FILE_MACHINE_ARM64
  if (arch === 'arm64') executable.newHeader.fileHeader.machine = 0xaa64;
  const resources = NtExecutableResource.from(executable);
  const version = Resource.VersionInfo.createEmpty();
  version.setFileVersion(45, 0, 0, 0, 1033);
  version.setStringValues({ lang: 1033, codepage: 1200 }, { FileDescription: 'Electron', ProductName: 'Electron' });
  version.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  executable.setExtraData(new Uint8Array(fuseWire).buffer);
  return Buffer.from(executable.generate());
}

function macApp(contents: string): void {
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(join(contents, path, '..'), { recursive: true });
    writeFileSync(join(contents, path), content);
  };
  put('Info.plist', plist('Electron'));
  put('MacOS/Electron', '');
  put('Resources/electron.icns', '');
  const framework = 'Frameworks/Electron Framework.framework';
  put(`${framework}/Electron Framework`, fuseWire);
  for (const kind of ['', ' (Renderer)', ' (GPU)', ' (Plugin)']) {
    put(`Frameworks/Electron Helper${kind}.app/Contents/Info.plist`, plist(`Electron Helper${kind}`));
    put(`Frameworks/Electron Helper${kind}.app/Contents/MacOS/Electron Helper${kind}`, '');
  }
  for (const language of languages.lproj)
    for (const place of ['Resources', `${framework}/Versions/A/Resources`]) put(`${place}/${language}.lproj/locale.pak`, '');
}

const plist = (name: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>${name}</string><key>CFBundleName</key><string>${name}</string></dict></plist>
`;
