import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { double, WebContentsView } from '../../electron-double/index.ts';
import type { Application } from '../../../electron/app/ports.ts';
import { serveBridge, type ServedBridge } from '../../../electron/desktop/window/bridge-main.ts';
import type { AppState, TrafficSample } from '../../../shared/app-state.ts';
import { callNames, eventChannel } from '../../../shared/bridge.ts';
import { fail } from '../../../shared/failure.ts';
import { accessStates, appState } from '../../support/app-state.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

type Verbs = Application['verbs'];
const ourFrame = double.frameAt('app://causeway/index.html');

let calls: { name: string; input: unknown }[] = [];
let answers: Partial<Record<string, () => unknown>> = {};
let lines: string[] = [];
let tellState: (state: AppState) => void = () => undefined;
let tellTraffic: (sample: TrafficSample) => void = () => undefined;

/** An application that notes what it is asked, and answers as the test wants. */
const application: Application = {
  state: appState(accessStates.idle),
  onState(listener) {
    tellState = listener;
    return () => (tellState = () => undefined);
  },
  onTraffic(listener) {
    tellTraffic = listener;
    return () => (tellTraffic = () => undefined);
  },
  verbs: Object.fromEntries(
    callNames.map((name) => [
      name,
      async (input: unknown) => {
        calls.push({ name, input });
        return await answers[name]?.();
      },
    ]),
  ) as Verbs,
  dial: () => Promise.reject(new Error('nothing is up')),
  openArgument: () => Promise.resolve(),
  quickConnect: () => Promise.resolve(),
  mayQuickConnect: () => true,
  tell: () => undefined,
  connect: () => Promise.resolve(),
  pageKeeper: () => null,
  mayQuit: () => true,
  shutdown: () => Promise.resolve(),
};

let page: WebContentsView;
let stranger: WebContentsView;
let served: ServedBridge;

beforeAll(() => {
  double.becomeReady();
  page = new WebContentsView();
  stranger = new WebContentsView();
  served = serveBridge(application, page.webContents, (line) => lines.push(line));
});
afterAll(() => double.dispose());
afterEach(() => {
  calls = [];
  answers = {};
  lines = [];
});

const call = (name: string, input?: unknown, from: { view?: WebContentsView; frame?: typeof ourFrame | null } = {}): Promise<unknown> =>
  double.invokeFrom((from.view ?? page).webContents, from.frame === undefined ? ourFrame : from.frame, `call:${name}`, input);
const refused = { ok: false, failure: { code: 'request-invalid' } };

describe('a call', () => {
  it('a bridge call passes its input to the application and returns its output', async () => {
    answers['revealPasscode'] = () => ({ passcode: '123456789' });
    expect(await call('connect', { profileId: 'campus-test' })).toEqual({ ok: true, value: undefined });
    expect(await call('revealPasscode')).toEqual({ ok: true, value: { passcode: '123456789' } });
    expect(calls).toEqual([
      { name: 'connect', input: { profileId: 'campus-test' } },
      { name: 'revealPasscode', input: undefined },
    ]);
  });

  it('a bridge call carries nothing that its schemas do not name, in or out', async () => {
    answers['revealPasscode'] = () => ({ passcode: '1', ticket: 'secret' });
    expect(JSON.stringify(await call('revealPasscode'))).not.toContain('secret');
    await call('connect', { profileId: 'campus-test', __proto__: null, extra: 1 });
    expect(calls[1]).toEqual({ name: 'connect', input: { profileId: 'campus-test' } });
  });

  it('a bridge call keeps the code of a failure, and logs nothing about it', async () => {
    answers['connect'] = () => {
      throw fail('not-now');
    };
    expect(await call('connect', { profileId: 'campus-test' })).toEqual({ ok: false, failure: { code: 'not-now' } });
    expect(lines).toEqual([]);
  });

  it('a bridge call that throws is an internal failure, and is logged', async () => {
    answers['extend'] = () => {
      throw new TypeError('oops');
    };
    expect(await call('extend')).toEqual({ ok: false, failure: { code: 'internal', detail: 'TypeError: oops' } });
    expect(lines).toEqual([expect.stringContaining('oops')]);
  });

  it.each([
    ['connect', undefined],
    ['connect', null],
    ['connect', { profileId: 7 }],
    ['connect', { profileId: 'x'.repeat(101) }],
    ['answer', { promptId: 'p', answer: { kind: 'nonsense' }, remember: false }],
    ['answer', { promptId: 'p', answer: { kind: 'passcode', passcode: 'x'.repeat(65) }, remember: false }],
    ['startTask', { task: 'format-disk' }],
    ['disconnect', { anything: true }],
    ['changePreferences', { language: 'tlh' }],
  ])('a bridge call of %s with %j is refused, and its input is in no log', async (name, input) => {
    expect(await call(name, input)).toMatchObject(refused);
    expect(calls).toEqual([]);
    expect(lines.join()).not.toMatch(/xxxx|nonsense|format-disk|tlh/);
  });
});

describe('nobody is answered but our own page:', () => {
  it.each([
    ['another page in our view', { frame: double.frameAt('https://2fa.campus.test/') }],
    ['a page that looks like ours', { frame: double.frameAt('app://causeway.evil.test/index.html') }],
    ['a frame inside our page', { frame: double.frameAt('app://causeway/index.html', ourFrame) }],
    ['a frame that is gone', { frame: null }],
  ])('a bridge call is not answered to %s', async (_who, from) => {
    expect(await call('getState', undefined, from)).toMatchObject(refused);
    expect(calls).toEqual([]);
  });

  it('a bridge call is not answered to another view, whatever address it claims', async () => {
    expect(await call('getState', undefined, { view: stranger })).toMatchObject(refused);
    expect(calls).toEqual([]);
  });

  it('a bridge call that the contract does not name does not exist', async () => {
    await expect(call('eval', 'x')).rejects.toThrow(/No handler/);
  });
});

it('bridge events go to our page only, with nothing beside the contract, until the bridge is closed', async () => {
  const sent: [string, unknown][] = [];
  vi.spyOn(page.webContents, 'send').mockImplementation((channel: string, payload: unknown) => void sent.push([channel, payload]));
  const elsewhere = vi.spyOn(stranger.webContents, 'send');
  const state = appState(accessStates.connected);
  tellState(Object.assign({}, state, { ticket: 'secret' }));
  tellTraffic({ at: 1, received: 2, sent: 3 });
  expect(sent).toEqual([
    [eventChannel('state'), state],
    [eventChannel('traffic'), { at: 1, received: 2, sent: 3 }],
  ]);
  expect(elsewhere).not.toHaveBeenCalled();
  served.close();
  tellState(state);
  expect(sent).toHaveLength(2);
  await expect(call('getState')).rejects.toThrow(/No handler/);
});
