import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { allGone, familyOf } from '../e2e/support/processes.ts';

const startTimeoutMs = 30_000;

/** A packed app that runs on the double, and what a person does in its window. */
export class PackedApp {
  private constructor(
    private readonly child: ChildProcess,
    private readonly browser: Browser,
    readonly window: Page,
    private readonly output: string[],
  ) {}

  /** Starts a package's own executable. Rejects with what it said where no window comes. */
  static async start(executable: string, userData: string, env: Record<string, string>): Promise<PackedApp> {
    const child = spawn(executable, [`--user-data-dir=${userData}`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    const limit = AbortSignal.timeout(startTimeoutMs);
    const failed = (why: string): Error => new Error(`The packed app ${why}:\n${output.slice(-20).join('\n')}`);
    try {
      const endpoint = await new Promise<string>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr])
          createInterface({ input: stream }).on('line', (line) => {
            output.push(line);
            // The double's own Chromium: the app itself opens no such port
            const address = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1];
            if (address !== undefined) resolve(address);
          });
        child.once('exit', (code) => reject(failed(`ended with ${code}`)));
        child.once('error', reject);
        limit.addEventListener('abort', () => reject(failed('did not start')));
      });
      const browser = await chromium.connectOverCDP(endpoint);
      for (;;) {
        for (const page of browser.contexts().flatMap((context) => context.pages()))
          if (
            await page
              .getByRole('button', { name: 'Connect', exact: true })
              .isVisible()
              .catch(() => false)
          )
            return new PackedApp(child, browser, page, output);
        if (limit.aborted || child.exitCode !== null) throw failed('shows no window');
        await pause(50);
      }
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** How an app that cannot start ends: its exit code and what it said. Rejects where it does not end. */
  static async endOf(executable: string, userData: string): Promise<{ code: number | null; output: string }> {
    const child = spawn(executable, [`--user-data-dir=${userData}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (args: string) => (output += args));
    try {
      await once(child, 'close', { signal: AbortSignal.timeout(startTimeoutMs) });
    } catch {
      child.kill('SIGKILL');
      throw new Error(`A damaged package neither opened nor ended:\n${output}`);
    }
    return { code: child.exitCode, output };
  }

  button(name: string | RegExp): Locator {
    return this.window.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  /** Waits for a screen. */
  async sees(heading: string): Promise<void> {
    await this.window.getByRole('heading', { level: 1, name: heading }).waitFor({ timeout: 30_000 });
  }

  /** From home to the second factor's code, as a person who wants to be remembered or not. */
  async signIn(user: string, password: string, { remember, userLabel, passwordLabel }: SignInForm): Promise<void> {
    await this.button('Connect').click();
    await this.button('Proceed').click();
    await this.window.getByLabel(userLabel).fill(user);
    await this.window.getByLabel(passwordLabel, { exact: true }).fill(password);
    if (remember) await this.window.getByRole('checkbox').check({ force: true });
    await this.button('Sign in').click();
  }

  async enterCode(code: string): Promise<void> {
    await this.sees('Enter a Passcode');
    // A gateway may name the field in its own words
    await this.window.getByLabel(/^(Passcode|Password)$/).fill(code);
    await this.button('Verify').click();
    await this.sees('Connected');
  }

  /** Which of the app's processes has loaded a library, by the kernel's own list. */
  async hasLoaded(library: string): Promise<boolean> {
    const family = this.child.pid === undefined ? [] : await familyOf(this.child.pid);
    const maps = await Promise.all(family.map(({ pid }) => readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '')));
    return maps.some((map) => map.includes(library));
  }

  get args(): string {
    return this.output.join('\n');
  }

  async close(): Promise<void> {
    const family = this.child.pid === undefined ? [] : await familyOf(this.child.pid);
    await this.browser.close();
    // As a system shutdown asks: the app signs out and ends
    if (this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const force = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(force);
    }
    await allGone(family, 10_000);
  }
}

interface SignInForm {
  remember: boolean;
  userLabel: string;
  passwordLabel: string;
}
