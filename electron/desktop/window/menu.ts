import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Messages } from '../../../shared/messages/localizer.ts';
import type { Command } from '../system/command.ts';
import type { ZoomStep } from './zoom.ts';

type Item = MenuItemConstructorOptions;

/**
 * Keys that browsers take too: plus without Shift (Electron's `Plus` is Shift and the key of `=`, electron#6731), and the number
 * pad.
 */
const moreZoomKeys = [
  ['CmdOrCtrl+=', 'in'],
  ['CmdOrCtrl+numadd', 'in'],
  ['CmdOrCtrl+numsub', 'out'],
  ['CmdOrCtrl+num0', 'reset'],
] as const;

export interface MenuActions {
  perform: (command: Command) => void;
  nextPane: () => void;
  zoom: (by: ZoomStep) => void;
}

/**
 * The application menu. macOS shows it and needs its Edit commands. Elsewhere the menu bar is hidden and only the
 * accelerators matter.
 */
export function installMenu(messages: Messages, actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, messages, actions)));
}

export function menuTemplate(
  platform: NodeJS.Platform,
  { menu, report, check }: Messages,
  { perform, nextPane, zoom }: MenuActions,
): Item[] {
  const mac = platform === 'darwin';
  const zoomLabels = { in: menu.zoomIn, out: menu.zoomOut, reset: menu.actualSize };
  const separator: Item = { type: 'separator' };
  const settings: Item = { label: menu.settings, accelerator: 'CmdOrCtrl+,', click: () => perform('settings') };
  // Not `role: 'quit'`: quitting while connected asks first
  const quit: Item = { label: menu.quit, accelerator: 'CmdOrCtrl+Q', click: () => perform('quit') };

  const appMenu: Item = {
    role: 'appMenu',
    submenu: [
      { role: 'about', label: menu.about },
      separator,
      settings,
      separator,
      { role: 'services', label: menu.services },
      separator,
      { role: 'hide', label: menu.hide },
      { role: 'hideOthers', label: menu.hideOthers },
      { role: 'unhide', label: menu.showAll },
      separator,
      quit,
    ],
  };
  const fileMenu: Item = { label: menu.file, submenu: [settings, { role: 'close', label: menu.close }, separator, quit] };
  const editMenu: Item = {
    label: menu.edit,
    submenu: [
      { role: 'undo', label: menu.undo },
      { role: 'redo', label: menu.redo },
      separator,
      { role: 'cut', label: menu.cut },
      { role: 'copy', label: menu.copy },
      { role: 'paste', label: menu.paste },
      { role: 'selectAll', label: menu.selectAll },
    ],
  };
  const viewMenu: Item = {
    label: menu.view,
    submenu: [
      // Not Electron's roles: the page beside our column moves when our page is zoomed, and nobody would tell
      { label: zoomLabels.reset, accelerator: 'CmdOrCtrl+0', click: () => zoom('reset') },
      { label: zoomLabels.in, accelerator: 'CmdOrCtrl+Plus', click: () => zoom('in') },
      { label: zoomLabels.out, accelerator: 'CmdOrCtrl+-', click: () => zoom('out') },
      ...moreZoomKeys.map(([accelerator, by]): Item => ({ label: zoomLabels[by], accelerator, visible: false, click: () => zoom(by) })),
      separator,
      // The views handle F6 themselves. This entry only shows it
      { label: menu.nextPane, accelerator: 'F6', registerAccelerator: false, click: nextPane },
      { role: 'togglefullscreen', label: menu.fullScreen },
    ],
  };
  const windowMenu: Item = {
    role: 'windowMenu',
    label: menu.window,
    submenu: [
      { role: 'minimize', label: menu.minimize },
      { role: 'zoom', label: menu.zoom },
      { role: 'close', label: menu.close },
      separator,
      { role: 'front', label: menu.front },
    ],
  };
  const helpMenu: Item = {
    role: 'help',
    label: menu.help,
    submenu: [
      { label: check.title, click: () => perform('check') },
      { label: report.open, click: () => perform('report') },
      separator,
      { label: menu.helpDesk, click: () => perform('help-desk') },
      { label: menu.logs, click: () => perform('logs') },
    ],
  };
  return mac ? [appMenu, editMenu, viewMenu, windowMenu, helpMenu] : [fileMenu, editMenu, viewMenu, helpMenu];
}
