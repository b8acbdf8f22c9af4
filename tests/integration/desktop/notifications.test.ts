import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { double } from '../../electron-double/index.ts';
import { createNotifier, type Notifier } from '../../../electron/desktop/tray/notifications.ts';
import type { AccessState } from '../../../shared/access-state.ts';
import { defaultPreferences } from '../../../shared/settings.ts';
import { english } from '../../support/english.ts';
import { accessStates, appState, campus } from '../../support/app-state.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

const localizer = english;
const push: AccessState = { ...accessStates.asking, prompt: { kind: 'push', device: "Mei's phone", number: '417', deadline: 5_000 } };
const expiring: AccessState = { ...accessStates.connected, expiring: true };
const ended: AccessState = { kind: 'idle', ending: { code: 'session-expired' } };

/** What nobody holds goes. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('no gc');
  // A reference that was made in this turn lasts until its end
  await new Promise((resolve) => setImmediate(resolve));
  Reflect.apply(collect, undefined, []);
}

const clicks = vi.fn();
let notifier: Notifier;
beforeEach(() => {
  double.becomeReady();
  double.notifications.splice(0);
  clicks.mockClear();
  notifier = createNotifier(clicks);
});

const follow = (access: AccessState, { focused = false, wanted = true } = {}): void =>
  notifier.update(appState(access, { preferences: { ...defaultPreferences, notifications: wanted } }), focused, localizer);
const shown = (): string[] => double.notifications.map(({ title, body }) => `${title} ${body}`);
const standing = (): string[] => double.notifications.filter(({ isOpen }) => isOpen).map(({ title }) => title);

it('an update that is ready is announced once for each version, after what a sign-in asks, and not while its window is in front', () => {
  const at = (access: AccessState, version: string | null, focused = false): void => {
    const updates = version === null ? undefined : ({ kind: 'ready', version, whatsNew: null } as const);
    notifier.update(appState(access, updates && { updates }), focused, localizer);
  };
  const idle: AccessState = { kind: 'idle', ending: null };
  at(idle, null);
  at(idle, '0.2.0', true);
  at(accessStates.contacting, '0.2.0');
  expect(shown()).toEqual([]);
  at(push, '0.2.0');
  expect(standing()).toEqual(['Approve it on your phone']);
  at(accessStates.connected, '0.2.0');
  expect(standing()).toEqual(['Restart to update to 0.2.0']);
  at(idle, '0.2.0');
  at(accessStates.contacting, '0.2.0');
  expect(standing()).toEqual([]);
  at(idle, '0.2.0');
  expect(standing()).toEqual([]);
  at(idle, '0.3.0');
  expect(standing()).toEqual(['Restart to update to 0.3.0']);
});

describe('a push that waits', () => {
  it('a push is announced once, with the device and the number to type', () => {
    follow(push);
    follow(push);
    expect(shown()).toEqual([expect.stringMatching(/Mei's phone.*417/)]);
  });

  it('a question that a saved TOTP key answers by itself is not announced', () => {
    const passcode: AccessState = { ...accessStates.asking, prompt: { kind: 'passcode', lengths: [] } };
    follow({ ...passcode, autoAnswerAt: 5_000 });
    expect(shown()).toEqual([]);
    follow(passcode);
    expect(shown()).toHaveLength(1);
  });

  it('a click on a push’s notification opens the window', () => {
    follow(push);
    double.notifications[0]?.click();
    expect(clicks).toHaveBeenCalledOnce();
  });

  it('a push’s notification closes when the push is answered', () => {
    follow(push);
    follow(accessStates.opening);
    expect(standing()).toEqual([]);
  });

  it('a push is not announced to a person who looks at the window, nor if notifications are off', () => {
    follow(push, { focused: true });
    follow(push, { wanted: false });
    expect(shown()).toEqual([]);
  });

  it('a push’s notification closes when the person opens the window', () => {
    follow(push);
    follow(push, { focused: true });
    expect(standing()).toEqual([]);
  });
});

describe('a campus', () => {
  const known = appState(accessStates.idle);
  const [first] = known.profiles;
  if (!first) throw new Error('no profile');
  const tell = (profiles: (typeof known)['profiles'], preferences = known.preferences): void =>
    notifier.update({ ...known, profiles, preferences }, true, localizer);

  it('a campus that is added, or leads elsewhere than before, is announced whatever the window says, and those of the start are not', () => {
    const quiet = { ...known.preferences, notifications: false };
    tell([first]);
    expect(shown()).toEqual([]);
    tell([first, { ...first, id: 'other', name: 'Other Campus', gateways: ['vpn.evil.test'] }], quiet);
    expect(shown()).toEqual([expect.stringMatching(/Other Campus.*vpn\.evil\.test/s)]);
    tell([{ ...first, gateways: ['vpn.evil.test'] }], quiet);
    expect(shown()).toHaveLength(2);
    tell([{ ...first, gateways: ['vpn.evil.test'], name: 'Another name' }]);
    tell([]);
    expect(shown()).toHaveLength(2);
  });
});

describe('a session', () => {
  it('a session’s coming end is announced once, and again after an extension', () => {
    follow(accessStates.connected);
    follow(expiring);
    follow({ ...accessStates.reconnecting });
    follow(expiring);
    follow(accessStates.connected);
    expect(shown().filter((text) => text.includes('ends at'))).toHaveLength(1);
    expect(standing()).toEqual([]);
    follow({ ...accessStates.connected, expiring: true, expiresAt: 99_000_000 });
    expect(shown().filter((text) => text.includes('ends at'))).toHaveLength(2);
  });

  it('a session that ended by itself is announced with its reason, and its warning closes (AP#445: it stood on)', () => {
    follow(expiring);
    follow({ kind: 'closing', profileId: 'campus-test', ending: { code: 'session-expired' } });
    follow(ended);
    expect(standing()).toEqual([expect.stringContaining(campus)]);
    expect(shown().at(-1)).toContain(localizer.failure({ code: 'session-expired' }).happened);
  });

  it('a session that the person ended is not announced', () => {
    follow(accessStates.connected);
    follow(accessStates.closing);
    follow(accessStates.idle);
    expect(shown()).toEqual([]);
  });

  it('a failed sign-in is not announced as the end of a session, because the window says why', () => {
    follow(accessStates.checking);
    follow(accessStates.contacting);
    follow({ kind: 'idle', ending: { code: 'gateway-unreachable' } });
    expect(shown()).toEqual([]);
  });
});

describe('a network that held an attempt up', () => {
  const held: AccessState = {
    kind: 'idle',
    ending: { code: 'captive-portal', params: { address: 'http://hotel.test/', host: 'hotel.test' } },
  };

  it('an open network is announced to the person in the browser', () => {
    follow(held);
    expect(shown()).toEqual([]);
    follow({ ...held, wayFree: true });
    follow({ ...held, wayFree: true });
    expect(shown()).toEqual([expect.stringMatching(/You can connect now/)]);
    follow(accessStates.checking);
    expect(standing()).toEqual([]);
  });
});

it('a click on an old notification still works after a garbage collection', async () => {
  notifier.show('Causeway is still running', 'The window was minimised.');
  await collectGarbage();
  double.notifications[0]?.click();
  expect(clicks).toHaveBeenCalledOnce();
  // Once it is done with, nobody holds it
  await collectGarbage();
  expect(double.notifications[0]?.click()).toBe(false);
});
