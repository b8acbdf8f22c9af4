import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { languages } from '../../shared/messages/languages.ts';
import { controlFile, type DebFields } from './control.ts';
import { manualFolder, manualPage } from './manual.ts';

/** What a deb is made of. */
export interface DebContents extends Omit<DebFields, 'kibibytes'> {
  /** The folder that electron-builder packed: `linux-unpacked`. */
  layout: string;
  /** `none` is for tests. */
  compression: 'xz' | 'none';
}

const here = import.meta.dirname;
const services = join(here, '..', 'services');

/** Where the parts beside the layout go, and where they come from. */
const parts: Readonly<Record<string, string>> = {
  'opt/Causeway/resources/apparmor-profile': join(here, 'apparmor-profile'),
  'usr/lib/systemd/system/causeway-helper.service': join(services, 'causeway-helper.service'),
  'usr/lib/sysusers.d/causeway-vpn.conf': join(services, 'causeway-vpn.conf'),
  'usr/share/polkit-1/actions/org.causeway.helper.policy': join(services, 'org.causeway.helper.policy'),
  'usr/share/applications/causeway.desktop': join(here, 'causeway.desktop'),
  'usr/share/mime/packages/causeway.xml': join(here, 'causeway.xml'),
  'usr/share/icons/hicolor/512x512/apps/causeway.png': join(here, '..', 'icons', 'icon.png'),
  'usr/share/doc/causeway/copyright': join(here, 'copyright'),
  'usr/share/lintian/overrides/causeway': join(here, 'lintian-overrides'),
};
const scripts = ['postinst', 'prerm', 'postrm'] as const;

/**
 * Makes the deb of a packed layout with Debian's own dpkg-deb. It never updates itself.
 *
 * @param file where it is put
 */
export function makeDeb({ layout, compression, ...fields }: DebContents, file: string): void {
  const root = mkdtempSync(join(tmpdir(), 'causeway-deb-'));
  try {
    cpSync(layout, join(root, 'opt/Causeway'), { recursive: true, verbatimSymlinks: true });
    for (const [to, from] of Object.entries(parts)) put(root, to, readFileSync(from));
    for (const language of languages)
      put(root, `usr/share/man/${manualFolder[language]}/causeway.1.gz`, gzipSync(manualPage(language), { level: 9 }));
    const { version, maintainer } = fields;
    const changelog = `causeway (${version}) stable; urgency=medium\n\n  * What is new: ${fields.homepage}\n\n -- ${maintainer}  ${date()}\n`;
    put(root, 'usr/share/doc/causeway/changelog.gz', gzipSync(changelog, { level: 9 }));
    // In a terminal it is the command line. The desktop's entry names the app by its path
    mkdirSync(join(root, 'usr/bin'));
    symlinkSync('/opt/Causeway/resources/native/causeway', join(root, 'usr/bin/causeway'));
    const files = filesBelow(root);
    for (const path of files) chmodSync(join(root, path), modeOf(join(root, path)));
    const bytes = files.reduce((sum, path) => sum + statSync(join(root, path)).size, 0);
    put(root, 'DEBIAN/control', controlFile({ ...fields, kibibytes: Math.ceil(bytes / 1024) }));
    put(root, 'DEBIAN/md5sums', files.map((path) => `${md5(join(root, path))}  ${path}\n`).join(''));
    for (const name of scripts) {
      copyFileSync(join(here, name), join(root, 'DEBIAN', name));
      chmodSync(join(root, 'DEBIAN', name), 0o755);
    }
    chmodSync(root, 0o755);
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', root, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function put(root: string, to: string, content: string | Buffer): void {
  mkdirSync(join(root, dirname(to)), { recursive: true });
  writeFileSync(join(root, to), content, { mode: 0o644 });
}

/** Regular files, by their paths below a folder. */
const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

/** Programs may be run; libraries and everything else are only read (Debian Policy, 10.9). */
function modeOf(path: string): number {
  const isProgram = (statSync(path).mode & 0o111) !== 0 && !/\.so(\.\d+)*$/.test(path);
  return isProgram ? 0o755 : 0o644;
}

const md5 = (path: string): string => createHash('md5').update(readFileSync(path)).digest('hex');

/** As Debian's changelogs have it, from the sources' own date if it is given (`SOURCE_DATE_EPOCH`). */
function date(): string {
  const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? Math.floor(Date.now() / 1000));
  return new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
}
