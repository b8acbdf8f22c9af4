import { RelayMux, type MuxStream } from './relay-mux.ts';
import { relayProtocol } from './relay-protocol.ts';

/** The WebSocket that the relay sends on. The `ws` package's fits. */
export interface FrameSocket {
  send(frame: Uint8Array, options: { binary: true }, written: () => void): void;
}

/** The byte stream below the WebSocket, whose writes can be combined. */
export interface CorkableStream {
  cork(): void;
  uncork(): void;
}

export interface RelayLinkOptions {
  /** Allocates this many bytes, which need not be zeroed. */
  allocate: (bytes: number) => Uint8Array;
  /** Called with the size of every frame sent, in bytes. */
  sent: (bytes: number) => void;
  /** Accepts streams that the peer opens. Without it the peer may open none. */
  accept?: (stream: MuxStream, host: string, port: number) => void;
}

const fullFrameBytes = relayProtocol.maxFrameBytes;
/** As much as is in transit on a full link, and no more. */
const keptFrames = 16;

/** A multiplexer that sends on a WebSocket, the same at both ends. Its owner feeds it what arrives, and closes it. */
export function relayMuxOver(socket: FrameSocket, below: CorkableStream, { allocate, sent, accept }: RelayLinkOptions): RelayMux {
  let backlog = 0;
  let corked = false;
  // Buffers for full frames are reused, because garbage is most of the cost of a fast stream
  const free: Uint8Array[] = [];
  const uncork = (): void => {
    corked = false;
    below.uncork();
  };
  const link = {
    allocate: (bytes: number) => (bytes === fullFrameBytes ? free.pop() : undefined) ?? allocate(bytes),
    backlog: () => backlog,
    send(frame: Uint8Array): void {
      // What one turn of the event loop sends goes out as one write, in full TLS records
      if (!corked) {
        corked = true;
        below.cork();
        void Promise.resolve().then(uncork);
      }
      const bytes = frame.length;
      backlog += bytes;
      sent(bytes);
      socket.send(frame, { binary: true }, () => {
        backlog -= bytes;
        if (bytes === fullFrameBytes && free.length < keptFrames) free.push(frame);
        mux.drained();
      });
    },
  };
  const mux: RelayMux = new RelayMux(link, accept);
  return mux;
}
