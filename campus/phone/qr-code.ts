import readQr from 'jsqr';
import { PNG } from 'pngjs';
import { fail } from '../../shared/failure.ts';

/** A picture may weigh so much. */
export const pictureBytes = 2 * 1024 * 1024;
/** And have so many pixels: a whole 4K screen. Its raw form takes four bytes for each. */
const mostPixels = 3840 * 2160;

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The header chunk (PNG specification, 11.2.1): width at 16, height at 20, interlace method at 28. */
const headerEnd = 33;

/**
 * The text of the QR code in a PNG picture, or null when none is found in it. Throws `request-invalid` when
 * it is no picture that we read: its header is looked at first, so that a small file cannot unfold into a huge one.
 */
export function readQrCode(file: Buffer): string | null {
  if (file.length > pictureBytes || file.length < headerEnd || !file.subarray(0, signature.length).equals(signature)) {
    throw fail('request-invalid', undefined, { detail: 'not a PNG picture of up to 2 MB' });
  }
  const pixels = file.readUInt32BE(16) * file.readUInt32BE(20);
  // Only without interlacing does the decoder bound what it unpacks by the picture's size
  if (pixels > mostPixels || file.readUInt8(28) !== 0) throw fail('request-invalid', undefined, { detail: 'a picture that is too large' });
  const picture = decode(file);
  return readQr(new Uint8ClampedArray(picture.data), picture.width, picture.height)?.data ?? null;
}

function decode(file: Buffer): PNG {
  try {
    return PNG.sync.read(file);
  } catch (error) {
    throw fail('request-invalid', undefined, { detail: 'a damaged picture', cause: error });
  }
}
