import type { Page } from 'playwright-core';

/** Milliseconds from a click on a button of our window to the frame that shows a heading, by the page's own clock. */
export async function clickUntil(page: Page, button: string, heading: string): Promise<number> {
  const control = page.getByRole('button', { name: button, exact: true });
  return control.evaluate(
    (element, wanted) =>
      new Promise<number>((resolve, reject) => {
        const from = performance.now();
        const timer = setTimeout(() => reject(new Error(`no “${wanted}”`)), 20_000);
        // No function of this page may have a name: what runs the benches would look for its helper in there
        const watch = new MutationObserver(() => {
          const shown = [...document.querySelectorAll('h1')].some((each) => each.textContent.trim() === wanted);
          if (!shown) return;
          watch.disconnect();
          clearTimeout(timer);
          requestAnimationFrame(() => resolve(performance.now() - from));
        });
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
        if (element instanceof HTMLElement) element.click();
      }),
    heading,
  );
}

/** When the portal's page first painted something, epoch milliseconds. */
export async function paintedAt(page: Page): Promise<number> {
  await page.getByRole('heading').first().waitFor();
  const painted = await page.waitForFunction(() => {
    const entry = performance.getEntriesByName('first-contentful-paint')[0];
    return entry ? performance.timeOrigin + entry.startTime : 0;
  });
  return painted.jsonValue();
}
