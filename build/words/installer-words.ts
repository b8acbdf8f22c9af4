import type { Language } from '../../shared/messages/languages.ts';

/**
 * What Windows shows of an installation for everybody, in each language. The installer for one person has its words in
 * `build/nsis/words.nsh`, macOS in `build/macos/languages`, and Linux in `build/deb` and `build/services`.
 */
export const installerWords = {
  /** The kind of a `.causeway` file, in Explorer. */
  profileFile: { 'en': 'Causeway profile', 'pt': 'Perfil do Causeway', 'zh-Hant': 'Causeway 設定檔' },
  /** The kind of a `causeway://` link, where Windows asks which program opens it. */
  link: { 'en': 'Causeway link', 'pt': 'Link do Causeway', 'zh-Hant': 'Causeway 連結' },
  /** Of the shortcut in the Start menu. */
  description: {
    'en': 'Reach your campus from anywhere',
    'pt': 'Aceda ao seu campus a partir de qualquer lugar',
    'zh-Hant': '隨時隨地連線到校園',
  },
  /** Of the task that starts the service for system tunnels, in Task Scheduler. */
  service: {
    'en': 'Causeway service for system tunnels',
    'pt': 'Serviço auxiliar do Causeway para túneis do sistema',
    'zh-Hant': 'Causeway 輔助服務，供系統通道使用',
  },
  /** Why the MSI ends. */
  newerInstalled: {
    'en': 'A newer version of Causeway is installed already.',
    'pt': 'Já está instalada uma versão mais recente do Causeway.',
    'zh-Hant': '這部電腦已安裝較新版本的 Causeway。',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** A text in every language, one a line: where one text is shown to people of any. */
export const inEveryLanguage = (words: Readonly<Record<Language, string>>): string => Object.values(words).join('\r\n');
