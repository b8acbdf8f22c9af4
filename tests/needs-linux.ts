import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a test uses that there is on Linux only: Debian's Chromium and its double of Electron, its keychain, its small disks and networks. */
const linuxOnly =
  /from '(\.\.\/)+(electron-double|screens|chromium|support\/(keyring|screen-reader|small-disk)|peers)\b|vi\.mock\('electron'/;

/** The tests that need Linux, by their files, as paths from the project's folder. */
export function needsLinux(root: string): string[] {
  return ['unit', 'integration', 'security'].flatMap((kind) =>
    readdirSync(join(root, 'tests', kind), { recursive: true, encoding: 'utf8' })
      .map((name) => `tests/${kind}/${name.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.test.ts') && linuxOnly.test(readFileSync(join(root, file), 'utf8'))),
  );
}
