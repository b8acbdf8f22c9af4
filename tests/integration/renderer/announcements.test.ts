import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { AppState } from '../../../shared/app-state.ts';
import type { Failure } from '../../../shared/failure.ts';
import { languages } from '../../../shared/messages/languages.ts';
import { loadLocalizer, type FailureMessage, type Localizer } from '../../../shared/messages/localizer.ts';
import { asking, campus, now, prompts, screens, state } from '../../screens/states.ts';
import { later, useWindow } from '../../screens/use-window.ts';

/** What people hear who do not see the window change: each announcement comes when the thing happens, once, and says what it is about. */

const { subject, button, field, press } = useWindow('linux');
let english: Localizer;
const sentencesOf = ({ title, happened, todo }: FailureMessage): string[] => [title, happened, todo];

beforeAll(async () => {
  english = await loadLocalizer('en', ['en-GB']);
});

/** What every live region of the page has been given to say since the last `forget`, in its order. */
const heard = (): Promise<string[]> => subject.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
const forget = (): Promise<void> => subject.page.evaluate(() => void ((window as unknown as { heard: string[] }).heard = []));
/** Longer than the window gathers what it says. */
const settle = (): Promise<void> => subject.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
/** Waits until this was said, then for the rest, and wants nothing but this. */
async function expectHeard(...sentences: string[]): Promise<void> {
  const said = async (): Promise<string> => (await heard()).join(' ');
  await expect.poll(said).toContain(sentences.at(-1) ?? '');
  await settle();
  expect(await said()).toEqual(sentences.join(' '));
}
/** Opens a screen, and forgets what was said until it stands. */
async function standing(shown: AppState): Promise<void> {
  await subject.open(shown);
  await settle();
  await forget();
}
const shown = (name: keyof typeof screens): AppState => screens[name]?.state ?? state({});

beforeAll(async () => {
  // Every element that assistive technology takes for a live region, ours or a library's, from the page's first element on
  await subject.page.addInitScript(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const live = '[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"], output';
    new MutationObserver((changes) => {
      const say = (...texts: string[]): void =>
        void (window as unknown as { heard: string[] }).heard.push(...texts.filter((text) => text !== ''));
      for (const { type, target, addedNodes } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const region = element?.closest('[aria-hidden="true"]') ? null : element?.closest(live);
        if (region) say(...(type === 'characterData' ? [target.textContent ?? ''] : [...addedNodes].map(nameOf)));
        // An alert is read when it appears; the others only when they change
        else
          for (const node of addedNodes)
            if (node instanceof HTMLElement)
              for (const alert of [node, ...node.querySelectorAll<HTMLElement>('*')].filter((each) => each.matches('[role="alert"]')))
                say(...alert.innerText.split('\n'));
      }
    }).observe(document, { childList: true, subtree: true, characterData: true });
    function nameOf(node: Node): string {
      const by = node instanceof Element ? (node.getAttribute('aria-labelledby') ?? '') : '';
      if (node instanceof Element && node.matches('[aria-hidden]')) return '';
      return by === ''
        ? (node.textContent ?? '')
        : by
            .split(' ')
            .map((id) => document.getElementById(id)?.textContent ?? '')
            .join(' ');
    }
  });
});

describe('the state of the connection is announced, in each language', () => {
  const kinds: [screen: keyof typeof screens, words: (spoken: Localizer) => string[]][] = [
    ['contacting', ({ messages, format }) => [format(messages.status.contacting, { gateway: 'vpn.campus.test' })]],
    ['opening', ({ messages }) => [messages.status.opening]],
    ['connected', ({ messages, format }) => [format(messages.status.connected, { campus: campus.name })]],
    ['expiring', ({ messages, format }) => [format(messages.notification.expiringTitle, { untilAt: now + 9.5 * 60_000 })]],
    ['reconnecting', ({ messages, format }) => [format(messages.status.reconnecting, { campus: campus.name })]],
    ['ended-unreachable', ({ failure }) => [failure({ code: 'gateway-unreachable', params: { host: 'vpn.campus.test' } }).happened]],
    ['push-number', ({ messages, format }) => [format(messages.push.lead, { device: 'Mei’s phone' }), messages.push.number, '482']],
    ['second-factor-denied', ({ failure }) => sentencesOf(failure({ code: 'push-denied' }))],
  ];
  test.each(languages)('in %s', async (language) => {
    const spoken = await loadLocalizer(language, ['en-GB']);
    const inLanguage = (of: AppState): AppState => ({ ...of, preferences: { ...of.preferences, language } });
    await standing(inLanguage(state({})));
    for (const [screen, words] of kinds) {
      await subject.show(inLanguage(shown(screen)));
      await expectHeard(...atNow(() => words(spoken)));
      await forget();
    }
  });
});

/** Writes instants as on the day of the screens. */
function atNow<T>(write: () => T): T {
  vi.useFakeTimers({ now, toFake: ['Date'] });
  try {
    return write();
  } finally {
    vi.useRealTimers();
  }
}

