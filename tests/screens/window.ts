import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, type Plugin } from 'vite';
import * as z from 'zod/mini';
import { chromiumPath } from '../chromium.ts';
import type { AppState, TrafficSample } from '../../shared/app-state.ts';
import { bridge, type CallName } from '../../shared/bridge.ts';
import type { Failure } from '../../shared/failure.ts';
import { chooseLanguage, type Language } from '../../shared/messages/languages.ts';
import { connectionReport } from './connection-report.ts';
import { shownReport } from './support.ts';

/**
 * The window's real bundle in a real Chromium, with the test in the role of the main process. The bridge's own schemas
 * check what the window sends and what the test answers.
 */

const root = join(import.meta.dirname, '../..');

/** Makes every English sentence a third longer, as translations are, and easy to tell from a sentence that is in no catalogue. */
const stretchedWords: Plugin = {
  name: 'stretched-words',
  transform(code, id) {
    if (!id.endsWith('/shared/messages/en.ts')) return null;
    return `${code.replace('export const en =', 'const english =')}
      const longer = (text) => '\\u00ab' + text + ' ' + 'lorem ipsum dolor sit amet consetetur sadipscing'.slice(0, Math.ceil(text.length * 0.3)) + '\\u00bb';
      const stretch = (words) => typeof words === 'string' ? longer(words)
        : Array.isArray(words) ? words.map(stretch)
        : Object.fromEntries(Object.entries(words).map(([key, value]) => [key, stretch(value)]));
      export const en = { ...stretch(english), unknown: english.unknown };`;
  },
};

/** A build of this age is of no use to tests that run now. */
const oldBuildMs = 24 * 60 * 60_000;

/**
 * Builds the window and returns its folder in `out/`. Tests share a build until the sources change: it takes seconds. The
 * English build is exactly what is shipped. The stretched build contains React's own checks, whose warnings count as
 * complaints.
 */
export async function buildWindow(words: 'english' | 'stretched'): Promise<string> {
  const bundles = join(root, 'out/screens/bundles');
  const folder = join(bundles, `${words}-${await sourcesDigest()}`);
  if (existsSync(folder)) return folder;
  await mkdir(bundles, { recursive: true });
  await removeOldBuilds(bundles);
  const outDir = await mkdtemp(join(bundles, `${words}-unfinished-`));
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = words === 'english' ? 'production' : 'development'; // Vite reads it before anything else
  try {
    await build({
      configFile: join(root, 'renderer/vite.config.ts'),
      logLevel: 'error',
      build: { outDir, emptyOutDir: true },
      plugins: words === 'stretched' ? [stretchedWords] : [],
    });
  } finally {
    process.env['NODE_ENV'] = before;
  }
  // Another test file may have built the same in the meantime: its folder is as good
  await rename(outDir, folder).catch(() => undefined);
  return existsSync(folder) ? folder : outDir;
}

/** Everything that a build depends on: our sources, the packages, and how the build is made here. */
async function sourcesDigest(): Promise<string> {
  const digest = createHash('sha256');
  const names = await Promise.all(
    ['renderer', 'shared'].map((room) => readdir(join(root, room), { recursive: true, withFileTypes: true })),
  );
  const files = names.flat().flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  for (const file of [...files.sort(), join(root, 'package-lock.json'), import.meta.filename])
    digest
      .update(`${file}\0`)
      .update(await readFile(file))
      .update('\0');
  return digest.digest('hex').slice(0, 16);
}

async function removeOldBuilds(bundles: string): Promise<void> {
  for (const name of await readdir(bundles)) {
    const { mtimeMs } = await stat(join(bundles, name));
    if (Date.now() - mtimeMs > oldBuildMs) await rm(join(bundles, name), { recursive: true, force: true });
  }
}

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

