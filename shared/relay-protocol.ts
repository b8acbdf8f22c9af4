/**
 * The relay, version 1: many TCP streams over one WebSocket, in a thin framing of our own. `docs/protocol.md` describes it
 * for people.
 *
 * A binary WebSocket message is one frame: type (1 byte), stream id (4 bytes, big-endian), payload. The client opens
 * streams with ids of its choice, odd or even, and never reuses one within a WebSocket. The gateway resolves names. Each
 * direction of a stream has a window of {@link relayProtocol.windowBytes}. The sender subtracts every DATA byte from it
 * and stops at zero. The receiver returns with CREDIT what its reader has taken. So a stalled reader stalls its own stream
 * and no other.
 */
export const relayProtocol = {
  subprotocol: 'causeway.relay.v1',
  /**
   * The initial window of each direction of each stream. DATA may follow OPEN at once, within it. Measured: with 1 MiB one
   * stream runs out while its credit is in transit, and is a third slower than with 4 (`npm run bench`).
   */
  windowBytes: 4 * 1024 * 1024,
  /** How much unread data one link's streams may hold in total. A stream that exceeds it is reset with `busy`. */
  maxUnreadBytes: 256 * 1024 * 1024,
  /** The maximum payload of one DATA frame. */
  maxDataBytes: 64 * 1024,
  maxFrameBytes: 64 * 1024 + 5,
  maxStreams: 1024,
  pingEveryMs: 5_000,
  /** A peer that sent nothing, not even a pong, for this long is gone. */
  deadAfterMs: 15_000,
  openTimeoutMs: 20_000,
} as const;

export const frameHeaderBytes = 5;

export const frameType = { open: 1, opened: 2, refused: 3, data: 4, credit: 5, end: 6, reset: 7 } as const;
export type FrameType = (typeof frameType)[keyof typeof frameType];

/** Why a stream was not opened or was closed. One byte on the wire: the index in this list. */
export const refusalReasons = ['not-allowed', 'unreachable', 'name-unknown', 'timed-out', 'busy', 'reset', 'protocol'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export type Frame =
  | { type: 'open'; stream: number; host: string; port: number }
  | { type: 'opened'; stream: number }
  | { type: 'refused'; stream: number; reason: RefusalReason }
  | { type: 'data'; stream: number; payload: Uint8Array }
  | { type: 'credit'; stream: number; bytes: number }
  | { type: 'end'; stream: number }
  | { type: 'reset'; stream: number; reason: RefusalReason };

const reasonByte = (reason: RefusalReason): number => refusalReasons.indexOf(reason);

/** Encodes one frame. DATA payloads are copied; the hot path puts {@link writeHeader} before the payload instead. */
export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.type) {
    case 'open': {
      const host = new TextEncoder().encode(frame.host);
      const bytes = withHeader(frameType.open, frame.stream, 2 + host.length);
      new DataView(bytes.buffer).setUint16(frameHeaderBytes, frame.port);
      bytes.set(host, frameHeaderBytes + 2);
      return bytes;
    }
    case 'data': {
      const bytes = withHeader(frameType.data, frame.stream, frame.payload.length);
      bytes.set(frame.payload, frameHeaderBytes);
      return bytes;
    }
    case 'credit': {
      const bytes = withHeader(frameType.credit, frame.stream, 4);
      new DataView(bytes.buffer).setUint32(frameHeaderBytes, frame.bytes);
      return bytes;
    }
    case 'refused':
    case 'reset': {
      const bytes = withHeader(frameType[frame.type], frame.stream, 1);
      bytes[frameHeaderBytes] = reasonByte(frame.reason);
      return bytes;
    }
    case 'opened':
    case 'end':
      return withHeader(frameType[frame.type], frame.stream, 0);
  }
}

function withHeader(type: FrameType, stream: number, payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(frameHeaderBytes + payloadBytes);
  writeHeader(bytes, type, stream);
  return bytes;
}

/** Writes type and stream id into the first {@link frameHeaderBytes} bytes of `target`. */
export function writeHeader(target: Uint8Array, type: FrameType, stream: number): void {
  target[0] = type;
  target[1] = (stream >>> 24) & 0xff;
  target[2] = (stream >>> 16) & 0xff;
  target[3] = (stream >>> 8) & 0xff;
  target[4] = stream & 0xff;
}

/**
 * Decodes one frame. `null`: the peer broke the protocol with an unknown type, a short or over-long payload, or stream 0.
 * DATA payloads are views into `bytes`, not copies.
 */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  if (bytes.length < frameHeaderBytes || bytes.length > relayProtocol.maxFrameBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stream = view.getUint32(1);
  if (stream === 0) return null;
  const payload = bytes.subarray(frameHeaderBytes);
  switch (view.getUint8(0)) {
    case frameType.open: {
      if (payload.length < 3 || payload.length > 2 + 253) return null;
      const port = view.getUint16(frameHeaderBytes);
      const host = hostText(payload.subarray(2));
      return port === 0 || host === null ? null : { type: 'open', stream, host, port };
    }
    case frameType.data:
      return payload.length === 0 ? null : { type: 'data', stream, payload };
    case frameType.credit: {
      if (payload.length !== 4) return null;
      const credit = view.getUint32(frameHeaderBytes);
      return credit === 0 || credit > relayProtocol.windowBytes ? null : { type: 'credit', stream, bytes: credit };
    }
    case frameType.refused:
    case frameType.reset: {
      const reason = payload.length === 1 ? refusalReasons[payload[0] ?? -1] : undefined;
      if (reason === undefined) return null;
      return { type: view.getUint8(0) === frameType.refused ? 'refused' : 'reset', stream, reason };
    }
    case frameType.opened:
      return payload.length === 0 ? { type: 'opened', stream } : null;
    case frameType.end:
      return payload.length === 0 ? { type: 'end', stream } : null;
    default:
      return null;
  }
}

/** Host names and addresses are plain ASCII here. Anything else is refused before it is looked up. */
function hostText(bytes: Uint8Array): string | null {
  const text = String.fromCharCode(...bytes);
  return /^[A-Za-z0-9.:_-]+$/.test(text) ? text : null;
}
