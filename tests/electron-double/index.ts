/**
 * A double for the `electron` module: the app's real main process, preload and renderer run in a real
 * Chromium, only Electron itself is replaced. `docs/unverified.md` lists what it cannot show.
 */
export { app } from './app.ts';
export { BaseWindow } from './base-window.ts';
export { View, WebContentsView } from './view.ts';
export { webContents } from './web-contents.ts';
export { protocol, session } from './session.ts';
export { safeStorage } from './safe-storage.ts';
export { ipcMain } from './ipc.ts';
export { Menu, MenuItem } from './menu.ts';
export { Tray } from './tray.ts';
export { Notification } from './notification.ts';
export { nativeImage, NativeImage } from './native-image.ts';
export { nativeTheme } from './native-theme.ts';
export { clipboard, crashReporter, dialog, powerMonitor, screen, shell } from './desktop.ts';
export { utilityProcess } from './utility-process.ts';
export { double } from './control.ts';

import { headed } from './chromium.ts';
import { showOnDisplay } from './display.ts';

if (headed) showOnDisplay();
