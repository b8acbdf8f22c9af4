import { expect, test as base } from 'playwright/test';
import type { Page } from 'playwright-core';
import { startCampus, type Campus, type CampusOptions } from '../../../campus/campus.ts';
import type { FaultProxy } from '../../support/faults/fault-proxy.ts';
import { mei } from '../../tour/people.ts';
import { lastingPort } from '../../support/ports.ts';
import { startClient, type Client, type ClientOptions } from './client.ts';
import { connectionsTo } from './connections.ts';

export { expect };

/** Where to look for leftovers after an end, and which ones are allowed. */
interface Left {
  /** The proxy between client and campus: its own connections to the campus may outlast the client's. */
  line?: FaultProxy;
  /** How many sessions the campus may still hold, as it does for a while when a client could not sign out. */
  sessions?: number;
}

/** A campus and a client in front of it, and what a person does in the client's window. */
export class Scene {
  private constructor(
    public campus: Campus,
    public client: Client,
    private readonly clock: { offset: number },
  ) {}

  /** @param clientOptions the client's options, or a function that makes them once the campus has started */
  static async open(
    options: CampusOptions = {},
    clientOptions: ClientOptions | ((campus: Campus) => Promise<ClientOptions>) = {},
  ): Promise<Scene> {
    const clock = { offset: 0 };
    const campus = await startCampus({ now: () => Date.now() + clock.offset, port: await lastingPort(), ...options });
    const client = await startClient({
      profiles: [campus.profile],
      ...(typeof clientOptions === 'function' ? await clientOptions(campus) : clientOptions),
    });
    return new Scene(campus, client, clock);
  }

  get window(): Page {
    return this.client.window;
  }

  /** Moves the campus's clock ahead, but not the client's. */
  passTime(ms: number): void {
    this.clock.offset += ms;
  }

  button(name: string | RegExp) {
    return this.window.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  heading(name: string | RegExp) {
    return this.window.getByRole('heading', { level: 1, name });
  }

  /** Expects this text on the screen. What a screen reader was told does not count: it stays for a moment when it is true no longer. */
  async says(text: string | RegExp): Promise<void> {
    const shown = this.window.locator(':not([data-live-announcer] *)');
    await expect(this.window.getByText(text).and(shown).first()).toBeVisible();
  }

  async connect(): Promise<void> {
    await this.button('Connect').click();
    await expect(this.heading('Notice from your campus')).toBeVisible();
  }

  async proceed(): Promise<void> {
    await this.button('Proceed').click();
    await expect(this.heading('Sign in')).toBeVisible();
  }

  async signIn(password: string = mei.password): Promise<void> {
    await this.window.getByLabel('UMPASS user ID').fill(mei.userId);
    await this.window.getByLabel('UMPASS password').fill(password);
    await this.button('Sign in').click();
  }

  async atSecondFactor(): Promise<void> {
    await this.connect();
    await this.proceed();
    await this.signIn();
    await expect(this.heading('Confirm it is you')).toBeVisible();
  }

  async sendPush(): Promise<void> {
    await this.button(/^Send me a Push/).click();
    await expect(this.heading('Approve it on your phone')).toBeVisible();
  }

  async toPasscode(): Promise<void> {
    await this.button(/^Enter a Passcode/).click();
    await expect(this.heading('Enter a Passcode')).toBeVisible();
  }

  async enterPasscode(passcode: string): Promise<void> {
    await this.window.getByLabel('Passcode').fill(passcode);
    await this.button('Verify').click();
  }

  /** Signs in, from the home screen until connected. */
  async signedIn(): Promise<void> {
    await this.atSecondFactor();
    await this.toPasscode();
    await this.enterPasscode(this.code());
    await expect(this.heading('Connected')).toBeVisible();
  }

  code(phone: string = mei.phone): string {
    const account = this.campus.services.factors.accounts(phone)[0];
    if (!account) throw new Error('no account');
    return account.code;
  }

  /** Waits for the one push on a phone, and returns it. */
  async push(phone: string = mei.phone) {
    await expect.poll(() => this.campus.services.factors.waiting(phone).length).toBe(1);
    const push = this.campus.services.factors.waiting(phone)[0];
    if (!push) throw new Error('no push');
    return push;
  }

  /** Presses Try now whenever it is offered until the connection is back. The connection can return without it at any moment. */
  async hurry(): Promise<void> {
    const again = this.button('Try now');
    const back = this.window.getByText(/^Connected/).first();
    await expect(async () => {
      if (await again.isVisible()) await again.click({ timeout: 1_000 }).catch(() => undefined); // The button has just gone, or a try is in progress
      await expect(back).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
  }

  /** Expects that the screen says what happened, that the app is at home again, and that the campus holds nothing of the client. */
  async ended(title: string, left?: Left): Promise<void> {
    await expect(this.window.getByText(title, { exact: true }).first()).toBeVisible();
    await expect(this.button(/^(Try again( at \d.*)?|Sign in again)$/)).toBeVisible();
    await this.nothingLeft(left);
  }

  /** Expects that the campus holds nothing of the client: no push, no session, no connection. */
  async nothingLeft({ line, sessions = 0 }: Left = {}): Promise<void> {
    const { campus } = this;
    const connections = (): number | Promise<number> => line?.connections.open ?? connectionsTo(campus.port, campus.portalPort);
    await expect.poll(() => campus.services.factors.waiting(mei.phone), 'pushes').toEqual([]);
    await expect.poll(() => campus.records.sessions().length, 'sessions').toBe(sessions);
    await expect.poll(connections, 'connections').toBe(0);
  }

  /**
   * Kills the client and starts it again with the same user data.
   *
   * @param atRest checks to run in between, when nothing writes to the user data
   */
  async crash(atRest: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { userData } = this.client;
    await this.client.kill();
    await atRest();
    this.client = await startClient({ userData });
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.campus.stop();
  }
}

/** `open` starts a scene and closes it after the test, even if the test fails. */
export const test = base.extend<{ open: typeof Scene.open }>({
  open: async ({}, use) => {
    const scenes: Scene[] = [];
    await use(async (...args) => {
      const scene = await Scene.open(...args);
      scenes.push(scene);
      return scene;
    });
    for (const scene of scenes) await scene.close();
  },
});
