/** Which languages Causeway speaks, and which of them fits a computer. */

/** The languages that have a catalogue, in the order in which Settings offers them. */
export const languages = ['en', 'pt', 'zh-Hant'] as const;
export type Language = (typeof languages)[number];
/** `system` follows the operating system. */
export type LanguageSetting = Language | 'system';

/** Each language by its own name: somebody who cannot read the others finds theirs. */
export const languageNames: Readonly<Record<Language, string>> = { 'en': 'English', 'pt': 'Português', 'zh-Hant': '繁體中文' };

/** A language, and how it is written on this computer. */
export interface SpokenLanguage {
  language: Language;
  /** BCP 47: the sentences' own language and region. For `lang`, plurals, units and lists. */
  locale: string;
  /** BCP 47: whose dates, times and numbers people here are used to. A reader of `pt-BR` gets ours in `pt`, with dates of their own. */
  dates: string;
}

/** The language of somebody whose language has no catalogue. */
const fallback: Language = 'en';

/** Where a catalogue's own words were written, if the computer does not say. English has no region of its own. */
const home: Readonly<Record<Language, string>> = { 'en': 'en', 'pt': 'pt-PT', 'zh-Hant': 'zh-Hant-MO' };

/**
 * The catalogue for each language and script, after likely subtags were added (`zh-TW` is `zh-Hant-TW`, `zh-CN` is
 * `zh-Hans-CN`). Cantonese, Min Nan, Hakka and literary Chinese are written like Chinese (glibc has locales for them), and
 * readers of simplified characters are nearer to the traditional ones than to English.
 */
const catalogueOf: Readonly<Record<string, Language>> = {
  'en-Latn': 'en',
  'pt-Latn': 'pt',
  'zh-Hant': 'zh-Hant',
  'zh-Hans': 'zh-Hant',
  'yue-Hant': 'zh-Hant',
  'yue-Hans': 'zh-Hant',
  'nan-Hant': 'zh-Hant',
  'hak-Hant': 'zh-Hant',
  'lzh-Hant': 'zh-Hant',
};

/** The catalogue that fits a BCP 47 tag, and how it is written for it. Null: none does, or it is no such tag. Never throws. */
function spokenFor(given: string): SpokenLanguage | null {
  // `zh-yue-HK` is `yue-HK` (RFC 5646, 4.5). Intl takes only the latter
  const tag = given.replace(/^zh-(?=[a-z]{3}(?:-|$))/i, '');
  let full: Intl.Locale;
  try {
    full = new Intl.Locale(tag).maximize();
  } catch {
    return null;
  }
  const key = `${full.language}-${full.script ?? ''}`;
  const language = Object.hasOwn(catalogueOf, key) ? catalogueOf[key] : undefined;
  if (language === undefined) return null;
  // For one that it has no dates of, such as `und-MO`, Intl would take those of the process
  const known = Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0 ? tag : null;
  const locale = localeOf(language, known, full);
  return { language, locale, dates: known ?? locale };
}

/** The region counts where it changes no word of ours: in English, and in Chinese of the same characters. */
function localeOf(language: Language, tag: string | null, { script, region }: Intl.Locale): string {
  if (language === 'en') return tag ?? home.en;
  return script === 'Hant' && region !== undefined ? `zh-Hant-${region}` : home[language];
}

/**
 * Picks the language for a setting and the system's languages in order of preference, English if none fits. A chosen language
 * keeps the system's region where the system has that language too.
 */
export function chooseLanguage(setting: LanguageSetting, systemLanguages: readonly string[]): SpokenLanguage {
  const spoken = systemLanguages.flatMap((tag) => spokenFor(tag) ?? []);
  const language = setting === 'system' ? (spoken[0]?.language ?? fallback) : setting;
  const own = spoken.find((each) => each.language === language);
  return own ?? { language, locale: home[language], dates: home[language] };
}

/**
 * The languages that a terminal's environment names, as BCP 47 tags: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is
 * set (POSIX.1-2024, 8.2), before it GNU's list `LANGUAGE`, which counts unless that is `C`. Null: none is set.
 */
export function languagesOfEnvironment(env: Readonly<Record<string, string | undefined>>): string[] | null {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (locale === undefined) return null;
  const tag = tagOf(locale);
  if (tag === null) return [];
  return [...(env['LANGUAGE'] ?? '').split(':'), locale].flatMap((each) => tagOf(each) ?? []);
}

/** `pt_PT.UTF-8@euro` as `pt-PT`. Null for `C` and `POSIX`, which stand for no language. */
function tagOf(locale: string): string | null {
  const [name = ''] = locale.replaceAll('_', '-').split(/[.@]/, 1);
  return name === '' || name === 'C' || name === 'POSIX' ? null : name;
}
