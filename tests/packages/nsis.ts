import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';

/** What electron-builder puts into its NSIS script by our configuration, made by its own code. */

const lib = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));

interface Generator {
  build(): string;
  include(file: string): void;
  insertMacro(name: string, parameters: string): void;
  macro(name: string, lines: readonly string[]): void;
}
interface Languages {
  readonly langs: readonly string[];
}
const callable = z.custom<(...args: unknown[]) => unknown>((value) => typeof value === 'function');
const langModule = z.object({
  LangConfigurator: z.custom<new (options: { installerLanguages: readonly string[] }) => Languages>((value) => typeof value === 'function'),
  createAddLangsMacro: callable,
  addCustomMessageFileInclude: callable,
});
const generatorModule = z.object({ NsisScriptGenerator: z.custom<new () => Generator>((value) => typeof value === 'function') });

/** A line of electron-builder.yml by its key, below `nsis` or `fileAssociations`. */
function configured(key: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../electron-builder.yml'), 'utf8');
  const found = new RegExp(`^[ -]+${key}: (.*)$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`electron-builder.yml has no ${key}`);
  return found;
}

/** Below `name`, which says what kind of file the association is for. */
const association = (): { name: string; description: string } => ({ name: 'Causeway profile', description: configured('description') });

/** Writes electron-builder's words and languages, and its registration of our files as the macro `associates`. */
export async function writeGeneratedScript(folder: string): Promise<string> {
  const lang = langModule.parse(lib('app-builder-lib/out/targets/nsis/nsisLang.js'));
  const { NsisScriptGenerator } = generatorModule.parse(lib('app-builder-lib/out/targets/nsis/nsisScriptGenerator.js'));
  const installerLanguages = configured('installerLanguages').replaceAll(/[[\]]/g, '').split(', ');
  const languages = new lang.LangConfigurator({ installerLanguages });
  const script = new NsisScriptGenerator();
  lang.createAddLangsMacro(script, languages);
  const words = join(folder, 'messages.nsh');
  await lang.addCustomMessageFileInclude('messages.yml', { getTempFile: () => Promise.resolve(words) }, script, languages);
  script.include(join(lib.resolve('app-builder-lib/package.json'), '../templates/nsis/include/FileAssociation.nsh'));
  const { name, description } = association();
  script.macro('associates', [
    `!insertmacro APP_ASSOCIATE "causeway" "${name}" "${description}" "$appExe,0" "Open with Causeway" "$appExe $\\"%1$\\""`,
  ]);
  const file = join(folder, 'generated.nsh');
  writeFileSync(file, script.build());
  return file;
}
