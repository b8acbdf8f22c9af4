import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceOf, parts } from './native-recipe.ts';
import { readNative } from './native-pins.ts';
import type { Target } from './targets.ts';

/** What `resources/native` of a package holds, compared with `native.json` and the recipe. */

/** Files by their path in the folder; with their SHA-256 where it is pinned and nothing signs them afterwards. */
function expected({ platform, arch }: Target, isSigned: boolean): Map<string, string | null> {
  const files = new Map<string, string | null>();
  for (const component of readNative().components) {
    if (component.platform !== platform || (component.arch ?? arch) !== arch) continue;
    if (component.how === 'built')
      for (const { name, sha256 } of component.files) files.set(name, isSigned && /\.(exe|dll)$/.test(name) ? null : sha256);
    if (component.how === 'fetch') {
      for (const { to } of component.files ?? []) files.set(to, null);
      if (component.licence !== undefined) files.set(`licences/${component.name}.txt`, null);
    }
  }
  if (platform === 'linux') for (const name of ['openconnect', 'libopenconnect.so.5']) files.set(name, null);
  if (platform === 'darwin') for (const name of ['openconnect', 'libopenconnect.5.dylib']) files.set(name, null);
  if (platform !== 'win32')
    for (const part of parts.filter(({ only }) => only?.includes(platform) ?? true)) files.set(licenceOf(part), null);
  const ending = platform === 'win32' ? '.exe' : '';
  const others = [`causeway${ending}`, `causeway-helper${ending}`, 'licences/node.txt', 'command-line/node_modules/koffi/LICENSE.txt'];
  for (const name of [...others, 'command-line/node_modules/keytar/LICENSE.md']) files.set(name, null);
  return files;
}

/**
 * What is missing or not as pinned, in sentences.
 *
 * @param isSigned programs and libraries have been signed, which changes them
 */
export function wrongNatives(folder: string, target: Target, isSigned = false): string[] {
  return [...expected(target, isSigned)].flatMap(([name, sha256]) => {
    const file = join(folder, name);
    if (!existsSync(file)) return [`resources/native lacks ${name}`];
    if (sha256 === null) return [];
    const found = createHash('sha256').update(readFileSync(file)).digest('hex');
    return found === sha256 ? [] : [`resources/native/${name} does not match its pin: ${found} instead of ${sha256}`];
  });
}
