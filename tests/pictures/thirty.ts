import { join } from 'node:path';
import type { Language } from '../../shared/messages/languages.ts';
import { drawScreen, themes, type Theme } from '../screens/draw.ts';
import type { TestWindow } from '../screens/window.ts';

/** The thirty pictures that are compared pixel by pixel: ten screens in three languages, by turns in each theme. */

export const references = join(import.meta.dirname, 'references');

const names = [
  'first-run',
  'home',
  'credentials',
  'second-factor',
  'passcode',
  'ended-unreachable',
  'connected',
  'recovery-identity',
  'settings',
  'certificate',
] as const;

export interface Picture {
  name: string;
  screen: string;
  language: Language;
  theme: Theme;
}

const order: readonly Theme[] = ['light', 'dark', 'forced-colours'];

export const thirty: readonly Picture[] = names.flatMap((screen, at) =>
  (['en', 'pt', 'zh-Hant'] as const).map((language, turn) => {
    const theme = order[(at + turn) % order.length] ?? 'light';
    return { name: `${screen}.${language}.${theme}`, screen, language, theme };
  }),
);

/** Draws each of the thirty, loading each screen once. */
export async function* drawThirty(window: TestWindow): AsyncGenerator<Picture & { drawn: Buffer }> {
  let shown = '';
  for (const picture of thirty) {
    if (picture.screen !== shown) await drawScreen(window, picture.screen);
    shown = picture.screen;
    await window.page.emulateMedia(themes[picture.theme]);
    await window.speak(picture.language);
    yield { ...picture, drawn: await window.page.screenshot({ caret: 'hide' }) };
  }
}
