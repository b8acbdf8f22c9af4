import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { discard } from '../../electron-double/chromium.ts';

/** Starts of the built app that go wrong, on the double as a process of its own. It runs from `dist/`: build first. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-start-'));
afterAll(() => discard(folder));

interface Ended {
  code: number | null;
  /** What it said on stderr, boxes of the system's among it. */
  output: string;
}

const electron = path.resolve('tests/electron-double/electron');

/** Runs an app until it ends by itself. */
function run(command: readonly [string, ...string[]], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const [program, ...args] = command;
    const running = spawn(program, args, { env: { ...process.env, ...env } });
    let output = '';
    running.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    running.once('exit', (code) => resolve({ code, output }));
  });
}

/** A copy of the built app, but for some of its parts. */
function appWithout(name: string, ...missing: string[]): string {
  const root = path.join(folder, name);
  mkdirSync(root);
  cpSync('package.json', path.join(root, 'package.json'));
  cpSync('dist', path.join(root, 'dist'), { recursive: true, filter: (file) => !missing.includes(path.relative('dist', file)) });
  for (const each of ['node_modules', 'build']) symlinkSync(path.resolve(each), path.join(root, each));
  return root;
}

test('a failed start is logged, reported in a sentence of ours, and ends with exit code 1', async () => {
  const userData = path.join(folder, 'fails');
  const { code, output } = await run([electron, appWithout('no-page', 'renderer'), `--user-data-dir=${userData}`]);
  expect(output).toContain('[error box] Causeway could not start: ');
  expect(output).toContain(`it is in ${path.join(userData, 'logs')}`);
  expect(output).not.toContain('A JavaScript error occurred');
  expect(code).toBe(1);
  expect(readFileSync(path.join(userData, 'logs', 'causeway.log'), 'utf8')).toMatch(/start failed: .*app:\/\/causeway/);
});

const packaged = { ELECTRON_DOUBLE_PACKAGED: '1' };
const root = path.resolve('.');

test.each(['--ignore-certificate-errors', '--host-resolver-rules=MAP * 127.0.0.1', '--remote-debugging-port=0', '--inspect=0'])(
  'a package does not start with %s: it says so and exits with 2 before Chromium runs',
  async (given) => {
    const userData = path.join(folder, `refused${given.replaceAll(/\W/g, '-')}`);
    const { code, output } = await run([electron, root, `--user-data-dir=${userData}`, given], packaged);
    expect(output).toContain(`[error box] Causeway could not start: Causeway was started with ${given.split('=')[0] ?? ''}.`);
    expect(output).not.toContain('DevTools listening');
    expect(code).toBe(2);
    expect(existsSync(path.join(userData, 'SingletonLock'))).toBe(false);
  },
);

test.skipIf(process.getuid?.() !== 0)('a start without the sandbox is refused if policy requires it', async () => {
  // A copy of /etc, for this process and its own only
  const etc = path.join(folder, 'etc');
  const policy = JSON.stringify({ sandboxRequired: true });
  const inside = `cp -a /etc '${etc}' && mkdir -p '${etc}/causeway' && echo '${policy}' > '${etc}/causeway/policy.json' && mount --bind '${etc}' /etc && exec "$@"`;
  const args = ['sh', electron, root, `--user-data-dir=${path.join(folder, 'sandboxed')}`, '--no-sandbox'];
  const { code, output } = await run(['unshare', '--mount', 'sh', '-c', inside, ...args], packaged);
  expect(output).toContain('[error box] Causeway could not start: Causeway was started without the sandbox');
  expect(code).toBe(2);
});

test('a package without its native parts, the sandbox or a desktop file opens and reports each', async () => {
  const userData = path.join(folder, 'bare');
  const env = { ...process.env, ...packaged, XDG_DATA_HOME: folder, XDG_DATA_DIRS: folder };
  const running = spawn(electron, [appWithout('bare-app'), `--user-data-dir=${userData}`, '--no-sandbox'], { env });
  onTestFinished(() => new Promise<void>((resolve) => (running.once('exit', () => resolve()), running.kill())));
  const endpoint = await new Promise<string>((resolve) => {
    let output = '';
    running.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = /DevTools listening on (\S+)/.exec(output);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
  });
  const browser = await chromium.connectOverCDP(endpoint);
  const pages = () => browser.contexts().flatMap((context) => context.pages());
  await expect.poll(() => pages().length, { timeout: 20_000 }).toBe(1);
  const [page] = pages();
  if (!page) throw new Error('no page');
  await page.getByText('A part of Causeway is missing').waitFor();
  await page.getByText(path.join(folder, 'native')).waitFor();
  await page.getByText('Web pages are less isolated').waitFor();
  await page.screenshot({ path: 'out/pictures/bare.png' });
  await browser.close();
});
