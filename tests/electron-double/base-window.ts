import type { BaseWindowConstructorOptions, Rectangle } from 'electron';
import { app } from './app.ts';
import { NativeEmitter, focus, layout, openWindows, preventable, report } from './registry.ts';
import { onlyOnceReady, rectangle, throwOnceDestroyed } from './strict.ts';
import { View } from './view.ts';
import type { WebContents } from './web-contents.ts';

let nextId = 1;

/** A window: its state and events. It is not drawn; `picture` shows what it would look like. */
export class BaseWindow extends NativeEmitter {
  private readonly number = nextId++;
  private root = new View();
  /** Who has the keyboard while the window is in front. */
  private keyboard: WebContents | null = null;
  private bounds: Rectangle;
  private normal: Rectangle | null = null;
  private visible: boolean;
  private minimized = false;
  private fullScreen = false;
  private destroyed = false;
  private closing = false;
  private minimum = [0, 0];
  private title: string;

  constructor(options: BaseWindowConstructorOptions = {}) {
    super();
    // Electron itself checks this for `BrowserWindow` only: a `BaseWindow` without a display under it crashes
    onlyOnceReady(new Error('double: a BaseWindow cannot be created before app is ready'));
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    this.title = options.title ?? app.getName();
    this.visible = options.show !== false;
    this.layOut();
    openWindows.set(this.number, this);
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

  get id(): number {
    return this.number;
  }
  get contentView(): View {
    return this.root;
  }
  set contentView(view: View) {
    this.setContentView(view);
  }
  getContentView(): View {
    return this.root;
  }
  setContentView(view: View): void {
    this.root = view;
    this.layOut();
  }

  // Shown, hidden, in front
  show(): void {
    this.showInactive();
    this.focus();
  }
  /** Told every time, be it visible already (`NativeWindowViews::Show`). */
  showInactive(): void {
    this.visible = true;
    layout.changed();
    this.emit('show');
  }
  hide(): void {
    // Its Space stays, black and empty (electron#39572)
    if (process.platform === 'darwin' && this.fullScreen) report(new Error('double: a window was hidden in full screen'));
    this.visible = false;
    layout.changed();
    this.blur();
    this.emit('hide');
  }
  isVisible(): boolean {
    return this.visible && !this.minimized;
  }
  focus(): void {
    if (!this.visible || this.isFocused()) return;
    focus.window?.blur();
    focus.window = this;
    this.keyboardOf?.emit('focus');
    this.tellSoon('focus');
  }
  blur(): void {
    if (!this.isFocused()) return;
    focus.window = null;
    this.keyboardOf?.emit('blur');
    this.tellSoon('blur');
  }
  /** `BaseWindow::OnWindowFocus` posts its event. After the window has been destroyed, it is not emitted. */
  private tellSoon(event: 'focus' | 'blur'): void {
    setImmediate(() => {
      if (!this.destroyed) this.emit(event);
    });
  }
  /** Gives the keyboard to a page of this window, or to none: at once where the window is in front, else as soon as it is. */
  giveKeyboard(contents: WebContents | null): void {
    const before = this.keyboardOf;
    this.keyboard = contents;
    if (before === contents || !this.isFocused()) return;
    before?.emit('blur');
    contents?.emit('focus');
  }
  /** The page that has the keyboard while this window is in front. A hidden page has lost it. */
  get keyboardOf(): WebContents | null {
    const { keyboard } = this;
    return keyboard && !keyboard.isDestroyed() && this.root.shows(keyboard, { seen: true }) ? keyboard : null;
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
  /** Done by and by, as on macOS and by window managers of Linux. */
  setFullScreen(fullScreen: boolean): void {
    setImmediate(() => {
      if (this.destroyed || this.fullScreen === fullScreen) return;
      this.fullScreen = fullScreen;
      this.emit(fullScreen ? 'enter-full-screen' : 'leave-full-screen');
    });
  }
  isFullScreen(): boolean {
    return this.fullScreen;
  }

  // Where and how large; a window of the double has no frame
  /** Unlike in `BrowserWindow`, all four numbers are required. */
  setBounds(wanted: Partial<Rectangle>): void {
    const before = this.bounds;
    const [minWidth = 0, minHeight = 0] = this.minimum;
    const bounds = rectangle(wanted);
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
    this.setBounds({ ...this.bounds, width, height });
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
    this.setBounds({ ...this.bounds, x, y });
  }
  getPosition(): number[] {
    return [this.bounds.x, this.bounds.y];
  }
  setMinimumSize(width: number, height: number): void {
    // The window stays as large as it is until it is resized
    this.minimum = [width, height];
  }
  getMinimumSize(): number[] {
    return [...this.minimum];
  }
  center(): void {
    return;
  }
  private layOut(): void {
    this.root.setBounds({ x: 0, y: 0, width: this.bounds.width, height: this.bounds.height });
  }

  // Its title and looks, which are not simulated
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
    if (this.closing) return;
    const event = preventable({});
    this.emit('close', event);
    if (event.defaultPrevented) {
      app.closeCancelled();
      return;
    }
    // `Widget::Close` posts what it does
    this.closing = true;
    setImmediate(() => this.destroy());
  }
  destroy(): void {
    if (this.destroyed) return;
    this.blur();
    this.destroyed = true;
    openWindows.delete(this.number);
    this.emit('closed');
    if (openWindows.size === 0) app.allWindowsClosed();
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  /** Whether a page lies in this window; `seen`: at a place that is not hidden. */
  holds(contents: WebContents, { seen = false } = {}): boolean {
    return !this.destroyed && this.root.shows(contents, { seen });
  }
}

// `BaseWindow::OnWindowClosed` marks it destroyed before it emits `closed`: from then on all but this throws
const lasting: readonly string[] = ['constructor', 'destroy', 'isDestroyed', 'holds'];
throwOnceDestroyed(
  BaseWindow,
  (window) => window.isDestroyed(),
  Object.getOwnPropertyNames(BaseWindow.prototype).filter((name) => !lasting.includes(name)),
);
