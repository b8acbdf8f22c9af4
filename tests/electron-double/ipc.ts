import { EventEmitter } from 'node:events';
import type { Frame } from './frame.ts';
import type { WebContents } from './web-contents.ts';

/** What a handler is told about a message. */
export interface IpcEvent {
  readonly type: 'frame';
  readonly sender: WebContents;
  readonly senderFrame: Frame | null;
  readonly processId: number;
  readonly frameId: number;
  reply(channel: string, ...args: unknown[]): void;
}

export type IpcHandler = (event: IpcEvent, ...args: unknown[]) => unknown;

class IpcMain extends EventEmitter {
  private readonly handlers = new Map<string, IpcHandler>();

  constructor() {
    super();
    // A channel of this name is no failure
    this.on('error', () => undefined);
  }

  handle(channel: string, handler: IpcHandler): void {
    if (typeof handler !== 'function') throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: IpcHandler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  /** What `ipcRenderer.invoke` waits for. Rejects in Electron's words. */
  async invoke(sender: WebContents, senderFrame: Frame | null, channel: string, args: readonly unknown[]): Promise<unknown> {
    try {
      const handler = this.handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      return await handler(ipcEvent(sender, senderFrame), ...args);
    } catch (error) {
      throw new Error(`Error invoking remote method '${channel}': ${String(error)}`, { cause: error });
    }
  }

  /** What `ipcRenderer.send` starts. */
  receive(sender: WebContents, senderFrame: Frame | null, channel: string, args: readonly unknown[]): void {
    this.emit(channel, ipcEvent(sender, senderFrame), ...args);
  }
}

function ipcEvent(sender: WebContents, senderFrame: Frame | null): IpcEvent {
  return { type: 'frame', sender, senderFrame, processId: 1, frameId: 1, reply: (channel, ...args) => sender.send(channel, ...args) };
}

export const ipcMain = new IpcMain();
