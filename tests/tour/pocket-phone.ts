import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { languagesOfEnvironment } from '../../shared/messages/languages.ts';
import { anyBrowser } from '../chromium.ts';

/** A pocket phone of the campus, in its own browser, as wide as a phone. */
export interface PocketPhone {
  readonly page: Page;
  close(): Promise<void>;
}

/** The phone of somebody who looks on speaks the language of their computer. */
function spokenHere(): { locale?: string } {
  const [locale] = languagesOfEnvironment(process.env) ?? [];
  return locale === undefined ? {} : { locale };
}

const size = { width: 390, height: 700 };

/**
 * Opens the page of one phone, headless unless it is to be `seen`. Its browser belongs to the campus, not to the product,
 * and does not check the campus's certificate.
 */
export async function openPocketPhone(phones: string, id: string, { seen = false } = {}): Promise<PocketPhone> {
  const address = new URL(`/phones/${id}`, phones).href;
  const profile = await mkdtemp(path.join(tmpdir(), 'causeway-phone-'));
  // No bubble that offers to translate the phone lies over it
  await mkdir(path.join(profile, 'Default'));
  await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify({ translate: { enabled: false } }));
  const context = await chromium.launchPersistentContext(profile, {
    ...anyBrowser({ wholeOne: seen }),
    headless: !seen,
    ignoreHTTPSErrors: true,
    viewport: seen ? null : size,
    ...(seen ? spokenHere() : {}),
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
