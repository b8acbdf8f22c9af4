import type { CommandLineMessages } from '../../shared/messages/catalogue.ts';
import { chooseLanguage, type Language } from '../../shared/messages/languages.ts';
import { loadLocalizer, type Localizer } from '../../shared/messages/localizer.ts';

/** A language with the sentences of the command line, which the app does not load. */
export interface TerminalLocalizer extends Localizer {
  readonly commandLine: CommandLineMessages;
}

const loadCommandLine: Readonly<Record<Language, () => Promise<CommandLineMessages>>> = {
  'en': async () => (await import('../../shared/messages/en/command-line.ts')).commandLine,
  'pt': async () => (await import('../../shared/messages/pt/command-line.ts')).commandLine,
  'zh-Hant': async () => (await import('../../shared/messages/zh-Hant/command-line.ts')).commandLine,
};

/** Loads the language of a terminal, by the languages that its environment or system names. */
export async function terminalLocalizer(languages: readonly string[]): Promise<TerminalLocalizer> {
  const { language } = chooseLanguage('system', languages);
  const [localizer, commandLine] = await Promise.all([loadLocalizer(language, languages), loadCommandLine[language]()]);
  return { ...localizer, commandLine };
}
