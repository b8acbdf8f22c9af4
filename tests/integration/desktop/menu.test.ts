import { describe, expect, it, vi } from 'vitest';
import { Menu } from '../../electron-double/index.ts';
import { menuTemplate } from '../../../electron/desktop/window/menu.ts';
import { localizerFor } from '../../../shared/messages/localizer.ts';

vi.mock('electron', () => import('../../electron-double/index.ts'));

const { messages } = localizerFor('en', []);
const perform = vi.fn();
const nextPane = vi.fn();

describe.each(['darwin', 'win32', 'linux'] as const)('the menu on %s', (platform) => {
  const items = Menu.buildFromTemplate(menuTemplate(platform, messages, { perform, nextPane })).flat();

  it('brings the editing commands, which macOS takes from nowhere else', () => {
    const roles = items.map(({ role }) => role);
    expect(roles).toEqual(expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll']));
  });

  it('brings nothing that opens a developer’s tools or reloads our page', () => {
    const roles = items.map(({ role }) => role);
    for (const role of ['toggleDevTools', 'reload', 'forceReload', 'quit']) expect(roles).not.toContain(role);
  });

  it('asks before it quits', () => {
    items.find(({ accelerator }) => accelerator === 'CmdOrCtrl+Q')?.click();
    expect(perform).toHaveBeenLastCalledWith('quit');
  });

  it('has words for every line', () => {
    for (const item of items) if (item.type !== 'separator') expect(item.label).toMatch(/\S/);
  });
});
