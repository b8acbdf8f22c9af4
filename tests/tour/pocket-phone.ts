import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { anyBrowser } from '../chromium.ts';

/** A pocket phone of the campus, in its own browser, as wide as a phone. */
export interface PocketPhone {
  readonly page: Page;
  close(): Promise<void>;
}

const size = { width: 390, height: 700 };

/**
 * Opens the page of one phone, headless unless it is to be `seen`. Its browser belongs to the campus, not to the product,
 * and does not check the campus's certificate.
 */
export async function openPocketPhone(phones: string, id: string, { seen = false } = {}): Promise<PocketPhone> {
  const address = new URL(`/phones/${id}`, phones).href;
  const profile = await mkdtemp(path.join(tmpdir(), 'causeway-phone-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...anyBrowser({ wholeOne: seen }),
    headless: !seen,
    ignoreHTTPSErrors: true,
    viewport: seen ? null : size,
    args: [
      '--no-sandbox',
      '--test-type',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A window without Chromium's own bars: only the phone
      ...(seen ? [`--app=${address}`, `--window-size=${size.width},${size.height}`] : []),
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(address);
  return {
    page,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
