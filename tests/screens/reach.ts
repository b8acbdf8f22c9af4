import type { Page } from 'playwright-core';

/** What somebody needs who has no mouse, no steady hand, or no liking for motion. */

/** What moves on the page. Nothing may for whoever wants less motion. */
export const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    document.getAnimations().map((animation) => {
      const target = animation.effect instanceof KeyframeEffect ? animation.effect.target : null;
      return `${target?.tagName.toLowerCase() ?? ''}.${target?.getAttribute('class') ?? ''}`;
    }),
  );

/** What can be pressed and is smaller than 24 by 24 pixels (WCAG 2.5.8). */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const targets = [...document.querySelectorAll('button, a[href], select, input, label:has(input)')];
    return targets.flatMap((target) => {
      // A tick or a choice is pressed by its whole label
      if (target.matches('label input')) return [];
      const { width, height } = target.getBoundingClientRect();
      return width > 0 && (width < 24 || height < 24)
        ? [`${target.textContent || target.outerHTML.slice(0, 80)}: ${width} × ${height}`]
        : [];
    });
  });

/** How much of what has the focus is in sight, from 0 to 1, looked at in 81 places. */
export const shareInSight = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    // What stands in a field, as the button that shows a password, does not hide it
    const field = focused instanceof HTMLInputElement ? focused.parentElement : focused;
    if (!focused || !field) return 0;
    const { left, top, width, height } = focused.getBoundingClientRect();
    const tenths = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => tenth / 10);
    const places = tenths.flatMap((x) => tenths.map((y) => [left + width * x, top + height * y] as const));
    const seen = places.filter(([x, y]) => {
      const at = document.elementFromPoint(x, y);
      return at !== null && (field.contains(at) || at.contains(field));
    });
    return seen.length / places.length;
  });

/** One stop of the keyboard's way through a page. */
interface Stop {
  name: string;
  /** What is wrong with it, or null. */
  wrong: string | null;
  /** Whether it comes before the stop before it, in the document. */
  back: boolean;
}

/**
 * Presses Tab until the focus is where it began, and returns what is wrong on the way: nothing shows where the focus is, something
 * covers it (WCAG 2.4.11), it goes against the order of reading, it is lost or never comes back.
 */
export async function wrongOnTheWay(page: Page): Promise<string[]> {
  const count = await page.evaluate(() => document.querySelectorAll('button, a[href], select, input, [tabindex="0"]').length);
  if (count === 0) return [];
  const wrong: string[] = [];
  let backs = 0;
  await page.evaluate(() => Object.assign(window, { stopBefore: null, stopsSeen: new Set() }));
  // Beyond the last stop Chromium goes on at its own bars, where the page's body has the focus, and then begins again
  for (let press = 0; press <= count + 2; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(look);
    if (stop === 'round') return wrong;
    if (stop === 'outside') continue;
    if (stop.wrong !== null) wrong.push(`${stop.name}: ${stop.wrong}`);
    // After the last one Tab begins again, once
    if (stop.back && (backs += 1) > 1) wrong.push(`${stop.name}: comes after something that is below it`);
  }
  return [...wrong, 'Tab never comes round'];
}

/** Looks at what has the focus. It runs in the page. */
function look(): Stop | 'round' | 'outside' {
  const memory = window as unknown as { stopBefore: Element | null; stopsSeen: Set<Element> };
  const element = document.activeElement;
  if (!element || element === document.body) return 'outside';
  if (memory.stopsSeen.has(element)) return 'round';
  memory.stopsSeen.add(element);
  const before = memory.stopBefore;
  memory.stopBefore = element;
  // A tick and a choice are hidden fields: their label shows them
  const seen = element.closest('label') ?? element;
  const { left, top, width, height } = seen.getBoundingClientRect();
  const at = document.elementFromPoint(left + Math.min(width / 2, 200), top + Math.min(height / 2, 10));
  const isOutlined = [seen, ...seen.querySelectorAll('*')].some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  const covered = at && !seen.contains(at) && !at.contains(seen) ? at.outerHTML.slice(0, 60) : at ? null : `the window’s edge, at ${top}`;
  const wrong = isOutlined ? covered && `it is covered by ${covered}` : 'nothing shows that it has the focus';
  const back = before !== null && (before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  return { name: element.getAttribute('aria-label') ?? (seen.textContent || element.outerHTML.slice(0, 60)), wrong, back };
}
