import { expect, test as base } from 'playwright/test';
import type { Page } from 'playwright-core';
import { startCampus, type Campus, type CampusOptions } from '../../../campus/campus.ts';
import { mei } from '../../tour/people.ts';
import { lastingPort } from '../../support/ports.ts';
import { startClient, type Client, type ClientOptions } from './client.ts';

export { expect };

/** A campus and a client in front of it, and what a person does in the client's window. */
export class Scene {
  private constructor(
    public campus: Campus,
    public client: Client,
    private readonly clock: { offset: number },
  ) {}

  /** @param clientOptions what the client starts with, where need be once the campus is there */
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

  /** Moves the campus's clock ahead, not ours. */
  passTime(ms: number): void {
    this.clock.offset += ms;
  }

  button(name: string | RegExp) {
    return this.window.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  heading(name: string | RegExp) {
    return this.window.getByRole('heading', { level: 1, name });
  }

  /** That the screen says this, in sight or to a screen reader. */
  async says(text: string | RegExp): Promise<void> {
    await expect(this.window.getByText(text).first()).toBeVisible();
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

  /** From home to connected. */
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

  /** The push that waits on a phone. */
  async push(phone: string = mei.phone) {
    await expect.poll(() => this.campus.services.factors.waiting(phone).length).toBe(1);
    const push = this.campus.services.factors.waiting(phone)[0];
    if (!push) throw new Error('no push');
    return push;
  }

  /** That the screen says what happened, and the state is clean: back at home, nothing at the campus. */
  async ended(title: string): Promise<void> {
    await expect(this.window.getByText(title, { exact: true }).first()).toBeVisible();
    await expect(this.button(/^(Try|Sign in) again$/)).toBeVisible();
    await expect.poll(() => this.campus.services.factors.waiting(mei.phone)).toEqual([]);
  }

  /** The client is killed, and started once more with the same user data. */
  async crash(): Promise<void> {
    const { userData } = this.client;
    await this.client.kill();
    this.client = await startClient({ userData });
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.campus.stop();
  }
}

/** `open` starts a scene and closes it after the test, whatever became of it. */
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
