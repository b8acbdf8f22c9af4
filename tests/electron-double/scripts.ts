import * as z from 'zod';
import type { CdpSession } from './cdp.ts';

/** How `executeJavaScript` and its like run scripts in a page. */

/** Electron's whole answer to a script that threw (`shell/renderer/api/electron_api_web_frame.cc`). */
const scriptFailed = 'Script failed to execute, this normally means an error was thrown. Check the renderer console for the error.';

/** Runs a script in the page's own world. */
export async function runInPage(cdp: CdpSession, code: string, userGesture: boolean): Promise<unknown> {
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
    expression: code,
    awaitPromise: true,
    returnByValue: true,
    userGesture,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return z.unknown().parse(result.value);
}

/**
 * Runs scripts in an isolated world. A promise that the last script returns is waited for, as Electron passes one from world
 * to world. If the page goes meanwhile, nothing ever answers (`lib/browser/ipc-main-internal-utils.ts` waits for a message
 * from it).
 */
export async function runInIsolatedWorld(cdp: CdpSession, worldId: number, scripts: readonly { code: string }[]): Promise<unknown> {
  let last: unknown;
  try {
    const { frameTree } = await cdp.send('Page.getFrameTree');
    const { executionContextId } = await cdp.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: `isolated-${worldId}`,
    });
    for (const [at, { code }] of scripts.entries()) {
      const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
        expression: code,
        contextId: executionContextId,
        returnByValue: true,
        awaitPromise: at === scripts.length - 1,
      });
      if (exceptionDetails) throw new Error(scriptFailed);
      last = result.value;
    }
  } catch (error) {
    if (error instanceof Error && error.message === scriptFailed) throw error;
    return new Promise<never>(() => undefined);
  }
  return z.unknown().parse(last);
}
