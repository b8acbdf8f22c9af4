import { describe, expect, it } from 'vitest';
import { trayIcons, trayModel, type TrayIcon, type TrayModel } from '../../../electron/desktop/tray/tray-model.ts';
import { allows, type AccessState, type AccessStateKind, type AccessStateOf } from '../../../shared/access-state.ts';
import type { AppState } from '../../../shared/app-state.ts';
import { english } from '../../support/english.ts';
import { accessStates, appState, campus } from '../../support/app-state.ts';

const localizer = english;
const modelOf = (access: AccessState): TrayModel => trayModel(appState(access), localizer);
const commandsOf = (model: TrayModel): string[] =>
  model.rows.flatMap((row) => (row.kind === 'command' && row.enabled ? [row.command] : []));
const statusOf = (model: TrayModel): string => (model.rows[0]?.kind === 'line' ? model.rows[0].text : '');

const icons: Record<AccessStateKind, TrayIcon> = {
  'idle': 'idle',
  'checking': 'busy',
  'on-campus': 'connected',
  'contacting': 'busy',
  'asking': 'attention',
  'opening': 'busy',
  'connected': 'connected',
  'reconnecting': 'busy',
  'closing': 'busy',
};

describe.each(Object.values(accessStates))('in $kind', (access) => {
  const model = modelOf(access);

  it('the tray icon has the shape of the state', () => expect(model.icon).toBe(icons[access.kind]));

  it('the tray says the state in words, in its menu and its tooltip', () => {
    expect(statusOf(model)).not.toBe('');
    expect(model.tooltip).toContain(statusOf(model));
    expect(JSON.stringify(model)).not.toMatch(/\{\w+\}/);
  });

  it('the tray menu offers what the state allows and no more', () => {
    const commands = commandsOf(model);
    expect(commands.includes('connect')).toBe(allows(access.kind, 'connect'));
    expect(commands.includes('try-now')).toBe(access.kind === 'reconnecting');
    expect(commands.includes('open-portal')).toBe(access.kind === 'connected' || access.kind === 'on-campus');
    // On campus there is nothing to end
    expect(commands.includes('end')).toBe(allows(access.kind, 'end') && access.kind !== 'on-campus');
    expect(commands).toEqual(expect.arrayContaining(['open', 'settings', 'quit', 'add-device', 'remove-device', 'lost-phone']));
  });
});

describe('what needs the person', () => {
  it('an ending that the person did not ask for needs their attention in the tray', () => {
    const model = modelOf({ kind: 'idle', ending: { code: 'session-expired' } });
    expect(model.icon).toBe('attention');
    expect(statusOf(model)).toContain(localizer.messages.failures['session-expired'].title);
  });

  it('a session about to end needs attention in the tray, with Stay connected if it can be extended', () => {
    const model = modelOf({ ...accessStates.connected, expiring: true });
    expect(model.icon).toBe('attention');
    expect(commandsOf(model)).toContain('extend');
    expect(commandsOf(modelOf({ ...accessStates.connected, expiring: true, extendable: false }))).not.toContain('extend');
    expect(commandsOf(modelOf(accessStates.connected))).not.toContain('extend');
  });

  it('a push to approve needs attention in the tray, and the menu names it', () => {
    const asking = { ...accessStates.asking, prompt: { kind: 'push', device: "Mei's phone", deadline: 5_000 } } as const;
    expect(statusOf(modelOf(asking))).toContain("Mei's phone");
    expect(modelOf({ ...asking, answered: true }).icon).toBe('busy');
  });

  it('a passcode that the saved key is about to give needs no attention, and the menu says what it waits for', () => {
    const passcode: AccessStateOf<'asking'> = { ...accessStates.asking, prompt: { kind: 'passcode', lengths: [] } };
    const waiting = modelOf({ ...passcode, autoAnswerAt: 5_000 });
    expect([waiting.icon, statusOf(waiting)]).toEqual(['busy', 'Waiting for a new passcode']);
    expect(commandsOf(waiting)).toContain('end');
    expect(modelOf(passcode).icon).toBe('attention');
  });
});

it('the tray offers nothing to connect to and no task before there is a campus', () => {
  const model = trayModel(appState(accessStates.idle, { profiles: [], profileId: null }), localizer);
  expect(commandsOf(model)).toEqual(['open', 'report', 'settings', 'quit']);
  expect(JSON.stringify(model)).not.toContain(campus);
});

it('the tray restarts as a version that is ready, but not while a person signs in', () => {
  const ready = { kind: 'ready', version: '0.2.0', whatsNew: null } as const;
  const rowOf = (access: AccessState, more: Partial<AppState> = {}) =>
    trayModel(appState(access, { updates: ready, ...more }), localizer).rows.find(
      (row) => row.kind === 'command' && row.command === 'update',
    );
  expect(rowOf(accessStates.connected)).toEqual({ kind: 'command', text: 'Restart to update to 0.2.0', command: 'update', enabled: true });
  expect(rowOf(accessStates.asking)).toMatchObject({ enabled: false });
  // Nobody signs in there
  expect(rowOf(accessStates.asking, { alwaysConnect: { step: 'asking', round: 1 } })).toMatchObject({ enabled: true });
  expect(commandsOf(trayModel(appState(accessStates.idle), localizer))).not.toContain('update');
});

it('each of the tray’s four shapes is used', () => {
  expect(new Set(Object.values(icons))).toEqual(new Set(trayIcons));
});