/** Presses a button by the keyboard, as somebody does who hears its name. */
async function pressButton(name: string): Promise<void> {
  await button(name).focus();
  await press('Enter');
}
const failureWords = (failure: Failure): string[] => sentencesOf(english.failure(failure));
describe('what follows a person’s own act is announced once', () => {
  test('a wrong password is announced each time, with the tries that are left', async () => {
    const wrong = (promptId: string, triesLeft: number): AppState =>
      asking({ ...prompts.credentials, failure: { code: 'sign-in-rejected' }, triesLeft }, {}, promptId);
    await standing(shown('credentials'));
    await subject.show(wrong('p2', 2));
    await expectHeard(...failureWords({ code: 'sign-in-rejected' }), '2 tries left');
    await forget();
    await subject.show(wrong('p3', 2));
    await expectHeard(...failureWords({ code: 'sign-in-rejected' }), '2 tries left');
    // What else changes in the state meanwhile is no news
    await forget();
    await subject.show({ ...wrong('p3', 2), updates: { kind: 'checking', checkedAt: null } });
    await expectHeard();
  });

  test('a screen whose field takes the focus says its heading', async () => {
    await standing(shown('contacting'));
    await subject.show(shown('credentials'));
    await expectHeard('Sign in', english.messages.status.asking);
  });

  test('an empty field gets the focus back when the form is sent, and is described by its error', async () => {
    await standing(shown('credentials'));
    await field('UMPASS user ID').fill('dc012345');
    for (let time = 1; time <= 2; time += 1) {
      await pressButton('Sign in');
      await expect.poll(() => subject.page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password');
    }
    const described = await field('UMPASS password').evaluate((input) => {
      const ids = (input.getAttribute('aria-describedby') ?? '').split(' ');
      return [input.getAttribute('aria-invalid'), ids.map((id) => document.getElementById(id)?.textContent ?? '').join('')];
    });
    expect(described).toEqual(['true', 'Fill in UMPASS password first.']);
  });

  test('a role that nobody chose gets the focus when the recovery form is sent', async () => {
    await standing(shown('recovery-identity'));
    await pressButton('Get 2FA Passcode');
    await expect.poll(() => subject.page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('radio');
  });

  test('a recovery that failed is announced', async () => {
    await standing(shown('recovery-identity'));
    await subject.show(shown('recovery-identity-failed'));
    await expectHeard(...failureWords({ code: 'recovery-identity' }));
  });

  test('details that were copied are announced', async () => {
    await standing(shown('ended-unreachable'));
    await pressButton('Copy details');
    await expectHeard('Copied');
  });

  test('a passcode that is shown is announced, and so is that it was copied', async () => {
    await standing(shown('portal-add-confirm'));
    await pressButton('Show passcode');
    await expectHeard('4 8 2, 9 1 5, 0 3 6');
    await forget();
    await pressButton('Copy passcode');
    await expectHeard(english.messages.recovery.passcode.copied);
  });

  test('a report that is made, copied and saved is announced', async () => {
    await standing(state({}));
    const { reply, arrive } = later();
    subject.reply('makeReport', reply);
    await subject.show({ ...shown('report') });
    await expectHeard(english.messages.report.making);
    await forget();
    const { shownReport } = await import('../../screens/support.ts');
    arrive({ ok: true, value: shownReport });
    await expectHeard(english.messages.report.lead);
    await forget();
    subject.reply('copyReport', { ok: true });
    await pressButton('Copy');
    await expectHeard(english.messages.report.copied);
    await forget();
    subject.reply('saveReport', { ok: true, value: { saved: true } });
    await pressButton('Save…');
    await expectHeard(english.messages.report.saved);
  });

  test('a check that ends says what it found', async () => {
    await standing(shown('check-running'));
    await subject.show(shown('check-trouble'));
    await expectHeard(english.messages.check.something);
  });

  test('an update that is ready is announced wherever the person is, and what a check for one found in Settings', async () => {
    await standing(shown('connected'));
    const ready: AppState['updates'] = { kind: 'ready', version: '0.2.0', whatsNew: null };
    await subject.show({ ...shown('connected'), updates: ready });
    await expectHeard(english.format(english.messages.updates.ready, { version: '0.2.0' }));
    await standing(shown('settings'));
    await subject.show({ ...shown('settings'), updates: { kind: 'checking', checkedAt: null } });
    await expectHeard(english.messages.updates.checking);
    await forget();
    await subject.show({ ...shown('settings'), updates: { kind: 'idle', checkedAt: now } });
    await expectHeard(english.messages.updates.current);
  });

  test('what was forgotten is announced, and the keyboard stays at its part of Settings', async () => {
    const before = shown('settings-vouched');
    await standing(before);
    await pressButton('Forget vpn.campus.test');
    await subject.show({ ...before, acceptedHosts: [] });
    await expectHeard(english.messages.settings.forgotten);
    const focused = await subject.page.evaluate(() => document.activeElement?.tagName);
    expect(focused).toMatch(/^H[12]$/);
  });

  test('a call that failed, a notice and a campus that is not found are announced', async () => {
    await standing(shown('home'));
    subject.reply('connect', { ok: false, failure: { code: 'keychain-locked' } });
    await pressButton('Connect');
    await expectHeard(...failureWords({ code: 'keychain-locked' }));
    await forget();
    await subject.show(shown('home-notice'));
    await expectHeard(...failureWords({ code: 'settings-damaged', params: { file: 'settings.damaged.json' } }));
    await standing(shown('first-run'));
    await subject.page.getByRole('textbox').fill('nowhere.example');
    const { reply, arrive } = later();
    subject.reply('previewAddress', reply);
    await press('Enter');
    await expect.poll(heard).toEqual(['Looking for nowhere.example…']);
    arrive({ ok: false, failure: { code: 'profile-unreachable', params: { address: 'nowhere.example' } } });
    await expectHeard(
      'Looking for nowhere.example…',
      ...failureWords({ code: 'profile-unreachable', params: { address: 'nowhere.example' } }),
    );
  });

  test('the guide beside the portal announces the step that comes next', async () => {
    const at = (path: string): AppState => {
      const open = shown('portal-add-confirm');
      return { ...open, portal: open.portal.kind === 'open' ? { ...open.portal, path } : open.portal };
    };
    await standing(at('/home'));
    await subject.show(at('/add/type'));
    await expectHeard('Step 4 of 9', english.messages.guide.steps['add-device'].type as string);
    await forget();
    await subject.show(at('/add/done'));
    await expectHeard(english.messages.guide.steps['add-device'].done);
  });

  test('Caps Lock is announced at a password', async () => {
    await standing(shown('credentials'));
    await field('UMPASS password').focus();
    await field('UMPASS password').evaluate((input) =>
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, modifierCapsLock: true })),
    );
    await expectHeard(english.messages.credentials.capsLock);
  });
});

