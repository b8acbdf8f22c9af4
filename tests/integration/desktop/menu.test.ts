import { describe, expect, it, vi } from 'vitest';
import { Menu } from '../../electron-double/index.ts';
import { menuTemplate } from '../../../electron/desktop/window/menu.ts';
import { english } from '../../support/english.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

const { messages } = english;
const perform = vi.fn();
const nextPane = vi.fn();
const zoom = vi.fn();

describe.each(['darwin', 'win32', 'linux'] as const)('the menu on %s', (platform) => {
  const items = Menu.buildFromTemplate(menuTemplate(platform, messages, { perform, nextPane, zoom })).flat();

  it('the application menu has the editing commands, which macOS needs there', () => {
    const roles = items.map(({ role }) => role);
    expect(roles).toEqual(expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll']));
  });

  it('the application menu has nothing that opens developer tools or reloads our page', () => {
    const roles = items.map(({ role }) => role);
    for (const role of ['toggleDevTools', 'reload', 'forceReload', 'quit']) expect(roles).not.toContain(role);
  });

  it('the application menu’s Quit asks first', () => {
    items.find(({ accelerator }) => accelerator === 'CmdOrCtrl+Q')?.click();
    expect(perform).toHaveBeenLastCalledWith('quit');
  });

  it('the application menu zooms by every key that browsers take', () => {
    const { zoomIn, zoomOut, actualSize } = messages.menu;
    const keys = [
      ['in', zoomIn, ['Plus', '=', 'numadd']],
      ['out', zoomOut, ['-', 'numsub']],
      ['reset', actualSize, ['0', 'num0']],
    ] as const;
    for (const [by, label, names] of keys)
      for (const name of names) {
        const item = items.find(({ accelerator }) => accelerator === `CmdOrCtrl+${name}`);
        item?.click();
        expect(zoom, name).toHaveBeenLastCalledWith(by);
        expect(item?.label, name).toBe(label);
        zoom.mockClear();
      }
  });

  it('the application menu has a text for every item', () => {
    for (const item of items) if (item.type !== 'separator') expect(item.label).toMatch(/\S/);
  });
});
