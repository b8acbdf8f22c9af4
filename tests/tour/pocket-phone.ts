import { chromium, type Browser, type Page } from 'playwright-core';

/** A pocket phone of the campus, in a browser of its own as wide as a phone. */
export interface PocketPhone {
  readonly page: Page;
  close(): Promise<void>;
}

/** Opens the page of one phone, headless unless it is to be `seen`. Its browser belongs to the campus, not to the product: it does not check the campus's certificate. */
export async function openPocketPhone(phones: string, id: string, { seen = false } = {}): Promise<PocketPhone> {
  const browser: Browser = await chromium.launch({
    headless: !seen,
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 700 } });
  const page = await context.newPage();
  await page.goto(new URL(`/phones/${id}`, phones).href);
  return { page, close: () => browser.close() };
}
