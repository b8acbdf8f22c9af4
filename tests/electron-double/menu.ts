import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';
import { app } from './app.ts';
import { BaseWindow } from './base-window.ts';

/** One line of a menu. `click()` is what a person does; a disabled item cannot be clicked. */
export class MenuItem {
  readonly id: string | undefined;
  readonly role: string | undefined;
  readonly type: string;
  readonly accelerator: string | undefined;
  readonly submenu: Menu | undefined;
  label: string;
  sublabel: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  readonly click: () => void;

  constructor(options: MenuItemConstructorOptions) {
    this.id = options.id;
    this.role = options.role;
    this.label = options.label ?? options.role ?? '';
    this.sublabel = options.sublabel ?? '';
    this.type = options.type ?? (options.submenu ? 'submenu' : 'normal');
    this.accelerator = options.accelerator ?? undefined;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.submenu = Array.isArray(options.submenu)
      ? Menu.buildFromTemplate(options.submenu)
      : options.submenu instanceof Menu
        ? options.submenu
        : undefined;
    const handler: unknown = options.click;
    this.click = () => {
      if (!this.enabled) throw new Error(`the menu item '${this.label}' is disabled`);
      if (this.type === 'checkbox') this.checked = !this.checked;
      if (this.type === 'radio') this.checked = true;
      // A role that does something does it, whatever `click` says
      if (this.act()) return;
      if (typeof handler === 'function') Reflect.apply(handler, undefined, [this, BaseWindow.getFocusedWindow(), {}]);
    };
  }

  /** The roles that mean something without a screen; editing ones are Chromium's own keys. */
  private act(): boolean {
    const window = BaseWindow.getFocusedWindow();
    if (this.role === 'quit') app.quit();
    else if (this.role === 'close') window?.close();
    else if (this.role === 'minimize') window?.minimize();
    else if (this.role === 'togglefullscreen') window?.setFullScreen(!window.isFullScreen());
    else return false;
    return true;
  }
}

/** Electron's `Menu`. */
export class Menu extends EventEmitter {
  readonly items: MenuItem[] = [];
  private static application: Menu | null = null;

  static buildFromTemplate(template: readonly (MenuItemConstructorOptions | MenuItem)[]): Menu {
    const given: unknown = template;
    if (!Array.isArray(given)) throw new TypeError('Invalid template for Menu: Menu template must be an array');
    if (!template.every((item) => Object.hasOwn(item, 'label') || Object.hasOwn(item, 'role') || item.type === 'separator'))
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
    const menu = new Menu();
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item));
    return menu;
  }
  static setApplicationMenu(menu: Menu | null): void {
    if (menu !== null && !(menu instanceof Menu)) throw new TypeError('Invalid menu');
    Menu.application = menu;
  }
  static getApplicationMenu(): Menu | null {
    return Menu.application;
  }

  append(item: MenuItem): void {
    this.items.push(item);
  }
  insert(position: number, item: MenuItem): void {
    this.items.splice(position, 0, item);
  }
  getMenuItemById(id: string): MenuItem | null {
    return this.flat().find((item) => item.id === id) ?? null;
  }
  popup(): void {
    this.emit('menu-will-show', {});
  }
  closePopup(): void {
    this.emit('menu-will-close', {});
  }
  /** Every item, those of submenus too. */
  flat(): MenuItem[] {
    return this.items.flatMap((item) => [item, ...(item.submenu?.flat() ?? [])]);
  }
}
