import { expect, test } from 'vitest';
import { openScreen } from '../../screens/draw.ts';
import { screens } from '../../screens/states.ts';
import { useWindow } from '../../screens/use-window.ts';

/** Each button and link of every screen does something: it calls the app, or changes what is shown. Minutes: in the long run only. */

const { subject } = useWindow();

test.each(Object.keys(screens))(
  'every button on screen %s calls the app or changes the screen',
  async (name) => {
    const { page } = subject;
    const idle: string[] = [];
    await openScreen(subject, name);
    // Under a question nothing can be pressed
    const modal = (await page.locator('.modal').count()) > 0 ? '.modal ' : '';
    const found = page.locator(`${modal}button:visible:enabled:not([aria-disabled="true"]), ${modal}a:visible`);
    const count = await found.count();
    for (let at = 0; at < count; at++) {
      if (at > 0) await openScreen(subject, name);
      const button = found.nth(at);
      const title = (await button.getAttribute('aria-label')) ?? (await button.textContent()) ?? '';
      subject.calls.length = 0;
      const before = await page.content();
      await button.click({ timeout: 2_000 }).catch(() => idle.push(`${title}: cannot be clicked`));
      const happened = await expect
        .poll(async () => subject.calls.length > 0 || (await page.content()) !== before, { timeout: 1_000 })
        .toBe(true)
        .then(
          () => true,
          () => false,
        );
      if (!happened) idle.push(title);
    }
    expect(idle).toEqual([]);
  },
  120_000,
);
