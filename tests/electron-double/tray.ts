import type { Menu } from './menu.ts';
import { nativeImage, type NativeImage } from './native-image.ts';
import { onlyOnceReady, throwOnceDestroyed } from './strict.ts';
import { NativeEmitter } from './registry.ts';

/** The icons that are up. */
export const trays: Tray[] = [];

/** An icon in the tray: what it shows, and the menu that a click would open. */
export class Tray extends NativeEmitter {
  image: NativeImage;
  pressedImage: NativeImage | null = null;
  toolTip = '';
  title = '';
  menu: Menu | null = null;
  private destroyed = false;

  constructor(image: NativeImage | string) {
    super();
    onlyOnceReady(new Error('Cannot create Tray before app is ready'));
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

function read(image: NativeImage | string): NativeImage {
  if (typeof image !== 'string') return image;
  const loaded = nativeImage.createFromPath(image);
  if (loaded.isEmpty()) throw new Error(`Failed to load image from path '${image}'`);
  return loaded;
}

// `Tray::CheckAlive`
const lasting: readonly string[] = ['constructor', 'destroy', 'isDestroyed'];
throwOnceDestroyed(
  Tray,
  (tray) => tray.isDestroyed(),
  Object.getOwnPropertyNames(Tray.prototype).filter((name) => !lasting.includes(name)),
  () => new Error('Tray is destroyed'),
);
