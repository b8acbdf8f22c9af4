import { useEffect } from 'react';
import { passingMs } from './heading-focus.ts';

/** Dialogs and screens move the focus themselves, some of them only after {@link passingMs}. */
const settledMs = passingMs + 50;

/**
 * Keeps the keyboard's place when the element that has the focus is removed or disabled, as by the button that forgets its own
 * line: the nearest heading above it gets the focus. Otherwise the page's body would have it, and a screen reader would say
 * nothing.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let place: Element[] = []; // the element that has or had the focus, and what it is in, from the inside out
    let timer: ReturnType<typeof setTimeout> | undefined;
    const remember = ({ target }: FocusEvent): void => {
      if (target instanceof Element) place = withAncestors(target);
    };
    const restore = (): void => {
      const [last] = place;
      if (!last || document.activeElement !== document.body || (last.isConnected && !last.matches(':disabled'))) return;
      const heading = place
        .filter((element) => element.isConnected)
        .map(headingIn)
        .find((found) => found !== null);
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus();
    };
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(restore, settledMs);
    });
    document.addEventListener('focusin', remember);
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', remember);
    };
  }, []);
}

function withAncestors(element: Element): Element[] {
  const found: Element[] = [];
  for (let each: Element | null = element; each !== null; each = each.parentElement) found.push(each);
  return found;
}

const headingIn = (element: Element): HTMLElement | null => element.querySelector<HTMLElement>('h1, h2');
