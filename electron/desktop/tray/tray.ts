import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Menu, Tray, nativeImage, nativeTheme, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import type { Command } from '../system/command.ts';
import type { TrayIcon, TrayModel, TrayRow } from './tray-model.ts';
import { dbusSend } from '../system/programs-linux.ts';

/** The icon beside the clock, another small renderer of the same state. */
export interface TrayAdapter {
  show(model: TrayModel): void;
  close(): void;
}

/** `folder` holds the icons that `build/icons.ts` draws. `perform` carries out what was chosen. */
export function createTray(folder: string, perform: (command: Command) => void): TrayAdapter {
  let shown: TrayModel | null = null;
  let tray: Tray | null = null;

  const draw = (model: TrayModel): void => {
    const image = imageOf(folder, model.icon);
    if (tray) tray.setImage(image);
    else {
      tray = new Tray(image);
      // A click on macOS's menu bar opens the menu, there and nowhere else
      if (process.platform !== 'darwin') tray.on('click', () => perform('open'));
    }
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.rows.map((row) => itemOf(row, perform))));
  };
  const redraw = (): void => {
    if (shown) draw(shown);
  };
  nativeTheme.on('updated', redraw);

  return {
    show(model) {
      // A menu that is open closes when it is replaced: only a change is worth that
      if (JSON.stringify(model) === JSON.stringify(shown)) return;
      shown = model;
      draw(model);
    },
    close() {
      nativeTheme.off('updated', redraw);
      tray?.destroy();
    },
  };
}

function itemOf(row: TrayRow, perform: (command: Command) => void): MenuItemConstructorOptions {
  switch (row.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'line':
      return { label: row.text, enabled: false };
    case 'command':
      return { label: row.text, enabled: row.enabled, click: () => perform(row.command) };
  }
}

/** On macOS a template image, which the system colours; elsewhere drawn for the bar's own brightness. Beside each lies its `@2x`. */
function imageOf(folder: string, icon: TrayIcon): NativeImage {
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${icon}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  return nativeImage.createFromPath(join(folder, `${icon}-${nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'light' : 'dark'}.png`));
}

const run = promisify(execFile);

/**
 * Whether a tray icon will be seen, as last heard. Windows and macOS have a place for it; a Linux desktop has one
 * while something owns the StatusNotifierWatcher name on the session bus (freedesktop.org's StatusNotifierItem),
 * which may come and go: each call asks anew, for the next one. The first question waits until the window has been asked for.
 */
export function watchForTray(): () => boolean {
  if (process.platform !== 'linux') return () => true;
  let isThere = false;
  const ask = async (): Promise<void> => {
    isThere = await hasStatusNotifier();
  };
  setImmediate(() => void ask());
  return () => {
    void ask();
    return isThere;
  };
}

async function hasStatusNotifier(): Promise<boolean> {
  const bus = ['--session', '--print-reply', '--reply-timeout=2000', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.kde.StatusNotifierWatcher'];
  try {
    const { stdout } = await run(dbusSend, [...bus, ...question], { timeout: 3_000 });
    return stdout.includes('boolean true');
  } catch {
    // No bus, no tool to ask it or no answer: then we do not know of a tray, and minimising loses nobody's window
    return false;
  }
}
