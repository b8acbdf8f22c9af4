import path from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  app,
  BaseWindow,
  dialog,
  double,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  Tray,
  utilityProcess,
  WebContentsView,
} from '../../electron-double/index.ts';

/** What may be used only before ready, and what only after it: without a page. */
const icon = nativeImage.createFromPath(path.resolve('build/icons/icon.png'));

test('members that need ready throw Electron’s message before it, and members that must come before ready throw it afterwards', () => {
  expect(() => session.defaultSession).toThrow(new TypeError('Session can only be received when app is ready'));
  expect(() => session.fromPartition('x')).toThrow(new TypeError('Session can only be received when app is ready'));
  expect(() => new WebContentsView()).toThrow('Session can only be received when app is ready');
  expect(() => new BaseWindow()).toThrow('before app is ready');
  expect(() => new Tray(icon)).toThrow('Cannot create Tray before app is ready');
  expect(() => new Notification()).toThrow('Cannot create Notification before app is ready');
  expect(() => screen.getAllDisplays()).toThrow("The 'screen' module can't be used before the app 'ready' event");
  expect(() => dialog.showOpenDialog({})).toThrow('dialog module can only be used after app is ready');
  expect(() => utilityProcess.fork('x.mjs', [])).toThrow('utilityProcess cannot be created before app is ready.');
  expect(() => powerMonitor.on('suspend', () => undefined)).toThrow('before app is ready');
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([{ scheme: 'app' }]);

  double.becomeReady();
  expect(() => app.enableSandbox()).toThrow('app.enableSandbox() can only be called before app is ready');
  expect(() => protocol.registerSchemesAsPrivileged([])).toThrow('should be called before app is ready');
  expect(screen.getAllDisplays()).toHaveLength(1);
});

test('the double rejects paths, menu templates, handlers and images that Electron would reject', () => {
  expect(() => app.getPath('nowhere')).toThrow("Failed to get 'nowhere' path");
  expect(() => app.setPath('logs', 'here')).toThrow('Path must be absolute');
  expect(() => Menu.buildFromTemplate([{ enabled: true }])).toThrow('must have at least one of label, role or type');
  expect(() => new Tray('/no/such/image.png')).toThrow("Failed to load image from path '/no/such/image.png'");
  const tray = new Tray(icon);
  tray.destroy();
  expect(() => tray.setToolTip('x')).toThrow('Tray is destroyed');
  ipcMain.handle('one', () => 1);
  expect(() => ipcMain.handle('one', () => 2)).toThrow("Attempted to register a second handler for 'one'");
});

test('a listener that throws causes an uncaught exception, and the code that emitted the event continues', async () => {
  const window = new BaseWindow({ show: false });
  window.on('resize', () => {
    throw new Error('thrown on purpose');
  });
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const caught = new Promise((resolve) => process.once('uncaughtException', resolve));
  window.setBounds({ x: 0, y: 0, width: 300, height: 200 });
  expect(window.getBounds().width).toBe(300);
  expect(String(await caught)).toBe('Error: thrown on purpose');
  for (const listener of before) process.on('uncaughtException', listener);
});

test('closing a notification from code emits no close event, and a click on a shown one reaches its listener', () => {
  const notification = new Notification({ title: 'A' });
  const told: string[] = [];
  for (const event of ['click', 'close']) notification.on(event, () => told.push(event));
  notification.show();
  double.notifications.at(-1)?.click();
  notification.close();
  expect(told).toEqual(['click']);
  notification.show();
  double.notifications.at(-1)?.dismiss();
  expect(told).toEqual(['click', 'close']);
});

test('a utility process has no pid before it has spawned, and kill() before that does nothing', async () => {
  const child = utilityProcess.fork(path.resolve('tests/electron-double/fixtures/preload.cjs'), []);
  expect([child.pid, child.kill()]).toEqual([undefined, false]);
  await new Promise((resolve) => child.once('spawn', resolve));
  expect(child.pid).toBeGreaterThan(0);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isOurs = child.kill();
  expect(await exited).toBe(isOurs ? 0 : 1);
  expect([child.pid, child.kill()]).toEqual([undefined, false]);
});

test('a window’s focus event is emitted asynchronously, and not after the window was destroyed', async () => {
  const window = new BaseWindow({ show: false });
  const focus = vi.fn();
  window.on('focus', focus);
  window.show();
  expect([window.isFocused(), focus.mock.calls.length]).toEqual([true, 0]);
  await vi.waitFor(() => expect(focus).toHaveBeenCalledOnce());
  const other = new BaseWindow({ show: false });
  other.on('focus', focus);
  other.show();
  other.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(focus).toHaveBeenCalledOnce();
});
