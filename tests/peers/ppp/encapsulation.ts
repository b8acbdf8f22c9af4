import { HdlcReader, hdlcFrame } from './hdlc.ts';
import { ProtocolViolation } from './violation.ts';

/**
 * How PPP frames lie in a TLS stream, as OpenConnect's `ppp.c` knows it (`ppp_mainloop`):
 * - `f5`: the bytes f5 00, then a length (16 bits), then the frame (`PPP_ENCAP_F5`);
 * - `f5-hdlc`: HDLC-like framing and nothing else (`PPP_ENCAP_F5_HDLC`);
 * - `fortinet`: the length of everything, the bytes 50 50, and the length of the frame (16 bits each), then the frame (`PPP_ENCAP_FORTINET`).
 */
export type EncapsulationKind = 'f5' | 'f5-hdlc' | 'fortinet';

/** A frame from the stream. `hasBareControls`: only HDLC-like framing knows. */
export interface Unwrapped {
  frame: Buffer;
  hasBareControls: boolean;
}

export interface Encapsulation {
  /** `asyncMap`: the control characters to escape, where the framing is HDLC-like. */
  wrap(frame: Buffer, asyncMap: number): Buffer;
  /** Yields the frames that these bytes complete. Throws `ProtocolViolation` at the first wrong byte. */
  unwrap(bytes: Buffer): Generator<Unwrapped>;
}

export function encapsulation(kind: EncapsulationKind): Encapsulation {
  if (kind === 'f5-hdlc') {
    const reader = new HdlcReader();
    return {
      wrap: hdlcFrame,
      *unwrap(bytes) {
        for (const { content, hasBareControls } of reader.read(bytes)) yield { frame: content, hasBareControls };
      },
    };
  }
  const format = kind === 'f5' ? f5 : fortinet;
  let waiting: Buffer = Buffer.alloc(0);
  return {
    wrap: (frame) => Buffer.concat([format.header(frame.length), frame]),
    *unwrap(bytes) {
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      while (waiting.length >= format.bytes) {
        const length = format.lengthIn(waiting);
        if (length === null || length === 0)
          throw new ProtocolViolation(`${kind}: a wrong header: ${waiting.subarray(0, format.bytes).toString('hex')}`);
        const end = format.bytes + length;
        if (waiting.length < end) return;
        const frame = waiting.subarray(format.bytes, end);
        waiting = waiting.subarray(end);
        yield { frame, hasBareControls: false };
      }
    },
  };
}

/** A header before each frame. */
interface Format {
  bytes: number;
  header(length: number): Buffer;
  /** Null: it is no such header. */
  lengthIn(bytes: Buffer): number | null;
}

const f5: Format = {
  bytes: 4,
  header: (length) => words(0xf500, length),
  lengthIn: (bytes) => (bytes.readUInt16BE(0) === 0xf500 ? bytes.readUInt16BE(2) : null),
};

const fortinet: Format = {
  bytes: 6,
  header: (length) => words(length + 6, 0x5050, length),
  lengthIn: (bytes) => {
    const length = bytes.readUInt16BE(4);
    return bytes.readUInt16BE(2) === 0x5050 && bytes.readUInt16BE(0) === length + 6 ? length : null;
  },
};

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => bytes.writeUInt16BE(value, 2 * index));
  return bytes;
}
