import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import { afterAll, expect, test, vi } from 'vitest';
import { allGone, familyOf } from '../../e2e/support/processes.ts';
import { discard } from '../../electron-double/chromium.ts';

/** The double as a process of its own, as end-to-end tests start it. It runs from `dist/`: build first. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'electron-double-test-'));
afterAll(() => discard(folder));

const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, value]])),
  );

const main = path.resolve('tests/electron-double/fixtures/main.mjs');
const electron = path.resolve('tests/electron-double/electron');
const launch = (userData: string, env: Record<string, string> = {}): Promise<ElectronApplication> =>
  _electron.launch({ executablePath: electron, args: [main, `--user-data-dir=${userData}`], env: { ...environment(), ...env } });

test("Playwright's launcher for Electron starts the double, sees its window, and closes it", async () => {
  const running = await launch(path.join(folder, 'one'));
  const page = await running.firstWindow();
  await page.getByRole('heading', { name: 'app://causeway/' }).waitFor();
  expect(await page.evaluate('api.echo(7)')).toBe(7);
  expect(await running.evaluate(({ app: its }) => [its.isReady(), its.getPath('userData')])).toEqual([true, path.join(folder, 'one')]);
  const ended = running.process();
  await running.close();
  expect(ended.exitCode).toBe(0);
  expect(readdirSync(path.join(folder, 'one', 'Chromium'))).toEqual([]);
});

test('the app’s ready event comes only once the entry module has been evaluated, whatever that waits for', async () => {
  const entry = path.resolve('tests/electron-double/fixtures/waits.mjs');
  const running = spawn(electron, [entry, `--user-data-dir=${path.join(folder, 'waits')}`]);
  let output = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  expect(await new Promise((resolve) => running.once('exit', resolve))).toBe(0);
  expect(output).toBe('evaluated, ready: false\nready\n');
});

test('a second instance passes its arguments to the first one and ends; once the first one was killed, another gets the lock', async () => {
  const userData = path.join(folder, 'two');
  const first = await launch(userData);
  await first.firstWindow();
  const second = spawn(electron, [main, `--user-data-dir=${userData}`, 'causeway://task/add-device']);
  expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0);
  const arrivals = (): Promise<unknown> => first.evaluate(() => Reflect.get(globalThis, 'arrivals') as unknown);
  await expect.poll(() => arrivals()).toEqual([expect.arrayContaining(['causeway://task/add-device'])]);
  const killed = new Promise((resolve) => first.process().once('exit', resolve));
  const family = await familyOf(first.process().pid ?? 0);
  expect(family.some(({ command }) => command.includes('--headless=new'))).toBe(true);
  first.process().kill('SIGKILL');
  await killed;
  await allGone(family, 10_000);
  const third = await launch(userData);
  expect(await third.evaluate(({ app: its }) => its.hasSingleInstanceLock())).toBe(true);
  await third.close();
});

test('an entry module that waits for ready at its top level is reported as a deadlock and ended', async () => {
  const deadlock = path.resolve('tests/electron-double/fixtures/deadlock.mjs');
  const stuck = spawn(electron, [deadlock, `--user-data-dir=${path.join(folder, 'stuck')}`]);
  let output = '';
  stuck.stderr.setEncoding('utf8').on('data', (words: string) => (output += words));
  expect(await new Promise((resolve) => stuck.once('close', resolve))).toBe(13);
  expect(output).toMatch(/deadlock.*electron#40719/);
});

test('an uncaught exception in the main process is shown in Electron’s error box, and the process goes on', async () => {
  const running = await launch(path.join(folder, 'uncaught'));
  await running.firstWindow();
  await running.evaluate(() => {
    setTimeout(() => {
      throw new Error('uncaught on purpose');
    }, 0);
  });
  interface Double {
    double: { dialogs: { kind: string; options: { content: string } }[] };
  }
  const shown = (): Promise<unknown> =>
    running.evaluate((electronModule) =>
      (electronModule as unknown as Double).double.dialogs.map(({ kind, options }) => [kind, options.content.split('\n')[1]]),
    );
  await expect.poll(() => shown()).toEqual([['error', 'Error: uncaught on purpose']]);
  await running.close();
});

test('app.quit() can be prevented in before-quit, in a window’s close and in will-quit', async () => {
  const running = await launch(path.join(folder, 'three'));
  await running.firstWindow();
  const steps = (): Promise<unknown> => running.evaluate(() => Reflect.get(globalThis, 'steps') as unknown);
  const refuse = (step: string): Promise<unknown> =>
    running.evaluate(({ app: its }, name) => {
      Reflect.set(globalThis, 'refuse', name);
      its.quit();
    }, step);
  await refuse('before-quit');
  await expect.poll(steps).toEqual(['before-quit']);
  await refuse('close');
  await expect.poll(steps).toEqual(['before-quit', 'close']);
  await refuse('will-quit');
  await expect.poll(steps).toEqual(['before-quit', 'close', 'closed', 'will-quit']);
  const ended = running.process();
  await refuse('');
  await running.close();
  expect(ended.exitCode).toBe(0);
});

test.runIf(existsSync('/usr/bin/Xvfb'))(
  'on a display, Chromium’s windows lie where the app’s views are, and closing the app’s window ends it',
  async () => {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const display = await new Promise<string>((resolve) =>
      server.stdio[3]?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    const running = await launch(path.join(folder, 'four'), { DISPLAY: `:${display}`, CAUSEWAY_HEADED: '1' });
    const page = await running.firstWindow();
    await page.getByRole('heading', { name: 'app://causeway/' }).waitFor();
    await running.evaluate(({ BaseWindow: Windows }) => Windows.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 640, height: 480 }));
    await running.evaluate(({ BaseWindow: Windows }) => {
      const [window] = Windows.getAllWindows();
      window?.contentView.children[0]?.setBounds({ x: 20, y: 10, width: 600, height: 400 });
    });
    const devtools = await running.context().newCDPSession(page);
    const place = async (): Promise<unknown> => (await devtools.send('Browser.getWindowForTarget')).bounds;
    await vi.waitFor(async () => expect(await place()).toMatchObject({ left: 60, top: 40, width: 600, height: 400 }), {
      timeout: 10_000,
    });
    const ended = new Promise((resolve) => running.process().once('exit', resolve));
    // The page goes before it can answer
    devtools.send('Page.close').catch(() => undefined);
    expect(await ended).toBe(0);
    server.kill();
  },
);
