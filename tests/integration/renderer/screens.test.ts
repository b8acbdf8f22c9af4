import { createRequire } from 'node:module';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appStateSchema } from '../../../shared/app-state.ts';
import { layout, portalBounds } from '../../../shared/layout.ts';
import { drawScreen, isWide, openScreen, sizeOf } from '../../screens/draw.ts';
import { moving, shareInSight, smallTargets, wrongOnTheWay } from '../../screens/reach.ts';
import { now, screens, state } from '../../screens/states.ts';
import { buildWindow, launchChromium, openWindow, serve, type TestWindow } from '../../screens/window.ts';

/** Every screen, drawn by the real bundle in a real Chromium: how it looks, reads, and stands narrow windows and long words. */

/**
 * Screens of each kind, on which axe also reads the other languages, and which are also drawn with longer words than Portuguese
 * has: their elements are the same. The long run does so with them all.
 */
const ofEachKind = ['home', 'first-run', 'credentials', 'second-factor', 'passcode', 'connected', 'settings', 'portal-add-confirm'];
const isLong = process.env['CAUSEWAY_LONG'] !== undefined;

const pictures = join(import.meta.dirname, '../../../out/screens');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
const open: { close: () => Promise<void> }[] = [];

async function windowOf(words: 'english' | 'stretched'): Promise<TestWindow> {
  const server = await serve(await buildWindow(words));
  open.push(server);
  return openWindow(browser, server.address, now);
}

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await Promise.all(open.map((server) => server.close()));
});

/** What axe finds wrong, in words short enough for a test's message. */
async function violations({ page }: TestWindow, only?: 'color-contrast'): Promise<string[]> {
  await page.evaluate(axe);
  // A dialog hides the page behind it, and with it the page's one heading and its main part
  const modal = await page.locator('[role="alertdialog"], [role="dialog"]').count();
  const behind = modal > 0 ? { 'page-has-heading-one': { enabled: false }, 'landmark-one-main': { enabled: false } } : {};
  const options = { resultTypes: ['violations'], rules: behind, ...(only ? { runOnly: [only] } : {}) };
  return page.evaluate(async (options) => {
    interface Axe {
      run: (options: unknown) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
    }
    const { axe } = window as unknown as { axe: Axe };
    const { violations } = await axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  }, options);
}

/** What holds the focus: `heading`, a field's label, or a button's name. */
const focused = ({ page }: TestWindow): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element?.tagName === 'H1') return 'heading';
    if (element instanceof HTMLInputElement) return element.labels?.[0]?.textContent ?? 'an input without a label';
    return element?.getAttribute('aria-label') ?? element?.textContent ?? 'nothing';
  });

