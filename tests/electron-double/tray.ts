import { EventEmitter } from 'node:events';
import type { Menu } from './menu.ts';
import { nativeImage, type NativeImage } from './native-image.ts';

/** The icons that are up. */
export const trays: Tray[] = [];

/** An icon in the tray: what it shows, and the menu that a click would open. */
export class Tray extends EventEmitter {
  image: NativeImage;
  pressedImage: NativeImage | null = null;
  toolTip = '';
  title = '';
  menu: Menu | null = null;
  private destroyed = false;

  constructor(image: NativeImage | string) {
    super();
    this.image = read(image);
    trays.push(this);
  }

  setImage(image: NativeImage | string): void {
    this.image = read(image);
  }
  setPressedImage(image: NativeImage | string): void {
    this.pressedImage = read(image);
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setTitle(text: string): void {
    this.title = text;
  }
  getTitle(): string {
    return this.title;
  }
  setContextMenu(menu: Menu | null): void {
    this.menu = menu;
  }
  popUpContextMenu(): void {
    return;
  }
  closeContextMenu(): void {
    return;
  }
  setIgnoreDoubleClickEvents(): void {
    return;
  }
  focus(): void {
    return;
  }
  getBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: 16, height: 16 };
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  destroy(): void {
    this.destroyed = true;
    const index = trays.indexOf(this);
    if (index >= 0) trays.splice(index, 1);
  }
}

const read = (image: NativeImage | string): NativeImage => (typeof image === 'string' ? nativeImage.createFromPath(image) : image);
