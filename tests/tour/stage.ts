import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { addressInSight } from './address-in-sight.ts';
import { startCampus, type Campus } from '../../campus/campus.ts';
import { startClient, type Client } from '../e2e/support/client.ts';
import { Ledger } from './ledger.ts';
import { openPocketPhone, type PocketPhone } from './pocket-phone.ts';

export type Where = 'off campus' | 'on campus';

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
    private readonly folder: string,
    private readonly prefix: string,
  ) {}

  static async open(where: Where, folder: string, prefix: string): Promise<Stage> {
    const campus = await startCampus({ onCampus: where === 'on campus' });
    const client = await startClient({ profiles: [campus.profile] });
    const stage = new Stage(campus, client, folder, prefix);
    await mkdir(folder, { recursive: true });
    await stage.ledger.watch(client.window);
    return stage;
  }

  get window(): Page {
    return this.client.window;
  }

  async portal(): Promise<Page> {
    const page = await this.client.portal();
    await this.ledger.watch(page);
    return page;
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

  /** Clicks as a person does: where the control is visible, once it can be clicked. */
  click(what: Locator): Promise<void> {
    return what.click();
  }

  /** Fills in a field by the keyboard. */
  async fill(field: Locator, text: string): Promise<void> {
    await field.focus();
    await field.pressSequentially(text);
  }

  /** Performs one step, then takes a picture of the result. */
  async step(guide: string, action: string, act: () => Promise<void>, seen: 'window' | Page = 'window'): Promise<void> {
    await act();
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
    await this.client.picture(file);
    if (isOpen) await addressInSight(this.window, file);
  }

  async close(): Promise<void> {
    await Promise.all([...this.phones.values()].map((phone) => phone.close()));
    await this.client.close();
    await this.campus.stop();
  }
}
