import readQr from 'jsqr';

const scale = 4;

/** Reads the QR code that a page draws as SVG: renders its strokes into pixels and decodes them. */
export function readDrawnQrCode(html: string): string {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(html.slice(html.indexOf('class="qr"')))?.[1]);
  const strokes = /stroke="#000000" d="([^"]+)"/.exec(html)?.[1] ?? '';
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  let [x, y] = [0, 0];
  // Horizontal strokes, one module high: M moves to, m moves by, h draws to the right
  for (const [, command, arguments_ = ''] of strokes.matchAll(/([Mmh])([^Mmh]*)/g)) {
    const [first = 0, second = 0] = arguments_
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    if (command === 'M') [x, y] = [first, second];
    else if (command === 'm') [x, y] = [x + first, y + second];
    else {
      paint(pixels, width, { x, y: y - 0.5, length: first });
      x += first;
    }
  }
  const found = readQr(pixels, width, width);
  if (!found) throw new Error('there is no QR code on this page');
  return found.data;
}

function paint(pixels: Uint8ClampedArray, width: number, run: { x: number; y: number; length: number }): void {
  for (let row = run.y * scale; row < (run.y + 1) * scale; row++) {
    for (let column = run.x * scale; column < (run.x + run.length) * scale; column++)
      pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
  }
}
