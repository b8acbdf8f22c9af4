import { EventEmitter } from 'node:events';
import type { BaseWindowConstructorOptions, Rectangle } from 'electron';
import { app } from './app.ts';
import { focus, layout, openWindows, preventable } from './registry.ts';
import { View } from './view.ts';

let nextId = 1;

/** A window: its state and events. It is not drawn; `picture` shows what it would look like. */
export class BaseWindow extends EventEmitter {
  readonly id = nextId++;
  contentView = new View();
  private bounds: Rectangle;
  private normal: Rectangle | null = null;
  private visible: boolean;
  private minimized = false;
  private fullScreen = false;
  private destroyed = false;
  private minimum = [0, 0];
  private title: string;

  constructor(options: BaseWindowConstructorOptions = {}) {
    super();
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    this.title = options.title ?? app.getName();
    this.visible = options.show !== false;
    this.layOut();
    openWindows.set(this.id, this);
    if (this.visible) this.focus();
  }

  static getAllWindows(): BaseWindow[] {
    return [...openWindows.values()];
  }
  static getFocusedWindow(): BaseWindow | null {
    return focus.window;
  }
  static fromId(id: number): BaseWindow | null {
    return openWindows.get(id) ?? null;
  }

  setContentView(view: View): void {
    this.contentView = view;
    this.layOut();
  }

  // Shown, hidden, in front
  show(): void {
    this.showInactive();
    this.focus();
  }
  showInactive(): void {
    if (this.destroyed || this.visible) return;
    this.visible = true;
    layout.changed();
    this.emit('show');
  }
  hide(): void {
    if (this.destroyed || !this.visible) return;
    this.visible = false;
    layout.changed();
    this.blur();
    this.emit('hide');
  }
  isVisible(): boolean {
    return this.visible && !this.minimized && !this.destroyed;
  }
  focus(): void {
    if (this.destroyed || !this.visible || this.isFocused()) return;
    focus.window?.blur();
    focus.window = this;
    this.emit('focus');
  }
  blur(): void {
    if (!this.isFocused()) return;
    focus.window = null;
    this.emit('blur');
  }
  isFocused(): boolean {
    return focus.window === this;
  }
  moveTop(): void {
    return;
  }
  minimize(): void {
    if (this.minimized) return;
    this.minimized = true;
    layout.changed();
    this.blur();
    this.emit('minimize');
  }
  restore(): void {
    if (!this.minimized) return;
    this.minimized = false;
    layout.changed();
    this.emit('restore');
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  maximize(): void {
    this.normal ??= this.bounds;
    this.setBounds({ x: 0, y: 0, width: 1920, height: 1080 });
    this.emit('maximize');
  }
  unmaximize(): void {
    const { normal } = this;
    this.normal = null;
    if (normal) this.setBounds(normal);
    this.emit('unmaximize');
  }
  isMaximized(): boolean {
    return this.normal !== null;
  }
  setFullScreen(fullScreen: boolean): void {
    this.fullScreen = fullScreen;
    this.emit(fullScreen ? 'enter-full-screen' : 'leave-full-screen');
  }
  isFullScreen(): boolean {
    return this.fullScreen;
  }

  // Where and how large; a window of the double has no frame
  setBounds(wanted: Partial<Rectangle>): void {
    const before = this.bounds;
    const [minWidth = 0, minHeight = 0] = this.minimum;
    const bounds = { ...before, ...wanted };
    this.bounds = { ...bounds, width: Math.max(bounds.width, minWidth), height: Math.max(bounds.height, minHeight) };
    if (before.x !== this.bounds.x || before.y !== this.bounds.y) {
      layout.changed();
      this.emit('move');
    }
    if (before.width === this.bounds.width && before.height === this.bounds.height) return;
    this.layOut();
    this.emit('resize');
    this.emit('resized');
  }
  getBounds(): Rectangle {
    return { ...this.bounds };
  }
  getNormalBounds(): Rectangle {
    return { ...(this.normal ?? this.bounds) };
  }
  getContentBounds(): Rectangle {
    return this.getBounds();
  }
  setContentBounds(bounds: Rectangle): void {
    this.setBounds(bounds);
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  getSize(): number[] {
    return [this.bounds.width, this.bounds.height];
  }
  setContentSize(width: number, height: number): void {
    this.setSize(width, height);
  }
  getContentSize(): number[] {
    return this.getSize();
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  getPosition(): number[] {
    return [this.bounds.x, this.bounds.y];
  }
  setMinimumSize(width: number, height: number): void {
    this.minimum = [width, height];
    this.setBounds({});
  }
  getMinimumSize(): number[] {
    return [...this.minimum];
  }
  center(): void {
    return;
  }
  private layOut(): void {
    this.contentView.setBounds({ x: 0, y: 0, width: this.bounds.width, height: this.bounds.height });
  }

  // Its name and looks, which nobody sees
  setTitle(title: string): void {
    this.title = title;
  }
  getTitle(): string {
    return this.title;
  }
  setMenu(): void {
    return;
  }
  removeMenu(): void {
    return;
  }
  setMenuBarVisibility(): void {
    return;
  }
  setAutoHideMenuBar(): void {
    return;
  }
  setIcon(): void {
    return;
  }
  setOverlayIcon(): void {
    return;
  }
  setSkipTaskbar(): void {
    return;
  }
  setProgressBar(): void {
    return;
  }
  setBackgroundColor(): void {
    return;
  }
  setAlwaysOnTop(): void {
    return;
  }
  setContentProtection(): void {
    return;
  }
  flashFrame(): void {
    return;
  }

  // Its end. The pages of its views live on until the app closes them, as in Electron
  close(): void {
    if (this.destroyed) return;
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    if (this.destroyed) return;
    this.blur();
    this.destroyed = true;
    openWindows.delete(this.id);
    this.emit('closed');
    if (openWindows.size === 0) app.allWindowsClosed();
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
}
