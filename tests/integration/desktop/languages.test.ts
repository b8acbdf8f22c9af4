import { app, session } from 'electron';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { answerAccountQuestions } from '../../../electron/desktop/sign-in/security-key-accounts.ts';
import { AppLanguage } from '../../../electron/desktop/system/app-language.ts';
import { endOnFaults, sandboxRequired, startFailed, switchesRefused } from '../../../electron/desktop/system/fatal-errors.ts';
import type { Log } from '../../../electron/desktop/system/log.ts';
import { createDesktopPresenters } from '../../../electron/desktop/tray/presenters.ts';
import type { AppState } from '../../../shared/app-state.ts';
import type { AccessState } from '../../../shared/access-state.ts';
import { loadMessages } from '../../../shared/messages/catalogues.ts';
import { pt } from '../../../shared/messages/pt.ts';
import { trouble as portuguese } from '../../../shared/messages/pt/trouble.ts';
import { zhHant } from '../../../shared/messages/zh-Hant.ts';
import { trouble as chinese } from '../../../shared/messages/zh-Hant/trouble.ts';
import { defaultPreferences } from '../../../shared/settings.ts';
import { double } from '../../electron-double/index.ts';
import { accessStates, appState, campus } from '../../support/app-state.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

/** What the desktop shows outside the window's page, in a language that is chosen while the app runs. */

