import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { app, BaseWindow, double, protocol, View, WebContentsView } from '../../electron-double/index.ts';

/** Where Electron refuses, so does the double: each line here is one of the table in `tests/electron-double/README.md`. */
beforeAll(async () => {
  app.on('window-all-closed', () => undefined);
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
  await app.whenReady();
  protocol.handle('app', (request) => new Response(`<h1>${request.url}</h1>`, { headers: { 'content-type': 'text/html' } }));
});
afterAll(() => double.dispose());
afterEach(() => {
  for (const window of double.windows()) window.destroy();
});

/** A window in front, and views in it. */
function shown(...preferences: object[]): { window: BaseWindow; views: WebContentsView[] } {
  const window = new BaseWindow({ width: 400, height: 300 });
  const views = preferences.map((webPreferences) => new WebContentsView({ webPreferences }));
  for (const view of views) window.contentView.addChildView(view);
  return { window, views };
}
const closed = async (view: WebContentsView): Promise<void> => {
  const { webContents } = view;
  const over = new Promise((resolve) => webContents.once('destroyed', resolve));
  webContents.close();
  await over;
};

test('every member of a destroyed window throws, except isDestroyed and those for events', () => {
  const { window } = shown();
  const told: string[] = [];
  window.once('closed', () => {
    told.push('closed');
    expect(() => window.getBounds()).toThrow(new TypeError('Object has been destroyed'));
  });
  window.destroy();
  expect(told).toEqual(['closed']);
  for (const ask of [
    () => window.isVisible(),
    () => window.isFocused(),
    () => window.getTitle(),
    () => window.contentView,
    () => window.id,
    () => window.setTitle('x'),
    () => window.close(),
  ])
    expect(ask).toThrow(new TypeError('Object has been destroyed'));
  expect(window.isDestroyed()).toBe(true);
  window.off('closed', () => undefined);
});

test('a closed page is destroyed asynchronously; then its members throw, and its view has no webContents', async () => {
  const { window, views } = shown({});
  const [view] = views;
  if (!view) throw new Error('no view');
  const { webContents } = view;
  const over = new Promise((resolve) => webContents.once('destroyed', resolve));
  webContents.close();
  expect(webContents.isDestroyed()).toBe(false);
  await over;
  expect(webContents.isDestroyed()).toBe(true);
  for (const ask of [
    () => webContents.getURL(),
    () => webContents.session,
    () => webContents.mainFrame,
    () => webContents.navigationHistory.canGoBack(),
    () => webContents.loadURL('app://causeway/'),
    () => webContents.send('news'),
    () => webContents.close(),
  ])
    expect(ask).toThrow(new TypeError('Object has been destroyed'));
  expect(webContents.id).toBeGreaterThan(0);
  expect(view.webContents).toBeUndefined();
  window.contentView.removeChildView(view);
  expect(() => window.contentView.addChildView(view)).toThrow("Can't add a destroyed child view to a parent view");
});

test('setBounds needs all four numbers and rounds them, and a larger minimum size does not resize the window', () => {
  const { window } = shown();
  const partial: Partial<Electron.Rectangle> = { width: 500, height: 300 };
  expect(() => window.setBounds(partial)).toThrow(/conversion failure/);
  window.setBounds({ x: 0.4, y: 0.6, width: 400.5, height: 300 });
  expect(window.getBounds()).toEqual({ x: 0, y: 1, width: 401, height: 300 });
  window.setMinimumSize(900, 700);
  expect(window.getBounds()).toMatchObject({ width: 401, height: 300 });
  const view = new View();
  expect(() => view.addChildView(view)).toThrow('A view cannot be added as its own child');
});

test('a page that has loaded takes the keyboard focus if its window has it, unless focusOnNavigation is false', async () => {
  const { views } = shown({}, {}, { focusOnNavigation: false });
  const [own, greedy, modest] = views;
  if (!own || !greedy || !modest) throw new Error('no views');
  own.webContents.focus();
  expect(own.webContents.isFocused()).toBe(true);
  await modest.webContents.loadURL('app://causeway/modest');
  expect(own.webContents.isFocused()).toBe(true);
  const told: string[] = [];
  own.webContents.on('blur', () => told.push('own: blur'));
  greedy.webContents.on('focus', () => told.push('greedy: focus'));
  await greedy.webContents.loadURL('app://causeway/greedy');
  expect([own.webContents.isFocused(), greedy.webContents.isFocused()]).toEqual([false, true]);
  expect(told).toEqual(['own: blur', 'greedy: focus']);
  // A view out of sight has nothing to type into
  greedy.setVisible(false);
  expect(greedy.webContents.isFocused()).toBe(false);
  own.webContents.focus();
  await greedy.webContents.loadURL('app://causeway/hidden');
  expect(own.webContents.isFocused()).toBe(true);
  await Promise.all([own, greedy, modest].map(closed));
});

test.skipIf(process.platform === 'win32')(
  "focus given to a page brings its window to the front; a page in no window's tree takes none",
  async () => {
    const first = shown({});
    const second = shown({});
    expect(second.window.isFocused()).toBe(true);
    first.views[0]?.webContents.focus();
    expect([first.window.isFocused(), second.window.isFocused()]).toEqual([true, false]);
    const loose = new WebContentsView();
    loose.webContents.focus();
    expect(loose.webContents.isFocused()).toBe(false);
    await Promise.all([...first.views, ...second.views, loose].map(closed));
  },
);
