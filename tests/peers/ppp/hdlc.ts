import { ProtocolViolation } from './violation.ts';

/**
 * HDLC-like framing of PPP on a byte stream (RFC 1662), as OpenConnect's `ppp.c` speaks it (`hdlc_into_new_pkt`,
 * `unhdlc_in_place`): each frame has a flag at both ends, even if the next one follows at once.
 */
const flag = 0x7e;
const escape = 0x7d;
/** RFC 1662, 4.2: an escaped byte is sent with this bit changed. */
const escapeBit = 0x20;
/** The map of control characters that a sender escapes when nothing else has been negotiated (RFC 1662, 7.1). LCP always has it. */
export const defaultAsyncMap = 0xffff_ffff;
/** What the checksum over a frame with its right checksum comes to (RFC 1662, C.1). */
const goodFcs = 0xf0b8;
/** The largest frame that anybody may send: an MRU of 16 bits, header and checksum. */
const maxContentBytes = 0xffff + 6;

/** The 16-bit frame check sequence before its last inversion (RFC 1662, C.2). */
function fcs(bytes: Iterable<number>): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) !== 0 ? (sum >>> 1) ^ 0x8408 : sum >>> 1;
  }
  return sum;
}

/** A frame around `content`: flag, content and checksum with what must be escaped, flag. */
export function hdlcFrame(content: Buffer, asyncMap: number): Buffer {
  const sum = ~fcs(content) & 0xffff;
  const frame = [flag];
  for (const byte of [...content, sum & 0xff, sum >>> 8]) {
    if (mustEscape(byte, asyncMap)) frame.push(escape, byte ^ escapeBit);
    else frame.push(byte);
  }
  frame.push(flag);
  return Buffer.from(frame);
}

const mustEscape = (byte: number, asyncMap: number): boolean =>
  byte === flag || byte === escape || (byte < 0x20 && ((asyncMap >>> byte) & 1) !== 0);

/** A received frame. */
export interface HdlcContent {
  content: Buffer;
  /** Whether a control character (below 0x20) came without an escape. */
  hasBareControls: boolean;
}

/** Cuts a byte stream into frames, however its bytes arrive. Throws {@link ProtocolViolation} at the first wrong one. */
export class HdlcReader {
  private bytes: number[] | null = null;
  private isEscaped = false;
  private hasBareControls = false;

  *read(bytes: Buffer): Generator<HdlcContent> {
    for (const byte of bytes) {
      if (this.bytes === null) {
        if (byte !== flag) throw new ProtocolViolation(`HDLC: 0x${byte.toString(16)} where a frame should begin`);
        this.bytes = [];
      } else if (byte === flag) {
        yield this.finish(this.bytes);
      } else if (byte === escape && !this.isEscaped) {
        this.isEscaped = true;
      } else {
        if (byte < 0x20) this.hasBareControls = true;
        this.bytes.push(this.isEscaped ? byte ^ escapeBit : byte);
        this.isEscaped = false;
        if (this.bytes.length > maxContentBytes) throw new ProtocolViolation('HDLC: a frame without an end');
      }
    }
  }

  private finish(bytes: readonly number[]): HdlcContent {
    const { hasBareControls, isEscaped } = this;
    this.bytes = null;
    this.isEscaped = false;
    this.hasBareControls = false;
    // RFC 1662, 4.3: "control escape, flag" is an abort
    if (isEscaped) throw new ProtocolViolation('HDLC: a frame that ends in an escape');
    if (bytes.length < 4) throw new ProtocolViolation(`HDLC: a frame of ${bytes.length} bytes`);
    if (fcs(bytes) !== goodFcs) throw new ProtocolViolation('HDLC: a wrong checksum');
    return { content: Buffer.from(bytes.slice(0, -2)), hasBareControls };
  }
}