/** Serves a folder on loopback. */
export async function serve(folder: string): Promise<{ address: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end(); // Only browsers ask for one
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    readFile(join(folder, path)).then(
      (body) => response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { address: `http://127.0.0.1:${bound.port}/`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  });

export interface Called {
  name: CallName;
  input: unknown;
}

/** The answer to a call: its value, a failure, or a promise of either that the test settles when it wants. */
export type Reply = { ok: true; value?: unknown } | { ok: false; failure: Failure };

/** One window under test. */
export interface TestWindow {
  page: Page;
  /** The calls since the last `show`, `getState` left out. */
  calls: Called[];
  /** What Chromium complained about: errors, violations of the page's policy, calls that the bridge's schemas refuse. */
  complaints: string[];
  /** Loads the page again with this state. */
  open: (state: AppState) => Promise<void>;
  /** Sends a new state to the open page. */
  show: (state: AppState) => Promise<void>;
  /** Says the open page's state in another language, as after a choice in Settings. */
  speak: (language: Language) => Promise<void>;
  traffic: (samples: readonly TrafficSample[]) => Promise<void>;
  /** What the next calls with this name are answered. */
  reply: (name: CallName, reply: Reply | Promise<Reply>) => void;
}

/** tsx names functions with a helper of its own, which those that go into a page take along. */
export const tsxHelper = 'globalThis.__name ??= (value) => value';

/** As Chromium calls itself there. On Linux a heading gets the focus a fifth of a second later (`renderer/heading-focus.ts`). */
const windowsAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

/** Opens a page whose clock stands at `now` and whose bridge ends in the test. */
export async function openWindow(
  browser: Browser,
  address: string,
  now: number,
  system: 'windows' | 'linux' = 'windows',
): Promise<TestWindow> {
  const context = await browser.newContext({
    ...(system === 'windows' ? { userAgent: windowsAgent } : {}),
    viewport: { width: 420, height: 680 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(now);
  const calls: Called[] = [];
  const complaints: string[] = [];
  const replies = new Map<CallName, Reply | Promise<Reply>>();
  let current: AppState | null = null;

  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));

  await page.exposeFunction('harnessCall', async (name: string, input: unknown): Promise<unknown> => {
    const known = Object.entries(bridge.calls).find(([key]) => key === name);
    if (!known) return void complaints.push(`unknown call ${name}`);
    const callName = known[0] as CallName; // It is a key of the bridge's calls
    const parsed = z.safeParse(known[1].in, input);
    if (!parsed.success) complaints.push(`${name}: ${JSON.stringify(input)} does not fit: ${parsed.error.message}`);
    if (callName === 'getState') return { ok: true, value: current };
    calls.push({ name: callName, input: parsed.data });
    return (await replies.get(callName)) ?? { ok: true };
  });
  await page.addInitScript(tsxHelper);
  await page.addInitScript(() => {
    const listeners: Record<string, Set<(payload: unknown) => void>> = {};
    const harness = window as unknown as { harnessCall: (name: string, input: unknown) => Promise<unknown> };
    Object.assign(window, {
      causeway: Object.freeze({
        call: (name: string, input: unknown) => harness.harnessCall(name, input),
        on: (name: string, listener: (payload: unknown) => void) => {
          (listeners[name] ??= new Set()).add(listener);
          return () => listeners[name]?.delete(listener);
        },
      }),
      harnessEmit: (name: string, payload: unknown) => listeners[name]?.forEach((listener) => listener(payload)),
    });
  });
  const emit = (name: 'state' | 'traffic', payload: unknown): Promise<void> =>
    page.evaluate(
      (event) => {
        (window as unknown as { harnessEmit: (name: string, payload: unknown) => void }).harnessEmit(event.name, event.payload);
      },
      { name, payload },
    );

  return {
    page,
    calls,
    complaints,
    open: async (state) => {
      current = state;
      calls.length = 0;
      complaints.length = 0;
      replies.clear();
      replies.set('makeReport', { ok: true, value: shownReport });
      replies.set('readConnection', { ok: true, value: connectionReport('minute') });
      replies.set('revealPasscode', { ok: true, value: { passcode: '482915036' } });
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      // The heading scrolls into sight when it gets the focus, which `main` holds for a moment first
      await page.waitForFunction(() => ![document.body, document.querySelector('main')].includes(document.activeElement as HTMLElement));
    },
    show: async (state) => {
      current = state;
      calls.length = 0;
      await emit('state', state);
    },
    speak: async (language) => {
      if (!current) throw new Error('no page is open');
      current = { ...current, preferences: { ...current.preferences, language } };
      await emit('state', current);
      const { locale } = chooseLanguage(language, current.about.languages);
      await page.waitForFunction((lang) => document.documentElement.lang === lang, locale);
      // The attribute is set when the language is there, the screen is drawn in the next frame
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    },
    traffic: async (samples) => {
      for (const sample of samples) await emit('traffic', sample);
    },
    reply: (name, reply) => replies.set(name, reply),
  };
}
