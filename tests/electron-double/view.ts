import type { Rectangle } from 'electron';
import { NativeEmitter, layout } from './registry.ts';
import { rectangle } from './strict.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

const nowhere: Rectangle = { x: 0, y: 0, width: 0, height: 0 };

/**
 * A rectangle in a window. The ones further down a list of children lie above the others. A view whose page is gone
 * answers nothing any more, and cannot be added (`shell/browser/api/electron_api_view.cc`).
 */
export class View extends NativeEmitter {
  private ownChildren: View[] = [];
  private parent: View | null = null;
  private bounds = nowhere;
  private visible = true;

  get children(): View[] {
    return [...this.ownChildren];
  }
  /** Adding a child again brings it to the top; one of another view's is taken from there. */
  addChildView(view: View, index?: number): void {
    if (this.isGone()) return;
    if (view.isGone()) throw new Error("Can't add a destroyed child view to a parent view");
    if (view === this) throw new Error('A view cannot be added as its own child');
    view.parent?.removeChildView(view);
    this.ownChildren.splice(index ?? this.ownChildren.length, 0, view);
    view.parent = this;
    layout.changed();
  }
  removeChildView(view: View): void {
    if (view.parent !== this) return;
    this.ownChildren = this.ownChildren.filter((child) => child !== view);
    view.parent = null;
    layout.changed();
  }
  setBounds(wanted: Rectangle): void {
    const bounds = rectangle(wanted);
    if (this.isGone()) return;
    const isOther = JSON.stringify(bounds) !== JSON.stringify(this.bounds);
    this.bounds = bounds;
    if (isOther) this.emit('bounds-changed');
    layout.changed();
  }
  getBounds(): Rectangle {
    return { ...(this.isGone() ? nowhere : this.bounds) };
  }
  setVisible(visible: boolean): void {
    if (this.isGone()) return;
    this.visible = visible;
    layout.changed();
  }
  getVisible(): boolean {
    return !this.isGone() && this.visible;
  }
  setBackgroundColor(): void {
    return;
  }
  setBorderRadius(): void {
    return;
  }
  /** Whether a page lies in this view; `seen`: and neither it nor any view around it is hidden. */
  shows(contents: WebContents, { seen = false } = {}): boolean {
    return (!seen || this.getVisible()) && this.ownChildren.some((child) => child.shows(contents, { seen }));
  }
  /** Whether its page has been destroyed. */
  isGone(): boolean {
    return false;
  }
}

/** A view that shows a page; the page's viewport is as large as the view. */
export class WebContentsView extends View {
  /** The page, also once it is gone. */
  private readonly page: WebContents;
  /** Its page; nothing once that is gone, whatever Electron's types say (`shell/browser/api/electron_api_web_contents_view.cc`). */
  declare readonly webContents: WebContents;

  constructor(options: { webPreferences?: WebPreferences } = {}) {
    super();
    this.page = new WebContents(options.webPreferences ?? {});
  }

  override setBounds(bounds: Rectangle): void {
    super.setBounds(bounds);
    if (!this.isGone()) this.page.resize(this.getBounds());
  }
  override shows(contents: WebContents, { seen = false } = {}): boolean {
    return (this.page === contents && (!seen || this.getVisible())) || super.shows(contents, { seen });
  }
  override isGone(): boolean {
    return this.page.isDestroyed();
  }

  static {
    Object.defineProperty(WebContentsView.prototype, 'webContents', {
      get(this: WebContentsView) {
        return this.isGone() ? undefined : this.page;
      },
    });
  }
}
