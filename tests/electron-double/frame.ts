/** What an app sees of the frame that sent an IPC message: enough of Electron's `WebFrameMain` to check it. */
export interface Frame {
  readonly url: string;
  readonly origin: string;
  readonly parent: Frame | null;
  readonly top: Frame | null;
  readonly frameTreeNodeId: number;
  readonly processId: number;
  readonly routingId: number;
  readonly detached: boolean;
  isDestroyed(): boolean;
}

/** A frame at `url`; without a parent it is a main frame, which is its own `top`. */
export function frameAt(url: string, parent: Frame | null = null): Frame {
  return {
    url,
    origin: originOf(url),
    parent,
    get top(): Frame | null {
      return parent ? parent.top : this;
    },
    frameTreeNodeId: parent ? 2 : 1,
    processId: 1,
    routingId: 1,
    detached: false,
    isDestroyed: () => false,
  };
}

/** Chromium gives a standard scheme of the app's own an origin; Node's URL does not. */
function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.exec(url)?.[0] ?? 'null';
}