test('no countdown is read aloud while it runs', async () => {
  for (const screen of ['push', 'reconnecting', 'passcode-waiting', 'connected', 'waiting'] as const) {
    await standing(shown(screen));
    const before = await subject.page.locator('main').innerText();
    await subject.page.clock.setFixedTime(now + 5_000);
    if (screen !== 'connected') await expect.poll(() => subject.page.locator('main').innerText()).not.toBe(before);
    await expectHeard();
    await subject.page.clock.setFixedTime(now);
  }
});

test('a connection that breaks, comes back and breaks again in a moment ends with what is true', async () => {
  await standing(shown('connected'));
  for (const screen of ['reconnecting', 'connected', 'reconnecting'] as const) await subject.show(shown(screen));
  await expectHeard(`Connected to ${campus.name}`, `Reconnecting to ${campus.name}`);
});

test('what happens behind a question is announced all the same', async () => {
  await standing(shown('confirm-quit'));
  await subject.show({ ...shown('reconnecting'), confirmation: { kind: 'quit' } });
  await expectHeard('Reconnecting to Campus Test University');
  expect(await subject.page.locator('[role="status"]').evaluate((region) => region.closest('[aria-hidden="true"], [inert]') === null)).toBe(
    true,
  );
  const dialog = subject.page.getByRole('alertdialog');
  expect(await dialog.getAttribute('aria-describedby')).toBeTruthy();
});

test('another language is announced by its own words, and the keyboard stays at the choice', async () => {
  await standing(shown('settings'));
  const choice = subject.page.getByRole('combobox');
  await choice.focus();
  await subject.speak('pt');
  const portuguese = await loadLocalizer('pt', ['en-GB']);
  await expectHeard(portuguese.format(portuguese.messages.status.connected, { campus: campus.name }));
  expect(await choice.evaluate((select) => select === document.activeElement)).toBe(true);
  expect(await subject.page.evaluate(() => document.documentElement.lang)).toBe('pt-PT');
  expect(
    await choice
      .locator('option')
      .evaluateAll((options) => options.map((option) => [option.getAttribute('lang'), option.textContent]).slice(1)),
  ).toEqual([
    ['en', 'English'],
    ['pt', 'Português'],
    ['zh-Hant', '繁體中文'],
  ]);
});

test('the English names of buttons on the campus’s pages are marked as English in another language, and the page says which it speaks', async () => {
  await standing({ ...shown('second-factor'), preferences: { ...shown('second-factor').preferences, language: 'zh-Hant' } });
  expect(await subject.page.evaluate(() => document.documentElement.lang)).toBe('zh-Hant-MO');
  expect(await subject.page.locator('button [lang="en"]').allTextContents()).toEqual(['Send me a Push', 'Approve', 'Enter a Passcode']);
  await subject.speak('en');
  expect(await subject.page.locator('[lang="en"]').count()).toBe(0);
});
