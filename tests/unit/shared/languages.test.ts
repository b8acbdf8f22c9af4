import { describe, expect, test } from 'vitest';
import { chooseLanguage, languagesOfEnvironment, type LanguageSetting } from '../../../shared/messages/languages.ts';
import { createLocalizer, loadLocalizer } from '../../../shared/messages/localizer.ts';
import { en } from '../../../shared/messages/en.ts';

/** The system's languages, what is spoken, and whose dates. */
type Row = readonly [system: readonly string[], locale: string, dates: string];

describe('the language of a computer', () => {
  test.each<Row>([
    [['zh-Hant-MO'], 'zh-Hant-MO', 'zh-Hant-MO'],
    [['zh-Hant-HK'], 'zh-Hant-HK', 'zh-Hant-HK'],
    [['zh-Hant-TW'], 'zh-Hant-TW', 'zh-Hant-TW'],
    [['zh-MO'], 'zh-Hant-MO', 'zh-MO'],
    [['zh-HK'], 'zh-Hant-HK', 'zh-HK'],
    [['zh-TW'], 'zh-Hant-TW', 'zh-TW'],
    [['zh-Hant'], 'zh-Hant-TW', 'zh-Hant'],
    [['yue-Hant-HK'], 'zh-Hant-HK', 'yue-Hant-HK'],
    [['yue'], 'zh-Hant-HK', 'yue'],
    [['zh-yue'], 'zh-Hant-HK', 'yue'],
    [['zh-yue-Hant-HK'], 'zh-Hant-HK', 'yue-Hant-HK'],
    [['zh-cmn-Hant-TW'], 'zh-Hant-TW', 'cmn-Hant-TW'],
    [['nan-TW'], 'zh-Hant-TW', 'zh-Hant-TW'],
    [['und-MO'], 'zh-Hant-MO', 'zh-Hant-MO'],
    [['und'], 'en', 'en'],
    [['zh-CN'], 'zh-Hant-MO', 'zh-CN'],
    [['zh-Hans'], 'zh-Hant-MO', 'zh-Hans'],
    [['zh-Hans-MO'], 'zh-Hant-MO', 'zh-Hans-MO'],
    [['zh-SG'], 'zh-Hant-MO', 'zh-SG'],
    [['zh'], 'zh-Hant-MO', 'zh'],
    [['pt-PT'], 'pt-PT', 'pt-PT'],
    [['pt'], 'pt-PT', 'pt'],
    [['pt-MO'], 'pt-PT', 'pt-MO'],
    [['pt-BR'], 'pt-PT', 'pt-BR'],
    [['PT-br'], 'pt-PT', 'PT-br'],
    [['en-GB'], 'en-GB', 'en-GB'],
    [['en'], 'en', 'en'],
    [['fr-FR', 'pt-BR', 'en-US'], 'pt-PT', 'pt-BR'],
    [['en-US', 'zh-Hant-MO'], 'en-US', 'en-US'],
    [['fr-FR'], 'en', 'en'],
    [['pts', 'zhx'], 'en', 'en'],
    [['zh-Latn'], 'en', 'en'],
    [[], 'en', 'en'],
  ])('%j is spoken to as %s with the dates of %s', (system, locale, dates) => {
    expect(chooseLanguage('system', system)).toMatchObject({ locale, dates });
  });

  test.each<readonly [LanguageSetting, readonly string[], string]>([
    ['zh-Hant', ['en-GB'], 'zh-Hant-MO'],
    ['zh-Hant', ['en-GB', 'zh-Hant-HK'], 'zh-Hant-HK'],
    ['pt', ['zh-Hant-MO'], 'pt-PT'],
    ['en', ['fr-FR', 'en-AU'], 'en-AU'],
    ['en', ['zh-TW'], 'en'],
  ])('the setting %s on a computer with %j speaks %s', (setting, system, locale) => {
    expect(chooseLanguage(setting, system).locale).toBe(locale);
  });

  test('a tag that is none is passed over and never throws', () => {
    const tags = ['', '-', 'C', 'en_US.UTF-8', '中文', '__proto__', 'constructor', 'x'.repeat(10_000), 'en-US-en-US', 'i-klingon', '*'];
    expect(chooseLanguage('system', [...tags, 'pt-PT'])).toEqual({ language: 'pt', locale: 'pt-PT', dates: 'pt-PT' });
  });

  test('a reader of another Chinese or Portuguese has dates of their own and words of ours', async () => {
    const at = Date.parse('2026-03-01T21:12:00');
    const brazilian = await loadLocalizer('pt', ['pt-BR']);
    expect(brazilian.instant(at)).toBe(new Intl.DateTimeFormat('pt-BR', { dateStyle: 'medium', timeStyle: 'short' }).format(at));
    expect(brazilian.format('{count}', { count: 12_345 })).toBe('12.345');
    const simplified = await loadLocalizer('zh-Hant', ['zh-CN']);
    expect(simplified.instant(at)).toContain('21:12');
    expect([simplified.duration(7_200_000), simplified.ago(34_000)].join()).toMatch(/小時.*秒前/);
  });

  test('no catalogue’s zero takes the form for one', () => {
    const { format } = createLocalizer(en, { locale: chooseLanguage('pt', ['pt-BR']).locale, dates: 'pt-BR' });
    expect(format({ one: 'um segundo', other: '{count} segundos' }, { count: 0 })).toBe('0 segundos');
  });
});

describe('the language of a terminal', () => {
  test.each<readonly [Record<string, string>, string[] | null]>([
    [{ LANG: 'zh_TW.UTF-8' }, ['zh-TW']],
    [{ LANG: 'pt_PT.UTF-8@euro' }, ['pt-PT']],
    [{ LANG: 'pt_BR' }, ['pt-BR']],
    [{ LC_ALL: 'zh_HK.UTF-8', LC_MESSAGES: 'pt_PT', LANG: 'en_GB' }, ['zh-HK']],
    [{ LC_MESSAGES: 'pt_PT', LANG: 'en_GB' }, ['pt-PT']],
    [{ LC_ALL: '', LANG: 'en_GB.UTF-8' }, ['en-GB']],
    [{ LANG: 'en_GB.UTF-8', LANGUAGE: 'zh_MO:pt' }, ['zh-MO', 'pt', 'en-GB']],
    [{ LANG: 'C', LANGUAGE: 'zh_TW' }, []],
    [{ LC_ALL: 'C.UTF-8', LANG: 'pt_PT.UTF-8' }, []],
    [{ LANG: 'POSIX' }, []],
    [{ LANG: '' }, null],
    [{}, null],
  ])('%j names %j', (env, tags) => {
    expect(languagesOfEnvironment(env)).toEqual(tags);
  });
});
