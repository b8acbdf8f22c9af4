import { en } from '../../../shared/messages/en.ts';
import { trouble as english } from '../../../shared/messages/en/trouble.ts';
import { trouble as portuguese } from '../../../shared/messages/pt/trouble.ts';
import { trouble as chinese } from '../../../shared/messages/zh-Hant/trouble.ts';
import type { Language, SpokenLanguage } from '../../../shared/messages/languages.ts';
import { createLocalizer, type Localizer } from '../../../shared/messages/localizer.ts';

const all: Readonly<Record<Language, typeof english>> = { 'en': english, 'pt': portuguese, 'zh-Hant': chinese };

/** What a system dialog says of a start or a run that failed. At once: before Electron is ready nothing can be waited for. */
export function troubleWords(spoken: SpokenLanguage): Pick<Localizer, 'format' | 'list'> & { trouble: typeof english } {
  const { format, list } = createLocalizer(en, spoken);
  return { trouble: all[spoken.language], format, list };
}
