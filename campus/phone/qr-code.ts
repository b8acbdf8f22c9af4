import readQr from 'jsqr';
import { PNG } from 'pngjs';
import { fail } from '../../shared/failure.ts';

/** The largest picture file, in bytes. */
export const pictureBytes = 2 * 1024 * 1024;
/** The most pixels of a picture: a whole 4K screen. Decoded, each takes four bytes. */
const mostPixels = 3840 * 2160;

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The header chunk (PNG specification, 11.2.1): width at 16, height at 20, interlace method at 28. */
const headerEnd = 33;

/**
 * Reads the text of the QR code in a PNG picture. Null if there is none. Throws `request-invalid` when the picture cannot
 * be read. It checks the header first, so that a small file cannot decode into a huge picture.
 */
export function readQrCode(file: Buffer): string | null {
  if (file.length > pictureBytes || file.length < headerEnd || !file.subarray(0, signature.length).equals(signature)) {
    throw fail('request-invalid', undefined, { detail: 'not a PNG picture of up to 2 MB' });
  }
  const pixels = file.readUInt32BE(16) * file.readUInt32BE(20);
  // The decoder limits its output to the picture's size only without interlacing
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