const catalogues = { 'pt': { ...pt, trouble: portuguese }, 'zh-Hant': { ...zhHant, trouble: chinese } } as const;
const log: Log = { folder: '/logs', error: () => undefined, line: () => undefined, debug: () => undefined, setLevel: () => undefined };
const push: AccessState = { ...accessStates.asking, promptId: 'p2', prompt: { kind: 'push', device: 'Phone', deadline: 5_000 } };
const withPlaceholders = (sentence: string, values: Record<string, string>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');

beforeEach(() => {
  double.becomeReady();
  for (const list of [double.notifications, double.dialogs, double.trays]) list.splice(0);
});

describe.each(['pt', 'zh-Hant'] as const)('after a change to %s', (language) => {
  const words = catalogues[language];

  test(`tray, menu and the next notification speak ${language} at once`, async () => {
    const spoken = new AppLanguage(['en-GB'], log.line);
    let state: AppState = appState(accessStates.idle);
    const listeners = new Set<() => void>();
    const change = (access: AccessState, chosen: 'en' | typeof language): void => {
      state = appState(access, { preferences: { ...defaultPreferences, language: chosen } });
      for (const listener of listeners) listener();
    };
    const presenters = createDesktopPresenters(
      {
        get state() {
          return state;
        },
        onState(listener) {
          const tell = (): void => listener(state);
          listeners.add(tell);
          return () => listeners.delete(tell);
        },
      },
      { focused: false, nextPane: () => undefined, zoom: () => undefined, onFocusChange: () => undefined },
      { trayIcons: 'build/icons/tray', language: spoken, perform: () => undefined },
    );
    change(accessStates.asking, 'en');
    expect(double.notifications.map(({ title }) => title)).toEqual(['Sign-in needs your answer']);
    expect(double.menuItem('Quit Causeway').label).toBe('Quit Causeway');

    change(accessStates.asking, language);
    await spoken.follow(language);
    expect(double.trays[0]?.toolTip).toBe(withPlaceholders(words.tray.tooltip, { status: words.status.asking }));
    for (const label of [words.tray.open, words.tray.quit, words.menu.settings, words.menu.edit, words.menu.zoomIn, words.menu.logs])
      expect(double.menuItem(label).label).toBe(label);
    expect(() => double.menuItem('Quit Causeway')).toThrow(/no menu item/);
    // It was told already
    expect(double.notifications).toHaveLength(1);

    change(push, language);
    change(accessStates.connected, language);
    change({ kind: 'idle', ending: { code: 'session-expired' } }, language);
    expect(double.notifications.slice(1).map(({ title }) => title)).toEqual([
      words.notification.pushTitle,
      withPlaceholders(words.notification.endedTitle, { campus }),
    ]);
    expect(double.notifications.at(-1)?.body).toBe(words.failures['session-expired'].happened);
    expect(double.trays[0]?.toolTip).toContain(words.failures['session-expired'].title);
    presenters.notifyMinimised();
    expect(double.notifications.at(-1)).toMatchObject({ title: words.notification.trayTitle, body: words.notification.minimizedText });
    presenters.close();
  });

  test(`the question which account of a security key is meant speaks ${language}`, async () => {
    answerAccountQuestions(session.fromPartition(`accounts-${language}`), () => words);
    const accounts = ['Mei', 'Ana'].map((name) => ({ credentialId: name, name, userHandle: name }));
    const details = { relyingPartyId: 'sso.campus.test', accounts };
    const chosen = vi.fn();
    session.fromPartition(`accounts-${language}`).emit('select-webauthn-account', { preventDefault: () => undefined }, details, chosen);
    await vi.waitFor(() => expect(chosen).toHaveBeenCalled());
    expect(double.dialogs).toMatchObject([
      {
        kind: 'message',
        options: { message: words.dialog.chooseAccount, buttons: ['Mei', 'Ana', words.action.cancel] },
      },
    ]);
  });

  test(`the boxes about a start or a run that failed speak ${language}`, async () => {
    const exit = vi.spyOn(app, 'exit').mockReturnValue(undefined);
    const relaunch = vi.spyOn(app, 'relaunch').mockReturnValue(undefined);
    const handlers = new Map<string | symbol, (thrown: unknown) => void>();
    const on = vi.spyOn(process, 'on').mockImplementation((event, listener) => {
      handlers.set(event, listener);
      return process;
    });
    const spoken = new AppLanguage(['en-GB'], log.line);
    endOnFaults({ log, folder: '/none', now: Date.now, spoken: () => spoken.spoken, onUnhandled: () => undefined });
    on.mockRestore();
    await spoken.follow(language);

    startFailed(new Error('broken'), log, spoken.spoken);
    switchesRefused(['--inspect'], log, spoken.spoken);
    sandboxRequired(log, spoken.spoken);
    handlers.get('uncaughtException')?.(new Error('broken'));
    await vi.waitFor(() => expect(exit).toHaveBeenCalledTimes(4));

    const { startTitle, startText, switchesText, sandboxText, faultTitle, faultText, startAgain, close } = words.trouble;
    expect(double.dialogs).toMatchObject([
      { kind: 'error', options: { title: startTitle, content: withPlaceholders(startText, { folder: '/logs' }) } },
      { kind: 'error', options: { title: startTitle, content: withPlaceholders(switchesText, { switches: '--inspect' }) } },
      { kind: 'error', options: { title: startTitle, content: sandboxText } },
      { kind: 'message', options: { message: faultTitle, detail: faultText, buttons: [startAgain, close] } },
    ]);
    expect(relaunch).toHaveBeenCalledOnce();
    vi.restoreAllMocks();
  });
});

test('the campus’s pages are asked for in the language of Causeway, then in those of the system', async () => {
  const spoken = new AppLanguage(['en-US', 'pt-BR'], log.line);
  expect(spoken.pageLanguages).toEqual(['en-US', 'pt-BR']);
  await spoken.follow('zh-Hant');
  expect(spoken.pageLanguages).toEqual(['zh-Hant-MO', 'en-US', 'pt-BR']);
  // Somebody who reads Brazilian pages gets those where a campus has them
  await spoken.follow('pt');
  expect(spoken.pageLanguages).toEqual(['pt-BR', 'en-US']);
});

test('a language that could not be loaded is tried again the next time it is wanted, and the log names the failure once', async () => {
  const lines: string[] = [];
  const spoken = new AppLanguage(['en-GB'], (line) => lines.push(line));
  const load = vi.spyOn(loadMessages, 'pt').mockRejectedValueOnce(new Error('locked')).mockRejectedValueOnce(new Error('locked'));
  await spoken.follow('pt');
  await spoken.follow('pt');
  expect(spoken.localizer.locale).toBe('en');
  expect(lines).toEqual(['the language for “pt” cannot be loaded: Error: locked']);
  await spoken.follow('pt');
  expect(spoken.localizer.messages).toBe(pt);
  // It is loaded now
  await spoken.follow('pt');
  expect(load).toHaveBeenCalledTimes(3);
  load.mockRestore();
});
