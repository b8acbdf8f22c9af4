import { layout } from '../../shared/layout.ts';
import { now, screens } from './states.ts';
import type { TestWindow } from './window.ts';

/** How a screen is drawn for a picture or a look. */

/** Whether a page of the campus is beside our column. */
export const isWide = (name: string): boolean => {
  const { portal, signInPage } = screens[name]?.state ?? {};
  return portal?.kind === 'open' || signInPage?.kind === 'open';
};
export const sizeOf = (name: string): { width: number; height: number } =>
  isWide(name) ? layout.portal : { width: layout.compact.width, height: layout.compact.height };

/** A minute of traffic. */
const samples = Array.from({ length: 61 }, (_, second) => ({
  at: now - (60 - second) * 1000,
  received: Math.round(900_000 * (second - 5 * Math.sin(second / 5))),
  sent: Math.round(120_000 * (second - 3 * Math.cos(second / 3.1))),
}));

/** Loads the page with this screen, and opens what it has folded away. */
export async function openScreen({ page, open }: TestWindow, name: string): Promise<void> {
  const screen = screens[name];
  if (!screen) throw new Error(`there is no screen ${name}`);
  await open(screen.state);
  for (const unfolded of screen.unfold ?? []) {
    // « is where the stretched words begin
    const button = page.getByRole('button', { name: new RegExp(`^«?${unfolded}`), expanded: false });
    await button.click();
    await page
      .locator('.details-panel')
      .last()
      .evaluate((panel) => panel.scrollIntoView({ block: 'nearest' }));
  }
}

/** Loads the page with this screen, in the window's usual size and in the light. */
export async function drawScreen(window: TestWindow, name: string): Promise<void> {
  await window.page.setViewportSize(sizeOf(name));
  await window.page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await openScreen(window, name);
  await window.traffic(screens[name]?.state.access.kind === 'connected' ? samples : []);
}

/** Brings what a screen is named after into its picture: in each language it stands at another place. */
export async function bringIntoView({ page }: TestWindow, name: string): Promise<void> {
  await page.mouse.move(0, 0); // nothing is hovered
  if (screens[name]?.atEnd) await page.locator('.column').evaluate((column) => column.scrollTo(0, column.scrollHeight));
  if (screens[name]?.unfold)
    await page
      .locator('.details-panel')
      .last()
      .evaluate((panel) => panel.scrollIntoView({ block: 'nearest' }));
}

export const themes = {
  'light': { colorScheme: 'light', forcedColors: 'none' },
  'dark': { colorScheme: 'dark', forcedColors: 'none' },
  'forced-colours': { colorScheme: 'light', forcedColors: 'active' },
} as const;
export type Theme = keyof typeof themes;
