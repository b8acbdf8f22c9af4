import { useEffect, useRef, type RefObject } from 'react';
import { useLocalizer } from './localizer.ts';

/** How long the main landmark has the focus before a heading gets it: Chromium tells a screen reader of it up to so much later. */
export const passingMs = 200;

/**
 * Gives the focus to the heading of a screen when it appears, and again when its title changes. Null: it does not get it.
 *
 * What had the focus has often gone with the screen before. Orca then says nothing of what gets it next (`onFocusedChanged` in its
 * `scripts/web/script.py`, where the caret context is a “zombie”). So on Linux the main landmark has it for a moment, which stays,
 * and Orca reads the heading after it.
 */
export function useHeadingFocus(title: string | null): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const { locale } = useLocalizer();
  const drawnIn = useRef<string | null>(null);
  useEffect(() => {
    // The same heading in another language is no news, and whoever chose the language is still at that choice
    const isTranslated = drawnIn.current !== null && drawnIn.current !== locale;
    drawnIn.current = locale;
    const element = heading.current;
    if (title === null || isTranslated || !element) return undefined;
    const isLate = isNowhere() && navigator.userAgent.includes('Linux');
    if (isLate) return focusSoon(element);
    element.focus();
    return undefined;
  }, [title, locale]);
  return heading;
}

/** Gives the focus to an element after its main landmark, soon or with the next key, unless another one has taken it by then. */
function focusSoon(element: HTMLElement): () => void {
  const main = element.closest('main');
  main?.focus({ preventScroll: true });
  const stop = (): void => {
    clearTimeout(timer);
    document.removeEventListener('keydown', focus, true);
  };
  const focus = (): void => {
    stop();
    if (isNowhere()) element.focus();
  };
  const timer = setTimeout(focus, passingMs);
  document.addEventListener('keydown', focus, true);
  return stop;
}

/** Whether no control has the focus: the page's body has it, or the main landmark for a screen that has gone by. */
const isNowhere = (): boolean => document.activeElement === document.body || document.activeElement?.matches('main') === true;
