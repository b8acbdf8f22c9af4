import {
  decodeFrame,
  encodeFrame,
  frameHeaderBytes,
  frameType,
  relayProtocol,
  writeHeader,
  type Frame,
  type RefusalReason,
} from './relay-protocol.ts';

/**
 * The relay's multiplexer: streams, windows and fairness, the same at both ends and without I/O. The owner of the
 * WebSocket feeds it messages, sends what it produces, and tells it when the socket has drained.
 */

/** The WebSocket below. `send` takes one whole message. `backlog` is what it has accepted and not yet written out. */
export interface MuxLink {
  /** Memory for one message, all of which is overwritten before sending, so it need not be zeroed. */
  allocate(bytes: number): Uint8Array;
  send(message: Uint8Array): void;
  backlog(): number;
}

/** What a stream tells its owner. `writable` follows a `write` that returned false. */
export interface StreamEvents {
  opened(): void;
  data(payload: Uint8Array): void;
  writable(): void;
  /** The far end will send no more. */
  end(): void;
  /** The stream is closed, or was never opened. The last event. */
  broken(reason: RefusalReason): void;
}

/** Above this the link is full and streams wait until it has fallen to half of it. */
const linkHighWater = 1024 * 1024;
/** Returns window in pieces of this size: few messages, and early enough that the sender never runs out. */
const creditBytes = relayProtocol.windowBytes / 4;

/** The peer broke the protocol. The whole link must be closed with WebSocket code 1002. */
export class RelayProtocolError extends Error {
  override readonly name = 'RelayProtocolError';
}

export class RelayMux {
  private readonly streams = new Map<number, MuxStream>();
  /** Streams with something to send, in turn. */
  private readonly turn = new Set<MuxStream>();
  private lastId = 0;
  private closed = false;
  /** Bytes that arrived and that no reader has taken, over all streams. */
  private unread = 0;

  /** `accept` is called for each OPEN of the peer. Without it the peer may open nothing. */
  constructor(
    private readonly link: MuxLink,
    private readonly accept?: (stream: MuxStream, host: string, port: number) => void,
  ) {}

  get streamCount(): number {
    return this.streams.size;
  }

  /** Opens a stream to `host:port` at the far end. DATA may follow at once. */
  open(host: string, port: number, events: Partial<StreamEvents>): MuxStream {
    const stream = new MuxStream(this, ++this.lastId);
    stream.events = events;
    if (this.closed || this.streams.size >= relayProtocol.maxStreams) {
      stream.breakOff(this.closed ? 'reset' : 'busy');
      return stream;
    }
    this.streams.set(stream.id, stream);
    this.transmit({ type: 'open', stream: stream.id, host, port });
    return stream;
  }

  /** Takes one message from the WebSocket. Throws {@link RelayProtocolError}. Payloads are views into `message`. */
  receive(message: Uint8Array): void {
    const frame = decodeFrame(message);
    if (!frame) throw new RelayProtocolError('unreadable frame');
    if (frame.type === 'open') {
      this.accepted(frame);
      return;
    }
    if (frame.stream > this.lastId) throw new RelayProtocolError('frame for a stream that was never opened');
    // A stream that we closed may still receive what was in transit
    this.streams.get(frame.stream)?.receive(frame);
  }

  private accepted(frame: Extract<Frame, { type: 'open' }>): void {
    if (!this.accept || frame.stream <= this.lastId) throw new RelayProtocolError('unexpected OPEN');
    this.lastId = frame.stream;
    const stream = new MuxStream(this, frame.stream);
    if (this.streams.size >= relayProtocol.maxStreams) {
      this.transmit({ type: 'refused', stream: frame.stream, reason: 'busy' });
      return;
    }
    this.streams.set(frame.stream, stream);
    this.accept(stream, frame.host, frame.port);
  }

  /** The link has written something out, so waiting streams may continue. */
  drained(): void {
    if (this.link.backlog() > linkHighWater / 2) return;
    for (const stream of this.turn) {
      if (this.isFull()) return;
      this.turn.delete(stream);
      // One frame a turn, so that a fast stream does not starve the others
      if (stream.sendOne()) this.turn.add(stream);
      else stream.flushed();
    }
  }

  /** The link is gone: every stream breaks. */
  close(reason: RefusalReason = 'reset'): void {
    if (this.closed) return;
    this.closed = true;
    this.turn.clear();
    for (const stream of [...this.streams.values()]) stream.breakOff(reason);
    this.streams.clear();
  }

  private isFull(): boolean {
    return this.link.backlog() >= linkHighWater;
  }

  /** Whether a stream may send now: there is room, and no stream is waiting for its turn. */
  isFree(): boolean {
    return this.turn.size === 0 && !this.isFull();
  }

  transmit(frame: Frame): void {
    if (!this.closed) this.link.send(encodeFrame(frame));
  }

  transmitData(stream: number, payload: Uint8Array): void {
    const message = this.link.allocate(frameHeaderBytes + payload.length);
    writeHeader(message, frameType.data, stream);
    message.set(payload, frameHeaderBytes);
    this.link.send(message);
  }

  /** Counts bytes that arrived for a stream, or, negative, that its reader took. False: there is no room for more. */
  countUnread(bytes: number): boolean {
    this.unread += bytes;
    return this.unread <= relayProtocol.maxUnreadBytes;
  }

  queue(stream: MuxStream): void {
    if (!this.closed) this.turn.add(stream);
  }