describe('every screen reads to a screen reader (AP#501, MV#11120) and looks as it should', () => {
  let subject: TestWindow;
  beforeAll(async () => {
    subject = await windowOf('english');
    await Promise.all(['light', 'dark', 'high-contrast'].map((theme) => mkdir(join(pictures, theme), { recursive: true })));
  }, 120_000);

  test.each(Object.keys(screens))('the screen %s is accessible and has its heading and focus', async (name) => {
    const screen = screens[name];
    if (!screen) throw new Error(name);
    const { page, complaints } = subject;
    expect(appStateSchema.safeParse(screen.state).success).toBe(true);
    await drawScreen(subject, name);

    await expect.poll(() => focused(subject)).toBe(screen.focus);
    expect(await page.locator('h1').allTextContents()).toEqual([screen.heading]);
    expect(await violations(subject)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'light', `${name}.png`) });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(subject, 'color-contrast')).toEqual([]);
    await page.screenshot({ path: join(pictures, 'dark', `${name}.png`) });
    await page.emulateMedia({ forcedColors: 'active' });
    await page.screenshot({ path: join(pictures, 'high-contrast', `${name}.png`) });

    expect(await outOfSight(subject)).toEqual([]);
    expect([await moving(page), await smallTargets(page)]).toEqual([[], []]);
    // The column must stand the narrowest of windows
    await page.setViewportSize({ width: isWide(name) ? layout.portal.width : 320, height: 560 });
    expect(await overflowing(subject)).toEqual([]);
    // The same in the other languages, without loading the page again
    for (const language of ['pt', 'zh-Hant'] as const) {
      await subject.speak(language);
      expect(await overflowing(subject), language).toEqual([]);
      if (isLong || ofEachKind.includes(name)) expect(await violations(subject), language).toEqual([]);
    }
    // At 200 % in windows of the usual sizes
    await page.setViewportSize(
      isWide(name) ? { width: layout.portal.width / 2, height: layout.portal.height / 2 } : { width: 210, height: 340 },
    );
    expect(await overflowing(subject), 'at 200 %').toEqual([]);
    if (isLong || ofEachKind.includes(name)) {
      expect(await wrongOnTheWay(page), 'at 200 %').toEqual([]);
      await page.setViewportSize(sizeOf(name));
      await page.emulateMedia({ forcedColors: 'none' });
      expect(await wrongOnTheWay(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  test('a field that gets the focus as its screen appears is in sight, also in small windows', async () => {
    const { page } = subject;
    const hidden: string[] = [];
    const sizes = [
      [360, 560],
      [210, 340],
    ] as const;
    for (const [width, height] of isLong ? sizes : sizes.slice(0, 1)) {
      await page.setViewportSize({ width, height });
      for (const [name, { state, focus }] of Object.entries(screens)) {
        if (focus === 'heading' || isWide(name)) continue;
        // Portuguese is the longest
        await subject.open({ ...state, preferences: { ...state.preferences, language: 'pt' } });
        await expect.poll(() => page.evaluate(() => document.activeElement !== document.body)).toBe(true);
        const share = await shareInSight(page);
        if (share < 1) hidden.push(`${name} at ${width} × ${height}: ${share.toFixed(2)}`);
      }
    }
    expect(hidden).toEqual([]);
  });

  test('in high contrast a tick that cannot be set has the system’s colour for what is disabled', async () => {
    const screen = screens['credentials-remembered'];
    if (!screen) throw new Error('no screen');
    const { page } = subject;
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    await subject.open(screen.state);
    const label = page.locator('.checkbox[data-disabled]');
    const [text, box, wanted] = await label.first().evaluate((element) => {
      const probe = document.body.appendChild(document.createElement('p'));
      probe.style.color = 'GrayText';
      const gray = getComputedStyle(probe).color;
      probe.remove();
      const boxed = element.querySelector('.checkbox-box');
      return [getComputedStyle(element).color, boxed ? getComputedStyle(boxed).borderTopColor : '', gray];
    });
    expect([text, box]).toEqual([wanted, wanted]);
  });

  test('in high contrast the ring’s part that is left differs from the rest in colour and width', async () => {
    const { page } = subject;
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    for (const name of ['push', 'expiring']) {
      await subject.open(screens[name]?.state ?? state({}));
      const [left, track] = await Promise.all(
        ['.ring-left', '.ring-track'].map((part) =>
          page.locator(part).evaluate((circle) => [getComputedStyle(circle).stroke, getComputedStyle(circle).strokeWidth]),
        ),
      );
      expect(left?.[0]).not.toBe(track?.[0]);
      expect([left?.[1], track?.[1]]).toEqual(['7px', '2px']);
    }
  });

  test('whoever does not ask for less motion sees the line move, so that its absence means something', async () => {
    const { page } = subject;
    await page.emulateMedia({ reducedMotion: 'no-preference', forcedColors: 'none' });
    await subject.open(screens['checking']?.state ?? state({}));
    expect(await moving(page)).not.toEqual([]);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving(page)).toEqual([]);
  });

  test('our column leaves the page beside it the room that the main process gives it, at each width', async () => {
    const { page } = subject;
    await subject.open(screens['portal-add-confirm']?.state ?? state({}));
    for (const width of [390, 570, 700, 780, 1180]) {
      await page.setViewportSize({ width, height: 600 });
      const { left, top } = await page.locator('.portal-page').evaluate((element) => element.getBoundingClientRect());
      const given = portalBounds({ width, height: 600 }, 1);
      expect([Math.round(left), Math.round(top)], `${width}`).toEqual([given.x, given.y]);
    }
  });

  test('in high contrast a main button that cannot be pressed yet is not filled', async () => {
    const { page } = subject;
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    const fillOf = async (name: string): Promise<string> => {
      await subject.open(screens[name]?.state ?? state({}));
      const button = page.locator('.actions > .primary').first();
      return button.evaluate((element) => getComputedStyle(element).backgroundColor);
    };
    expect(await fillOf('ended-locked')).not.toBe(await fillOf('ended-unreachable'));
  });
});

describe('every screen with words a third longer', () => {
  let subject: TestWindow;
  beforeAll(async () => {
    subject = await windowOf('stretched');
    await mkdir(join(pictures, 'stretched'), { recursive: true });
  }, 120_000);

  test.each(isLong ? Object.keys(screens) : ofEachKind)('the screen %s still fits with text a third longer', async (name) => {
    const screen = screens[name];
    if (!screen) throw new Error(name);
    await subject.page.setViewportSize(sizeOf(name));
    await openScreen(subject, name);
    await subject.page.screenshot({ path: join(pictures, 'stretched', `${name}.png`) });
    expect(await overflowing(subject)).toEqual([]);
    expect(await outOfSight(subject)).toEqual([]);
    expect(subject.complaints).toEqual([]);
  });
});

/** The main buttons that are not whole in sight before anybody scrolls, and those beside them. */
const outOfSight = ({ page }: TestWindow): Promise<string[]> =>
  page.evaluate(() => {
    const modal = document.querySelector('.modal');
    const foot = modal ? null : document.querySelector('.foot');
    const end = foot?.getBoundingClientRect().top ?? window.innerHeight;
    const main = [...(modal ?? document).querySelectorAll('.column .primary, .column .actions:has(> .primary) > button, .modal .primary')];
    return main
      .filter((button) => !button.closest('.foot') && button.getBoundingClientRect().bottom > end + 0.5)
      .map((button) => `${button.textContent}: ends at ${button.getBoundingClientRect().bottom}, in sight is as far as ${end}`);
  });

/**
 * Elements that stick out at the side, or whose own text does. An address may be shortened: it says so with an ellipsis. A table
 * scrolls in a frame of its own.
 */
const overflowing = ({ page }: TestWindow): Promise<string[]> =>
  page.evaluate(() => {
    const tooWide = [...document.querySelectorAll('body *:not(.address, .address *, .table-frame *, .visually-hidden *, svg *)')].filter(
      (element) => {
        const ownText = element.childElementCount === 0 || element.matches('.column, .portal-page, .modal');
        const spills = ownText && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1; // 1: for screen readers only
        return spills || element.getBoundingClientRect().right > window.innerWidth + 0.5;
      },
    );
    return tooWide.map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent.slice(0, 60)}`);
  });
