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
    const keys = { in: ['Plus', '=', 'numadd'], out: ['-', 'numsub'], reset: ['0', 'num0'] };
    for (const [by, names] of Object.entries(keys))
      for (const name of names) {
        items.find(({ accelerator }) => accelerator === `CmdOrCtrl+${name}`)?.click();
        expect(zoom, name).toHaveBeenLastCalledWith(by);
        zoom.mockClear();
      }
  });

  it('the application menu has a text for every item', () => {
    for (const item of items) if (item.type !== 'separator') expect(item.label).toMatch(/\S/);
  });
});