  forget(stream: MuxStream): void {
    this.turn.delete(stream);
    this.streams.delete(stream.id);
  }
}

/** Both directions of one stream on the link. */
export class MuxStream {
  events: Partial<StreamEvents> = {};
  private sendWindow: number = relayProtocol.windowBytes;
  private receiveWindow: number = relayProtocol.windowBytes;
  private owedCredit = 0;
  private unread = 0;
  private pending: Uint8Array | null = null;
  private ending = false;
  private sentEnd = false;
  private gotEnd = false;
  private over = false;

  constructor(
    private readonly mux: RelayMux,
    readonly id: number,
  ) {}

  /** The gateway reached the target. */
  confirm(): void {
    if (!this.over) this.mux.transmit({ type: 'opened', stream: this.id });
  }

  /** The gateway refused to connect to the target, or could not. */
  refuse(reason: RefusalReason): void {
    if (this.over) return;
    this.mux.transmit({ type: 'refused', stream: this.id, reason });
    this.finish();
  }

  /**
   * Sends bytes. They are copied, so the caller may reuse its memory. True: more may follow at once. False: all bytes are
   * accepted, but wait for `writable` before the next (the window or the link is full).
   */
  write(bytes: Uint8Array): boolean {
    if (this.over || this.ending || bytes.length === 0) return true;
    this.pending = bytes;
    let more = true;
    while (more && this.mux.isFree()) more = this.sendOne();
    if (!this.keepsRest()) return true;
    if (this.sendWindow > 0) this.mux.queue(this);
    return false;
  }

  /** No more bytes from this side. The other direction continues. */
  end(): void {
    if (this.over || this.ending) return;
    this.ending = true;
    this.flushed();
  }

  /** Closes the stream in both directions at once. */
  reset(reason: RefusalReason = 'reset'): void {
    this.forgetUnread();
    if (this.over) return;
    this.mux.transmit({ type: 'reset', stream: this.id, reason });
    this.finish();
  }

  /** The reader has taken `bytes` of what `data` gave it, so the far end may send that much again. */
  consumed(bytes: number): void {
    const taken = Math.min(bytes, this.unread);
    this.unread -= taken;
    this.mux.countUnread(-taken);
    this.owedCredit += bytes;
    if (this.over || this.gotEnd || this.owedCredit < creditBytes) return;
    this.receiveWindow += this.owedCredit;
    this.mux.transmit({ type: 'credit', stream: this.id, bytes: this.owedCredit });
    this.owedCredit = 0;
  }

  /** Sends one frame of what is pending, as far as the window allows. True while something is left. */
  sendOne(): boolean {
    if (!this.pending) return false;
    const size = Math.min(this.pending.length, this.sendWindow, relayProtocol.maxDataBytes);
    if (size === 0) return false;
    this.mux.transmitData(this.id, this.pending.subarray(0, size));
    this.sendWindow -= size;
    this.pending = size === this.pending.length ? null : this.pending.subarray(size);
    return this.pending !== null;
  }

  /** Whether something is left to send. It is copied into our own memory. */
  private keepsRest(): boolean {
    this.pending = this.pending?.slice() ?? null;
    return this.pending !== null;
  }

  /** Called when nothing more can be sent now: either everything is out, or the window is used up. */
  flushed(): void {
    if (this.pending || this.over) return;
    if (this.ending && !this.sentEnd) {
      this.sentEnd = true;
      this.mux.transmit({ type: 'end', stream: this.id });
      if (this.gotEnd) this.finish();
    } else if (!this.ending) {
      this.events.writable?.();
    }
  }

  receive(frame: Exclude<Frame, { type: 'open' }>): void {
    switch (frame.type) {
      case 'opened':
        this.events.opened?.();
        return;
      case 'data':
        if (this.gotEnd || frame.payload.length > this.receiveWindow) throw new RelayProtocolError('data beyond the window');
        this.receiveWindow -= frame.payload.length;
        this.unread += frame.payload.length;
        if (this.mux.countUnread(frame.payload.length)) this.events.data?.(frame.payload);
        else this.turnAway();
        return;
      case 'credit':
        this.sendWindow += frame.bytes;
        if (this.sendWindow > relayProtocol.windowBytes) throw new RelayProtocolError('credit beyond the window');
        if (this.pending) {
          this.mux.queue(this);
          this.mux.drained();
        }
        return;
      case 'end':
        if (this.gotEnd) throw new RelayProtocolError('second END');
        this.gotEnd = true;
        this.events.end?.();
        if (this.sentEnd) this.finish();
        return;
      case 'refused':
      case 'reset':
        this.breakOff(frame.reason);
        return;
    }
  }

  /** The stream was closed by the far end or the link. */
  breakOff(reason: RefusalReason): void {
    this.forgetUnread();
    if (this.over) return;
    this.finish();
    this.events.broken?.(reason);
  }

  /** The link's streams already hold too much. */
  private turnAway(): void {
    this.mux.transmit({ type: 'reset', stream: this.id, reason: 'busy' });
    this.breakOff('busy');
  }

  /** Nobody will read it any more. A stream that ended normally keeps its bytes until its reader has them. */
  private forgetUnread(): void {
    this.mux.countUnread(-this.unread);
    this.unread = 0;
  }

  private finish(): void {
    this.over = true;
    this.pending = null;
    this.mux.forget(this);
  }
}
