import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { app, BaseWindow, double, powerMonitor } from '../../electron-double/index.ts';
import type { Application } from '../../../electron/app/ports.ts';
import { createQuitFlow, type QuitFlow } from '../../../electron/desktop/system/quit.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

let mayQuit = true;
let stuck = false;
let signedOut = vi.fn<() => Promise<void>>();
const showWindow = vi.fn();
const allowClose = vi.fn();
let quit: QuitFlow;

/** What the quit flow uses of the application. */
const application = (): Pick<Application, 'mayQuit' | 'shutdown'> => ({ mayQuit: () => mayQuit, shutdown: signedOut });
/** The end of the process, which a test outlives. */
const exit = vi.spyOn(app, 'exit').mockImplementation(() => undefined);
const gone = () => vi.waitFor(() => expect(exit).toHaveBeenCalledOnce(), { timeout: 10_000 });

beforeEach(() => {
  double.becomeReady();
  app.removeAllListeners();
  powerMonitor.removeAllListeners();
  process.removeAllListeners('SIGTERM');
  process.removeAllListeners('SIGINT');
  exit.mockClear();
  mayQuit = true;
  stuck = false;
  signedOut = vi.fn(() => Promise.resolve());
  showWindow.mockClear();
  allowClose.mockClear();
  quit = createQuitFlow({ application, showWindow, allowClose, isStuck: () => stuck, log: () => undefined });
});
afterAll(() => double.dispose());

describe('quitting', () => {
  it.each([false, true])('quitting does not wait for a native call that cannot be cancelled (%s)', (isOut) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    stuck = isOut;
    app.emit('quit', {}, 0);
    expect(kill.mock.calls).toEqual(isOut ? [[process.pid, 'SIGKILL']] : []);
    kill.mockRestore();
  });

  it('quitting signs out first', async () => {
    quit.request();
    await gone();
    expect(signedOut).toHaveBeenCalledOnce();
    expect(allowClose).toHaveBeenCalledOnce();
  });

  it.each(['from our menu', 'from the system’s'])(
    'quitting while connected asks in the window, %s, and exits after a yes',
    async (from) => {
      mayQuit = false;
      if (from === 'from our menu') quit.request();
      else app.quit();
      expect(showWindow).toHaveBeenCalledOnce();
      expect(signedOut).not.toHaveBeenCalled();
      expect(exit).not.toHaveBeenCalled();
      quit.leave();
      await gone();
      expect(signedOut).toHaveBeenCalledOnce();
    },
  );

  it('quitting restarts the app for a person who started it while it was leaving', async () => {
    const before = double.app.relaunches;
    app.emit('second-instance', {}, ['electron', 'causeway://task/add-device'], '/');
    expect(double.app.relaunches).toBe(before);
    quit.leave();
    app.emit('second-instance', {}, ['electron', 'causeway://task/add-device'], '/');
    expect(double.app.relaunches).toBe(before + 1);
    expect(double.app.relaunchedWith).toEqual({ args: ['causeway://task/add-device'] });
    await gone();
  });

  it('quitting restarts an AppImage by its own file, because its mount ends with it', async () => {
    vi.stubEnv('APPIMAGE', '/home/mei/Causeway.AppImage');
    quit.leave();
    app.emit('second-instance', {}, ['/tmp/.mount_Causew/causeway', '--no-sandbox', 'causeway://task/add-device'], '/');
    expect(double.app.relaunchedWith).toEqual({ execPath: '/home/mei/Causeway.AppImage', args: ['causeway://task/add-device'] });
    await gone();
    vi.unstubAllEnvs();
  });

  it('quitting twice signs out once', async () => {
    quit.request();
    app.quit();
    quit.request();
    await gone();
    expect(signedOut).toHaveBeenCalledOnce();
  });

  it('quitting does not wait for ever for an unreachable gateway', async () => {
    vi.useFakeTimers();
    signedOut.mockReturnValue(new Promise(() => undefined));
    quit.leave();
    await vi.advanceTimersByTimeAsync(2_900);
    expect(exit).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    await gone();
  });

  it('quitting exits even if signing out fails', async () => {
    signedOut.mockRejectedValue(new Error('no'));
    quit.leave();
    await gone();
  });

  it('quitting before the application exists asks nothing', async () => {
    const early = createQuitFlow({ application: () => null, showWindow, allowClose, isStuck: () => false, log: () => undefined });
    early.request();
    await gone();
  });
});

describe('a computer that shuts down', () => {
  beforeEach(() => {
    mayQuit = false;
    signedOut.mockReturnValue(new Promise(() => undefined));
  });

  it('a shutdown of the computer is not delayed or asked about, and the session is signed out as far as time allows', () => {
    expect(double.shutDown()).toBe(false);
    expect(signedOut).toHaveBeenCalledOnce();
    app.quit();
    expect(exit).toHaveBeenCalledOnce();
    expect(showWindow).not.toHaveBeenCalled();
  });

  it('a shutdown on Windows, announced to the window, begins to quit at once and ends when the gateway has been told', async () => {
    let told: () => void = () => undefined;
    signedOut.mockReturnValue(new Promise((resolve) => (told = resolve)));
    const begun = vi.fn();
    app.on('before-quit', begun);
    quit.sessionEnds();
    expect(begun).toHaveBeenCalledOnce();
    expect(signedOut).toHaveBeenCalledOnce();
    quit.sessionEnds();
    app.quit();
    expect(exit).not.toHaveBeenCalled();
    told();
    await gone();
    expect(signedOut).toHaveBeenCalledOnce();
    expect(showWindow).not.toHaveBeenCalled();
  });

  it('a shutdown on Linux ends the process by a signal, without a question', async () => {
    signedOut.mockResolvedValue();
    process.emit('SIGTERM', 'SIGTERM');
    await gone();
    expect(showWindow).not.toHaveBeenCalled();
  });
});

it('the app lives on when its window is hidden or gone, and ends with it when quitting', async () => {
  const window = new BaseWindow({ show: false });
  window.destroy();
  expect(exit).not.toHaveBeenCalled();
  double.shutDown();
  new BaseWindow({ show: false }).destroy();
  await gone();
});

describe('an update', () => {
  const endsItself = vi.fn<() => boolean>();
  const atExit = vi.fn<(hasTime: boolean) => void>();
  beforeEach(() => {
    endsItself.mockReset().mockReturnValue(false);
    atExit.mockReset();
    app.removeAllListeners();
    powerMonitor.removeAllListeners();
    quit = createQuitFlow({ application, showWindow, allowClose, isStuck: () => stuck, log: () => undefined, endsItself, atExit });
  });

  it('is installed as the last thing of a clean exit, and not after a fault', () => {
    app.emit('quit', {}, 1);
    expect(atExit.mock.calls).toEqual([]);
    app.emit('quit', {}, 0);
    expect(atExit.mock.calls).toEqual([[true]]);
  });

  it('learns that there is no time for it when the computer shuts down', () => {
    powerMonitor.emit('shutdown', {});
    app.emit('quit', {}, 0);
    expect(atExit.mock.calls).toEqual([[false]]);
  });

  it('may end the app itself once the person is signed out, and nothing here ends it in its stead', async () => {
    endsItself.mockImplementation(() => {
      expect(signedOut).toHaveBeenCalledOnce();
      return true;
    });
    quit.leave();
    await vi.waitFor(() => expect(endsItself).toHaveBeenCalledOnce());
    app.emit('window-all-closed');
    expect(exit).not.toHaveBeenCalled();
    // Squirrel's own quit is not held up
    app.quit();
    expect(exit).toHaveBeenCalledOnce();
  });
});
