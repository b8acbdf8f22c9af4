import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Menu, Tray, nativeImage, nativeTheme, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import type { Command } from '../system/command.ts';
import type { TrayIcon, TrayModel, TrayRow } from './tray-model.ts';
import { delay } from '../../../shared/abort.ts';
import { dbusSend } from '../system/programs-linux.ts';

/** The tray icon, which shows the state. */
export interface TrayAdapter {
  show(model: TrayModel): void;
  /** Makes the icon anew, for a tray that came after it: Electron's icon on Linux does not look for one again (`tray_icon_linux.cc`). */
  renew(): void;
  close(): void;
}

/** `folder` holds the icons that `build/icons.ts` draws. `perform` runs the chosen command. */
export function createTray(folder: string, perform: (command: Command) => void): TrayAdapter {
  let shown: TrayModel | null = null;
  let tray: Tray | null = null;

  const draw = (model: TrayModel): void => {
    const image = imageOf(folder, model.icon);
    if (tray) tray.setImage(image);
    else {
      tray = new Tray(image);
      // On macOS a click opens the menu. Elsewhere it opens the window
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
      // Replacing the menu closes an open one, so replace it only when it changes
      if (JSON.stringify(model) === JSON.stringify(shown)) return;
      shown = model;
      draw(model);
    },
    renew() {
      tray?.destroy();
      tray = null;
      redraw();
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

/** On macOS a template image, which the system colours. Elsewhere the icon for a light or dark bar. Each has its `@2x` file beside it. */
function imageOf(folder: string, icon: TrayIcon): NativeImage {
  if (process.platform === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${icon}Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  return nativeImage.createFromPath(join(folder, `${icon}-${nativeTheme.shouldUseDarkColorsForSystemIntegratedUI ? 'light' : 'dark'}.png`));
}

const run = promisify(execFile);

/** Whether this desktop shows tray icons. */
export interface TrayWatch {
  /** By the last check. Each call starts a new one for the next call. */
  isThere(): boolean;
  /** Resolves once there is a tray, with whether it came only after the first look; null if none comes within this time. */
  appears(withinMs: number): Promise<'there' | 'late' | null>;
}

const lookEveryMs = 500;

/**
 * Windows and macOS always show tray icons. A Linux desktop does while something owns the StatusNotifierWatcher name on the
 * session bus (freedesktop.org's StatusNotifierItem), which can come and go. The first check runs after the window has been
 * created.
 */
export function watchForTray(platform: NodeJS.Platform = process.platform): TrayWatch {
  if (platform !== 'linux') return { isThere: () => true, appears: () => Promise.resolve('there') };
  let isThere = false;
  const ask = async (): Promise<boolean> => (isThere = await hasStatusNotifier());
  setImmediate(() => void ask());
  return {
    isThere() {
      void ask();
      return isThere;
    },
    async appears(withinMs) {
      if (await ask()) return 'there';
      for (const until = performance.now() + withinMs; performance.now() < until;) {
        await delay(lookEveryMs);
        if (await ask()) return 'late';
      }
      return null;
    },
  };
}

async function hasStatusNotifier(): Promise<boolean> {
  const bus = ['--session', '--print-reply', '--reply-timeout=2000', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
  const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.kde.StatusNotifierWatcher'];
  try {
    const { stdout } = await run(dbusSend, [...bus, ...question], { timeout: 3_000 });
    return stdout.includes('boolean true');
  } catch {
    // No bus, no dbus-send or no answer: assume that there is no tray, since a minimised window cannot get lost
    return false;
  }
}
