import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { createCodec } from './codec.ts';
import { ipcMain } from './ipc.ts';
import { bindingName, deliverName, pageScript, preloadScript, preloadWorldName } from './page-shim.ts';
import { preventable, report } from './registry.ts';
import type { WebContents } from './web-contents.ts';

const codec = createCodec();

/** What the isolated world sends through the binding. */
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('invoke'), id: z.number(), channel: z.string(), args: z.array(z.unknown()) }),
  z.object({ kind: z.literal('send'), channel: z.string(), args: z.array(z.unknown()) }),
  z.object({
    kind: z.literal('permission'),
    id: z.number(),
    permission: z.string(),
    details: z.object({ mediaTypes: z.array(z.string()) }),
  }),
  z.object({ kind: z.literal('input'), input: z.record(z.string(), z.unknown()) }),
]);

/** The main process's end of a page's bridge: messages from the isolated world, and messages to it. */
export class PreloadLink {
  /** The isolated world of the document that is there now; 0 before there is one. */
  private context = 0;

  constructor(
    private readonly contents: WebContents,
    private readonly cdp: CdpSession,
    mainFrame: string,
  ) {
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === preloadWorldName && Reflect.get(context.auxData ?? {}, 'frameId') === mainFrame) this.context = context.id;
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName && executionContextId === this.context) this.receive(payload, executionContextId).catch(report);
    });
  }

  /** Has both scripts run in every document to come. `preload` is the file of the app's own. */
  async start(preload: string | undefined): Promise<void> {
    const key = randomUUID();
    const source = preloadScript(key, preload === undefined ? null : { text: readFileSync(preload, 'utf8'), file: preload });
    await Promise.all([
      this.cdp.send('Runtime.addBinding', { name: bindingName, executionContextName: preloadWorldName }),
      this.cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(key) }),
      this.cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: preloadWorldName }),
    ]);
  }

  /** Sends to the listeners in the current page, if there are any. */
  async send(channel: string, args: readonly unknown[]): Promise<void> {
    await this.deliver({ channel, args }, this.context);
  }

  private async receive(payload: string, context: number): Promise<void> {
    const message = messageSchema.parse(codec.decode(payload));
    const { contents } = this;
    switch (message.kind) {
      case 'send':
        ipcMain.receive(contents, contents.frame, message.channel, message.args);
        return;
      case 'input':
        contents.emit('before-input-event', preventable({}), message.input);
        return;
      case 'permission':
        await contents.partition.askPermission(contents, message.permission, message.details.mediaTypes);
        await this.deliver({ id: message.id, value: null }, context);
        return;
      case 'invoke':
        await this.deliver(await this.answer(message.id, message.channel, message.args), context);
    }
  }

  private async answer(id: number, channel: string, args: readonly unknown[]): Promise<object> {
    try {
      return { id, value: await ipcMain.invoke(this.contents, this.contents.frame, channel, args) };
    } catch (error) {
      return { id, error };
    }
  }

  /** Hands a message to the preload's world, if the document that it is for is still there. */
  private async deliver(message: object, context: number): Promise<void> {
    if (context === 0 || this.contents.isDestroyed()) return;
    const expression = `globalThis.${deliverName}(${JSON.stringify(codec.encode(message))})`;
    await ifStillThere(this.cdp.send('Runtime.evaluate', { contextId: context, expression }));
  }
}
