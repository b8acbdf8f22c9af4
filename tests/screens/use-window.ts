import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { CallName } from '../../shared/bridge.ts';
import { now, screens, state } from './states.ts';
import { buildWindow, launchChromium, openWindow, serve, type Reply, type TestWindow } from './window.ts';

/** Opens one window for the tests of a file, and closes it after them. Chromium may complain about nothing in between. */
export function useWindow(system: 'windows' | 'linux' = 'windows') {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let opened: TestWindow;
  beforeAll(async () => {
    browser = await launchChromium();
    server = await serve(await buildWindow('english'));
    opened = await openWindow(browser, server.address, now, system);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(() => expect(opened.complaints.splice(0)).toEqual([]));

  const subject: TestWindow = {
    get page() {
      return opened.page;
    },
    get calls() {
      return opened.calls;
    },
    get complaints() {
      return opened.complaints;
    },
    open: (shown) => opened.open(shown),
    show: (shown) => opened.show(shown),
    speak: (language) => opened.speak(language),
    traffic: (samples) => opened.traffic(samples),
    reply: (name, reply) => opened.reply(name, reply),
  };
  return {
    subject,
    button: (name: string) => subject.page.getByRole('button', { name, exact: true }),
    field: (label: string) => subject.page.getByLabel(label, { exact: true }),
    press: (key: string) => subject.page.keyboard.press(key),
    expectCalls: (...calls: [name: CallName, input?: unknown][]) =>
      expect.poll(() => subject.calls).toEqual(calls.map(([name, input]) => ({ name, input }))),
    openScreen: (name: keyof typeof screens) => subject.open(screens[name]?.state ?? state({})),
  };
}

/** An answer that arrives when the test says so. */
export function later(): { reply: Promise<Reply>; arrive: (reply?: Reply) => void } {
  let arrive: (reply: Reply) => void = () => undefined;
  const reply = new Promise<Reply>((resolve) => (arrive = resolve));
  return { reply, arrive: (value = { ok: true }) => arrive(value) };
}
