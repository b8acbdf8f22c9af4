import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const countActions = readFileSync(join(import.meta.dirname, 'count-actions.js'), 'utf8');

/**
 * Counts what a person does, from the pages' trusted events and not from the script that plays them. One click, one key
 * that sends a form, or one field filled in is one action, on any page or screen.
 */
export class Ledger {
  private count = 0;
  private readonly watched = new Set<Page>();

  get actions(): number {
    return this.count;
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.count = 0;
  }

  /** Watches a page from now on, across all its navigations. */
  async watch(page: Page): Promise<void> {
    if (this.watched.has(page)) return;
    this.watched.add(page);
    page.on('console', (message) => {
      if (message.text() === 'tour: action') this.count += 1;
    });
    await page.addInitScript({ content: countActions });
    // The current page. If it is about to close, the next one has the script from the start
    await page.evaluate(countActions).catch(() => undefined);
  }
}
