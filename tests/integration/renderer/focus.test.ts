import { expect, test } from 'vitest';
import { screens, state } from '../../screens/states.ts';
import { useWindow } from '../../screens/use-window.ts';

/** The keyboard keeps its place, whatever the state does to the screen. */

const { subject, button, press, openScreen } = useWindow('linux');

const focused = (): Promise<string> =>
  subject.page.evaluate(() => {
    const element = document.activeElement;
    return !element || element === document.body ? 'lost' : `${element.tagName} ${element.textContent}`;
  });

test('the keyboard is never lost when one screen takes the place of another', async () => {
  await openScreen('home');
  const lost: string[] = [];
  for (const [name, screen] of Object.entries(screens)) {
    // What has the focus before is what goes away
    const last = subject.page.locator('main button:enabled:visible, main input:visible').last();
    if ((await last.count()) > 0) await last.focus({ timeout: 1_000 }).catch(() => undefined);
    await subject.show(screen.state);
    const isKept = await expect
      .poll(focused, { timeout: 2_000 })
      .not.toBe('lost')
      .then(
        () => true,
        () => false,
      );
    if (!isKept) lost.push(name);
  }
  expect(lost).toEqual([]);
}, 60_000);

test('a notice that is dismissed gives the keyboard to the screen’s heading', async () => {
  await openScreen('home-notice');
  await button('Dismiss').focus();
  await subject.show(screens['home']?.state ?? state({}));
  await expect.poll(focused).toBe('H1 Campus Test University');
});

test('a button that cannot be pressed any more gives the keyboard to its part of the screen', async () => {
  await openScreen('settings');
  const { page } = subject;
  const forget = page.getByRole('button', { name: 'Forget', exact: true });
  await forget.focus();
  const shown = screens['settings']?.state;
  if (!shown) throw new Error('no screen');
  await subject.show({ ...shown, saved: { ...shown.saved, userId: null, password: false } });
  await expect.poll(focused).toBe('H2 Saved sign-in');
  await press('Tab');
  expect(await focused()).toMatch(/^SELECT/);
});

test.each(['light', 'dark'] as const)(
  'what shows the focus stands out from the paper three to one at least, in the %s',
  async (colorScheme) => {
    const { page } = subject;
    await page.emulateMedia({ colorScheme });
    await openScreen('home');
    await press('Tab');
    const [ring, paper] = await page.evaluate(() => {
      const { outlineColor } = getComputedStyle(document.activeElement ?? document.body);
      return [outlineColor, getComputedStyle(document.body).backgroundColor] as const;
    });
    expect(contrast(ring, paper)).toBeGreaterThan(3);
    await page.emulateMedia({ colorScheme: 'light' });
  },
);

/** The contrast of two `rgb(…)` colours, as WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}
