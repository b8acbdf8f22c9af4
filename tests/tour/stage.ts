import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { addressFits, addressInSight } from './address-in-sight.ts';
import { startCampus, type Campus } from '../../campus/campus.ts';
import { duoHost, gatewayHost, loginHost, portalHost } from '../../campus/profile.ts';
import type { SignInKind } from '../../campus/sign-in-kind.ts';
import { startClient, type Client } from '../e2e/support/client.ts';
import { startKeyring, type Keyring } from '../support/keyring.ts';
import { Keyboard, mouse, type Hand } from './hand.ts';
import { Ledger } from './ledger.ts';
import { openPocketPhone, type PocketPhone } from './pocket-phone.ts';

const signInHosts = [gatewayHost, loginHost, duoHost];
/** The app connects, loads pages and fills in a form in this time, on a slow computer. */
const pageMs = 60_000;

export type Where = 'off campus' | 'on campus';

export interface StageOptions {
  where: Where;
  signIn: SignInKind;
  keychain: boolean;
  /** What the person acts with. Default: the mouse. */
  by?: 'mouse' | 'keyboard';
}

export interface TourStep {
  /** The numbered step of the campus's guide that this belongs to, or a name if the guide has no such step. */
  guide: string;
  action: string;
  picture: string;
}

/** One procedure in progress: a fresh campus, a fresh client, the phones, and a person who acts on all of them. */
export class Stage {
  readonly ledger = new Ledger();
  readonly steps: TourStep[] = [];
  private readonly phones = new Map<string, PocketPhone>();

  private constructor(
    readonly campus: Campus,
    readonly client: Client,
    private readonly folder: string | null,
    private readonly prefix: string,
    private readonly keyring: Keyring | null,
    private readonly hand: Hand,
  ) {}

  /** @param folder where the pictures go. Null takes none */
  static async open({ where, signIn, keychain, by = 'mouse' }: StageOptions, folder: string | null, prefix: string): Promise<Stage> {
    const campus = await startCampus({ onCampus: where === 'on campus', signIn });
    const keyring = keychain ? await startKeyring() : null;
    // The desktop tells the app which keychain to use for cookies
    const env = keyring ? { ...keyring.env, XDG_CURRENT_DESKTOP: 'GNOME' } : {};
    const client = await startClient({ profiles: [campus.profile], env });
    const stage = new Stage(campus, client, folder, prefix, keyring, by === 'mouse' ? mouse : new Keyboard(client.electron, client.window));
    if (folder !== null) await mkdir(folder, { recursive: true });
    await stage.ledger.watch(client.window);
    return stage;
  }

  get window(): Page {
    return this.client.window;
  }

  /** The portal's page, once its view is there. */
  portal(): Promise<Page> {
    return this.pageWhere("the portal's", ({ hostname }) => hostname === portalHost);
  }

  /** The campus's own sign-in page beside our column, once it is at this path. */
  async signInPage(pathname: string): Promise<Page> {
    const page = await this.pageWhere(pathname, (at) => signInHosts.includes(at.hostname) && at.pathname === pathname);
    await page.waitForLoadState();
    return page;
  }

  /** The newest page at such an address, once there is one. */
  private async pageWhere(what: string, isAt: (address: URL) => boolean): Promise<Page> {
    const pages = (): Page[] => this.client.electron.windows().filter((page) => !page.isClosed());
    const deadline = Date.now() + pageMs;
    while (Date.now() < deadline) {
      const page = pages().findLast((each) => isAt(new URL(each.url())));
      if (page) {
        await this.ledger.watch(page);
        return page;
      }
      await pause(50);
    }
    const addresses = pages().map((page) => page.url());
    throw new Error(`no page is at ${what}, but at ${addresses.join(', ')}`);
  }

  /** Counts actions from here on only. */
  countFromHere(): void {
    this.ledger.reset();
  }

  async phone(id: string): Promise<Page> {
    let phone = this.phones.get(id);
    if (!phone) {
      phone = await openPocketPhone(this.campus.addresses.phone, id);
      this.phones.set(id, phone);
      await this.ledger.watch(phone.page);
    }
    return phone.page;
  }

  click(what: Locator): Promise<void> {
    return this.hand.click(what);
  }

  fill(field: Locator, text: string): Promise<void> {
    return this.hand.fill(field, text);
  }

  paste(field: Locator, text: string): Promise<void> {
    return this.hand.paste(field, text);
  }

  /** Performs one step, then takes a picture of the result. */
  async step(guide: string, action: string, act: () => Promise<void>, seen: 'window' | Page = 'window'): Promise<void> {
    await act();
    if (this.folder === null) return;
    // Pictures are for people, so none is taken of a page that is still loading
    await this.window.locator('.address-loading').waitFor({ state: 'detached' });
    const picture = `${this.prefix}-${String(this.steps.length + 1).padStart(2, '0')}.png`;
    const file = path.join(this.folder, picture);
    if (seen === 'window') await this.pictureOfWindow(file);
    else await writeFile(file, await seen.screenshot());
    this.steps.push({ guide, action, picture });
  }

  /** A picture of the portal must show its whole address. Without it, nobody could tell the portal from another page. */
  private async pictureOfWindow(file: string): Promise<void> {
    const address = this.window.locator('.address');
    const isOpen = (await address.count()) > 0;
    if (isOpen) await addressFits(this.window);
    await this.client.picture(file);
    if (isOpen) await addressInSight(this.window, file);
  }

  async close(): Promise<void> {
    await Promise.all([...this.phones.values()].map((phone) => phone.close()));
    await this.client.close();
    await this.campus.stop();
    await this.keyring?.close();
  }
}
