import { existsSync, readFileSync } from 'node:fs';

/** An image as bytes, with where it came from. Nothing is decoded but a PNG's size. */
export class NativeImage {
  isMacTemplateImage = false;
  private readonly representations: { scaleFactor: number; bytes: Buffer }[] = [];

  constructor(
    readonly source: string,
    private readonly bytes: Buffer,
  ) {}

  isEmpty(): boolean {
    return this.bytes.length === 0 && this.representations.length === 0;
  }
  toPNG(): Buffer {
    return this.bytes.length > 0 ? this.bytes : (this.representations[0]?.bytes ?? this.bytes);
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.toPNG().toString('base64')}`;
  }
  /** Pixels: bytes 16 to 23 of a PNG are its width and height (PNG specification, IHDR). */
  getSize(): { width: number; height: number } {
    const png = this.toPNG();
    return png.length > 24 ? { width: png.readUInt32BE(16), height: png.readUInt32BE(20) } : { width: 0, height: 0 };
  }
  addRepresentation({ scaleFactor = 1, buffer, dataURL }: { scaleFactor?: number; buffer?: Buffer; dataURL?: string }): void {
    this.representations.push({ scaleFactor, bytes: buffer ?? bytesOf(dataURL ?? '') });
  }
  getScaleFactors(): number[] {
    return [...new Set([...(this.bytes.length > 0 ? [1] : []), ...this.representations.map(({ scaleFactor }) => scaleFactor)])];
  }
  resize(): this {
    return this;
  }
  setTemplateImage(template: boolean): void {
    this.isMacTemplateImage = template;
  }
  isTemplateImage(): boolean {
    return this.isMacTemplateImage;
  }
}

const bytesOf = (dataURL: string): Buffer => Buffer.from(dataURL.slice(dataURL.indexOf(',') + 1), 'base64');

/** Electron's `nativeImage`: like there, a file that is not there is an empty image, and one ending in `@2x` beside it is the same for fine screens. */
export const nativeImage = {
  createEmpty: (): NativeImage => new NativeImage('', Buffer.alloc(0)),
  createFromBuffer: (bytes: Buffer): NativeImage => new NativeImage('buffer', bytes),
  createFromDataURL: (url: string): NativeImage => new NativeImage('data', bytesOf(url)),
  createFromPath(file: string): NativeImage {
    const image = new NativeImage(file, existsSync(file) ? readFileSync(file) : Buffer.alloc(0));
    const twice = file.replace(/(\.\w+)$/, '@2x$1');
    if (existsSync(twice)) image.addRepresentation({ scaleFactor: 2, buffer: readFileSync(twice) });
    return image;
  },
};
