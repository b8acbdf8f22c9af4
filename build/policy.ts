import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as prettier from 'prettier';
import { policy as english } from '../shared/messages/en/policy.ts';
import { policy as portuguese } from '../shared/messages/pt/policy.ts';
import { policy as chinese } from '../shared/messages/zh-Hant/policy.ts';
import { adml, admx } from './policy/admx.ts';
import { jsonSchema, sample, withKeys } from './policy/documents.ts';
import { mobileconfig, preferenceManifest } from './policy/macos.ts';

/**
 * `npm run policy` writes every template and document of the policy from its one schema (`shared/policy/`). With `--check` it
 * compares them and names those that differ.
 */
const folder = path.join(import.meta.dirname, '..');
const read = (file: string): string => {
  try {
    return readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return '';
  }
};

/** Every file, by its path in the repository. The languages have the names of Windows's own folders. */
export async function policyDocuments(): Promise<ReadonlyMap<string, string>> {
  const formatted = async (file: string, text: string): Promise<string> => {
    const options = await prettier.resolveConfig(path.join(folder, file));
    return prettier.format(text, { ...options, filepath: file });
  };
  return new Map([
    ['policies/windows/Causeway.admx', admx()],
    ['policies/windows/en-US/Causeway.adml', adml(english)],
    ['policies/windows/zh-TW/Causeway.adml', adml(chinese)],
    ['policies/windows/pt-PT/Causeway.adml', adml(portuguese)],
    ['policies/macos/causeway.mobileconfig', mobileconfig()],
    ['policies/macos/org.causeway.client.plist', preferenceManifest()],
    ['policies/linux/policy.schema.json', await formatted('policies/linux/policy.schema.json', jsonSchema())],
    ['policies/linux/policy.json', await formatted('policies/linux/policy.json', sample())],
    ['docs/policy.md', await formatted('docs/policy.md', withKeys(read('docs/policy.md')))],
  ]);
}

/** The files that are not as the schema makes them. */
export async function differing(): Promise<string[]> {
  return [...(await policyDocuments())].filter(([file, text]) => read(file) !== text).map(([file]) => file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = await differing();
  const documents = await policyDocuments();
  if (process.argv.includes('--check')) {
    for (const file of files) console.error(`${file} is not as the schema of the policy makes it: run npm run policy`);
    process.exitCode = files.length > 0 ? 1 : 0;
  } else
    for (const file of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), documents.get(file) ?? '');
      console.log(`wrote ${file}`);
    }
}
