import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { watchForTray } from '../../../electron/desktop/tray/tray.ts';
import { stayHidden } from '../../../electron/desktop/window/stay-hidden.ts';
import { ownName, startBus } from '../../support/bus-name.ts';

/** After a start at sign-in, on a real session bus. */

vi.mock('electron', () => ({ Menu: {}, Tray: {}, nativeImage: {} }));

const trayName = 'org.kde.StatusNotifierWatcher';
let bus: Awaited<ReturnType<typeof startBus>>;
const before = process.env['DBUS_SESSION_BUS_ADDRESS'];

beforeAll(async () => {
  bus = await startBus();
  process.env['DBUS_SESSION_BUS_ADDRESS'] = bus.address;
});
afterAll(async () => {
  if (before === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
  else process.env['DBUS_SESSION_BUS_ADDRESS'] = before;
  await bus.close();
});

function hidden(visible: boolean, timeoutMs: number) {
  const window = { visible, hideOrMinimise: vi.fn() };
  const renewTray = vi.fn();
  const settled = stayHidden({ window, tray: watchForTray('linux'), renewTray, timeoutMs });
  return { window, renewTray, settled };
}

async function tray(): Promise<void> {
  const name = await ownName(bus.address, trayName);
  onTestFinished(() => name.close());
}

describe('a start at sign-in', () => {
  test('stays hidden where the tray is there', async () => {
    await tray();
    const { window, renewTray, settled } = hidden(false, 5_000);
    await settled;
    expect(window.hideOrMinimise).not.toHaveBeenCalled();
    expect(renewTray).not.toHaveBeenCalled();
  });

  test('makes its icon anew where the tray comes only after the app', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { window, renewTray, settled } = hidden(false, 20_000);
    // The first look has found none: it waits for the next
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    await tray();
    vi.runAllTimers();
    await settled;
    expect(renewTray).toHaveBeenCalledOnce();
    expect(window.hideOrMinimise).not.toHaveBeenCalled();
  });

  test('minimises the window where no tray comes, so that it can be found', async () => {
    const { window, renewTray, settled } = hidden(false, 300);
    await settled;
    expect(window.hideOrMinimise).toHaveBeenCalledOnce();
    expect(renewTray).not.toHaveBeenCalled();
  });

  test('leaves a window alone that the person has opened meanwhile', async () => {
    const { window, settled } = hidden(true, 300);
    await settled;
    expect(window.hideOrMinimise).not.toHaveBeenCalled();
  });
});
