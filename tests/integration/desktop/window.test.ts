import { resolve } from 'node:path';
import { nativeImage, WebContentsView, type Rectangle } from 'electron';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { app, double, protocol } from '../../electron-double/index.ts';
import { createMainWindow, type MainWindow } from '../../../electron/desktop/window/window.ts';
import { registerAppScheme } from '../../../electron/desktop/window/scheme.ts';
import { layout } from '../../../shared/layout.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

let hides = true;
let leavesFullScreen = false;
let kept: Rectangle | null = null;
const minimisedInstead = vi.fn<() => void>();
let window: MainWindow;

const base = () => {
  const [only] = double.windows();
  if (!only) throw new Error('no window');
  return only;
};
const views = () => base().contentView.children.map((view) => ({ ...view.getBounds(), visible: view.getVisible() }));
const options = () => ({
  preload: resolve('tests/electron-double/fixtures/preload.cjs'),
  icon: nativeImage.createEmpty(),
  memory: { read: () => kept, write: (bounds: Rectangle) => void (kept = bounds) },
  canHide: () => hides,
  leavesFullScreen,
  onMinimisedInstead: minimisedInstead,
  log: () => undefined,
});

beforeAll(async () => {
  app.on('window-all-closed', () => undefined);
  registerAppScheme();
  await app.whenReady();
  protocol.handle('app', () => new Response('<h1>Causeway</h1>', { headers: { 'content-type': 'text/html' } }));
});
afterAll(() => double.dispose());
beforeEach(() => {
  hides = true;
  leavesFullScreen = false;
  kept = null;
  minimisedInstead.mockClear();
  window = createMainWindow(options());
});
afterEach(() => {
  for (const open of double.windows()) open.destroy();
});

const centred = { x: 750, y: 200, width: 420, height: 680 };

describe('the window', () => {
  it('the window is compact, centred, hidden until it is shown, and filled by our view', () => {
    expect(base().getBounds()).toEqual(centred);
    expect(base().isVisible()).toBe(false);
    expect(views()).toEqual([{ x: 0, y: 0, width: 420, height: 680, visible: true }]);
    window.show();
    expect(base().isVisible()).toBe(true);
    expect(window.focused).toBe(true);
  });

  it('the window returns to its last place', async () => {
    base().setBounds({ x: 30, y: 40, width: 500, height: 700 });
    window.show();
    base().blur();
    await vi.waitFor(() => expect(kept).toMatchObject({ x: 30 }));
    for (const open of double.windows()) open.destroy();
    window = createMainWindow(options());
    expect(base().getBounds()).toEqual({ x: 30, y: 40, width: 500, height: 700 });
  });

  it('the window signs out when a Windows session ends, and not when Windows only asks', () => {
    const ended = vi.fn();
    window.onSessionEnd(ended);
    double.askToEndSession();
    expect(ended).not.toHaveBeenCalled();
    double.endSession();
    expect(ended).toHaveBeenCalledOnce();
  });

  it('the window hides when it is closed, and closes only when quitting', async () => {
    window.show();
    base().close();
    expect(base().isVisible()).toBe(false);
    expect(base().isMinimized()).toBe(false);
    expect(minimisedInstead).not.toHaveBeenCalled();
    window.show();
    expect(base().isVisible()).toBe(true);
    window.allowClose();
    base().close();
    await vi.waitFor(() => expect(double.windows()).toEqual([]));
  });

  it('the window leaves full screen before it hides, because macOS would leave a black space', async () => {
    leavesFullScreen = true;
    window.allowClose();
    base().destroy();
    window = createMainWindow(options());
    window.show();
    const told: string[] = [];
    base().on('hide', () => told.push('hide'));
    base().on('enter-full-screen', () => told.push('enter-full-screen'));
    base().prependListener('leave-full-screen', () => told.push('leave-full-screen'));
    base().setFullScreen(true);
    await expect.poll(() => told).toEqual(['enter-full-screen']);
    base().close();
    expect(base().isVisible()).toBe(true);
    await expect.poll(() => told).toEqual(['enter-full-screen', 'leave-full-screen', 'hide']);
    // Shown again on the way, it stays
    window.show();
    base().setFullScreen(true);
    await expect.poll(() => base().isFullScreen()).toBe(true);
    base().close();
    window.show();
    await expect.poll(() => base().isFullScreen()).toBe(false);
    expect(window.visible).toBe(true);
  });

  it('a state change after the window is destroyed does no harm', async () => {
    window.show();
    const portal = new WebContentsView();
    window.openBeside(portal);
    window.allowClose();
    base().close();
    await vi.waitFor(() => expect(double.windows()).toEqual([]));
    expect([window.focused, window.visible]).toEqual([false, false]);
    window.setBesideVisible(portal, false);
    window.nextPane();
    window.closeBeside(portal);
    window.openBeside(portal);
    window.hideOrMinimise();
    window.show();
    window.allowClose();
    expect(double.windows()).toEqual([]);
  });

  it('the window minimises where nothing would bring it back, says so, and restores when shown', () => {
    hides = false;
    window.show();
    base().close();
    expect(base().isMinimized()).toBe(true);
    expect(minimisedInstead).toHaveBeenCalledOnce();
    window.show();
    expect(base().isVisible()).toBe(true);
  });

  it('the window shows our page and lets it navigate nowhere', async () => {
    await window.load();
    expect(window.page.getURL()).toBe('app://causeway/index.html');
    const asked: string[] = [];
    window.page.on('will-navigate', ({ url }) => asked.push(url));
    for (const [to, address] of [
      ['https://evil.test/', 'https://evil.test/'],
      ['/other.html', 'app://causeway/other.html'],
    ]) {
      await window.page.executeJavaScript(`void setTimeout(() => (location.href = '${to}'))`, true);
      await vi.waitFor(() => expect(asked.at(-1)).toBe(address), { timeout: 10_000 });
    }
    // What the page runs now comes after what it was denied
    expect(await window.page.executeJavaScript('document.querySelector("h1").textContent')).toBe('Causeway');
    expect(window.page.getURL()).toBe('app://causeway/index.html');
  });
});

