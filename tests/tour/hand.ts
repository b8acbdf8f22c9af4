import type { ElectronApplication, Locator, Page } from 'playwright-core';

/** What somebody acts with. */
export interface Hand {
  click(what: Locator): Promise<void>;
  fill(field: Locator, text: string): Promise<void>;
  paste(field: Locator, text: string): Promise<void>;
}

/** The mouse, and the keyboard for what is typed. */
export const mouse: Hand = {
  // As a person does: where the control is visible, once it can be clicked
  click: (what) => what.click(),
  async fill(field, text) {
    await field.focus();
    await field.pressSequentially(text);
  },
  async paste(field, text) {
    await field.focus();
    await field.page().keyboard.insertText(text);
  },
};

/** More stops than any page has. */
const mostStops = 80;

/**
 * The keyboard alone: Tab, arrows, Enter, Space, typing, and F6 between our column and the page beside it. Every key goes to the
 * page that has the keyboard in the app, wherever that is. It fails where our window has lost the keyboard, and where nothing
 * shows what has it.
 */
export class Keyboard implements Hand {
  presses = 0;

  constructor(
    private readonly app: ElectronApplication,
    private readonly window: Page,
  ) {}

  async click(what: Locator): Promise<void> {
    await this.reach(what);
    const isChoice = await what.evaluate(
      (element) => element.closest('label') !== null || element.matches('[type="radio"], [type="checkbox"]'),
    );
    await this.press(what.page(), isChoice ? 'Space' : 'Enter');
  }

  async fill(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await field.page().keyboard.type(text);
  }

  async paste(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await field.page().keyboard.insertText(text);
  }

  private async press(page: Page, key: string): Promise<void> {
    this.presses += 1;
    await page.keyboard.press(key);
  }

  /** Goes to a control as Tab goes, and to the choice of a group as the arrows go. */
  private async reach(what: Locator): Promise<void> {
    await what.waitFor();
    const page = what.page();
    await this.goToPage(page);
    if (page === this.window && (await where(what)) === 'nowhere')
      throw new Error(`the window has lost the keyboard before ${String(what)}`);
    for (let stop = 0; stop < mostStops; stop += 1) {
      const at = await where(what);
      if (at === 'hidden') throw new Error(`nothing shows where the keyboard is, on the way to ${String(what)}`);
      if (at === 'there') return;
      await this.press(page, at === 'in its group' ? 'ArrowDown' : 'Tab');
    }
    throw new Error(`Tab never reaches ${String(what)}`);
  }

  /** Presses F6 until the page has the keyboard. A page outside the app has one of its own. */
  private async goToPage(page: Page): Promise<void> {
    if (!this.app.windows().includes(page)) return;
    for (let press = 0; press < 3; press += 1) {
      const focused = await this.focusedPage();
      if (focused === page) return;
      await this.press(focused, 'F6');
      const deadline = Date.now() + 10_000;
      while ((await this.focusedPage()) === focused && Date.now() < deadline) await new Promise((next) => setTimeout(next, 20));
    }
    throw new Error(`F6 does not reach ${page.url()}`);
  }

  private async focusedPage(): Promise<Page> {
    const address = await this.app.evaluate(({ webContents }) => webContents.getFocusedWebContents()?.getURL() ?? '');
    const isOurs = address.startsWith('app:');
    const page = isOurs ? this.window : this.app.windows().findLast((each) => each !== this.window && !each.isClosed());
    if (address === '' || !page) throw new Error(`no page of the app has the keyboard (${address})`);
    return page;
  }
}

type Place = 'there' | 'in its group' | 'elsewhere' | 'nowhere' | 'hidden';

/** Where the focus is, seen from a control. */
const where = (what: Locator): Promise<Place> =>
  what.evaluate((element): Place => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return 'nowhere';
    const target = element.closest('label')?.control ?? element;
    const seen = focused.closest('label') ?? focused;
    const isShown = [seen, ...seen.querySelectorAll('*')].some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    });
    // A heading, or the main part, gets the focus to be read, and not to be pressed
    if (!isShown && focused.getAttribute('tabindex') !== '-1') return 'hidden';
    if (focused === target) return 'there';
    if (
      focused instanceof HTMLInputElement &&
      target instanceof HTMLInputElement &&
      focused.type === 'radio' &&
      focused.name === target.name
    )
      return 'in its group';
    return 'elsewhere';
  });
