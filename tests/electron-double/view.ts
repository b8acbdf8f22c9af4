import { EventEmitter } from 'node:events';
import type { Rectangle } from 'electron';
import { layout } from './registry.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

/** A rectangle in a window. The ones further down a list of children lie above the others. */
export class View extends EventEmitter {
  children: View[] = [];
  private bounds: Rectangle = { x: 0, y: 0, width: 0, height: 0 };
  private visible = true;

  /** Adding a child again brings it to the top. */
  addChildView(view: View, index?: number): void {
    this.removeChildView(view);
    this.children.splice(index ?? this.children.length, 0, view);
    layout.changed();
  }
  removeChildView(view: View): void {
    this.children = this.children.filter((child) => child !== view);
    layout.changed();
  }
  setBounds(bounds: Rectangle): void {
    this.bounds = { ...bounds };
    this.emit('bounds-changed');
    layout.changed();
  }
  getBounds(): Rectangle {
    return { ...this.bounds };
  }
  setVisible(visible: boolean): void {
    this.visible = visible;
    layout.changed();
  }
  getVisible(): boolean {
    return this.visible;
  }
  setBackgroundColor(): void {
    return;
  }
  setBorderRadius(): void {
    return;
  }
}

/** A view that shows a page; the page's viewport is as large as the view. */
export class WebContentsView extends View {
  readonly webContents: WebContents;

  constructor(options: { webPreferences?: WebPreferences } = {}) {
    super();
    this.webContents = new WebContents(options.webPreferences ?? {});
  }

  override setBounds(bounds: Rectangle): void {
    super.setBounds(bounds);
    this.webContents.resize(bounds);
  }
}