describe('zoomed', () => {
  // The level is the session's, and outlives the window
  afterEach(() => window.page.setZoomLevel(0));
  const innerWidth = (): Promise<unknown> => window.page.executeJavaScript('innerWidth');
  const zoomIn = (times: number): void => {
    for (let time = 1; time <= times; time += 1) window.zoom('in');
  };

  it('our page zooms to 207 %, and its window grows so that it never has less than 320 pixels of its own', async () => {
    await window.load();
    window.show();
    zoomIn(20);
    expect(window.page.getZoomFactor()).toBeCloseTo(2.07, 2);
    expect(base().getBounds()).toEqual({ ...centred, width: 664 });
    await expect.poll(innerWidth).toBe(320);
    window.zoom('out');
    expect(window.page.getZoomLevel()).toBe(3.5);
    window.zoom('reset');
    expect(window.page.getZoomLevel()).toBe(0);
    await expect.poll(innerWidth).toBe(664);
  });

  it('Ctrl and the wheel zoom our page', async () => {
    await window.load();
    window.page.emit('zoom-changed', {}, 'in');
    expect(window.page.getZoomLevel()).toBe(0.5);
    window.page.emit('zoom-changed', {}, 'out');
    expect(window.page.getZoomLevel()).toBe(0);
  });

  it('the portal lies right of our column, however far our page is zoomed, and zooms by itself', async () => {
    await window.load();
    window.show();
    const portal = new WebContentsView();
    await portal.webContents.loadURL('data:text/html,portal');
    window.openBeside(portal);
    const beside = () => views()[1];
    expect(beside()).toMatchObject({ x: 420, y: 48 });
    window.zoom('in');
    expect([portal.webContents.getZoomLevel(), window.page.getZoomLevel()]).toEqual([0.5, 0]);
    expect(beside()).toMatchObject({ x: 420, y: 48 });
    window.nextPane();
    window.zoom('in');
    expect([portal.webContents.getZoomLevel(), window.page.getZoomLevel()]).toEqual([0.5, 0.5]);
    expect(beside()).toMatchObject({ x: 460, y: 53 });
    zoomIn(20);
    // Our column gives way to the page, as far as it can
    expect(beside()).toMatchObject({ x: Math.round(210 * 1.2 ** 4), y: 100 });
    window.zoom('reset');
    expect(beside()).toMatchObject({ x: 420, y: 48 });
  });

  it('a window that is zoomed already opens with the page in its place', async () => {
    await window.load();
    zoomIn(2);
    for (const open of double.windows()) open.destroy();
    window = createMainWindow(options());
    window.show();
    await window.load();
    const portal = new WebContentsView();
    window.openBeside(portal);
    expect(views()[1]).toMatchObject({ x: 504, y: 58 });
  });
});

describe('with the portal open', () => {
  let portal: WebContentsView;
  beforeEach(() => {
    portal = new WebContentsView();
    window.show();
    window.openBeside(portal);
  });

  it('the window with a portal is wide, with our page in its column and the portal below its strip', () => {
    expect(base().getBounds()).toEqual({ x: 740, y: 200, ...layout.portal });
    expect(views()).toEqual([
      { x: 0, y: 0, ...layout.portal, visible: true },
      { x: 420, y: 48, width: 760, height: 712, visible: true },
    ]);
    base().setBounds({ ...base().getBounds(), width: 1400, height: 900 });
    expect(views()[1]).toMatchObject({ width: 980, height: 852 });
  });

  it('the window narrows to its former place when the portal closes, unless the person moved it', () => {
    window.closeBeside(portal);
    expect(base().getBounds()).toEqual(centred);
    window.openBeside(portal);
    base().setBounds({ ...base().getBounds(), x: 100, y: 90 });
    window.closeBeside(portal);
    expect(base().getBounds()).toEqual({ ...centred, x: 100, y: 90 });
    expect(kept).toEqual({ ...centred, x: 100, y: 90 });
  });

  it('the window remembers its compact place while it is wide', () => {
    base().blur();
    expect(kept).toEqual(centred);
  });

  it('the window opens as wide as the person last had it', () => {
    base().setBounds({ ...base().getBounds(), width: 1300, height: 800 });
    window.closeBeside(portal);
    window.openBeside(portal);
    expect(base().getBounds()).toMatchObject({ width: 1300, height: 800 });
  });

  it('the window stays maximised when the portal opens', () => {
    window.closeBeside(portal);
    base().maximize();
    window.openBeside(portal);
    expect(base().isMaximized()).toBe(true);
    expect(views()[1]).toMatchObject({ x: 420, y: 48, width: 1500, height: 1032 });
    window.closeBeside(portal);
    base().unmaximize();
    expect(base().getBounds()).toEqual(centred);
  });

  it('F6 moves the focus between the window’s visible views', () => {
    const focused: string[] = [];
    window.page.on('focus', () => focused.push('ours'));
    portal.webContents.on('focus', () => focused.push('portal'));
    const press = (contents: { emit: (name: string, ...rest: unknown[]) => boolean }): void => {
      contents.emit('before-input-event', { preventDefault: () => undefined }, { type: 'keyDown', key: 'F6' });
    };
    press(portal.webContents);
    press(window.page);
    expect(focused).toEqual(['ours', 'portal']);
    window.setBesideVisible(portal, false);
    press(window.page);
    expect(focused).toEqual(['ours', 'portal', 'ours']);
  });
});
