import { readFileSync } from 'node:fs';
import type { LoadURLOptions } from 'electron';
import { TargetGone, type CdpSession } from './cdp.ts';
import type { Navigation } from './navigation.ts';
import type { NetError } from './net-errors.ts';
import { toPageAddress } from './protocol.ts';
import type { WebContents } from './web-contents.ts';

/** The body and headers of a load that the app posts. */
export interface PostLoad {
  body: Buffer;
  headers: Record<string, string>;
}

/** What `loadURL`'s options post; null where it gets. */
export function postOf({ postData, extraHeaders }: LoadURLOptions): PostLoad | null {
  if (!postData) return null;
  const parts = postData.map((part) => ('bytes' in part ? part.bytes : readFileSync(part.filePath)));
  const lines = (extraHeaders ?? '').split('\n').filter((line) => line.includes(':'));
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).trim(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { body: Buffer.concat(parts), headers: Object.fromEntries(headers) };
}

/**
 * Has a page load an address; resolves when it is there. Rejects with {@link loadError} when it is not, and with
 * {@link TargetGone} when the page goes away meanwhile.
 */
export async function loadPage(
  contents: WebContents,
  cdp: CdpSession,
  navigation: Navigation,
  address: string,
  post: PostLoad | null,
): Promise<void> {
  navigation.expect(address, post);
  const over = loadOver(contents);
  try {
    const { loaderId, errorText } = await cdp.send('Page.navigate', { url: toPageAddress(address) });
    // An aborted load leaves the page as it was. Every other load ends in a page, even if it is an error page
    if (loaderId !== undefined && errorText !== 'net::ERR_ABORTED') await over.promise;
    await navigation.settled();
    if (errorText !== undefined) throw loadError(navigation.errorOf(errorText, address), address, errorText);
    if (contents.isDestroyed()) throw new TargetGone('the page was closed while it loaded');
  } finally {
    over.stop();
  }
}

/**
 * Resolves when the load has ended: the page has loaded, another load replaced it, or it is gone. Late events of the page
 * before do not count.
 */
function loadOver(contents: WebContents): { promise: Promise<void>; stop: () => void } {
  let isThere = false;
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (end = resolve));
  const begun = (): void => void (isThere = true);
  const over = (): void => {
    if (isThere) end();
  };
  const listeners = [
    ['did-navigate', begun],
    ['did-finish-load', over],
    ['did-stop-loading', over],
    ['did-fail-load', end],
    ['destroyed', end],
    ['render-process-gone', end],
  ] as const;
  for (const [event, listener] of listeners) contents.on(event, listener);
  return {
    promise,
    stop: () => {
      for (const [event, listener] of listeners) contents.off(event, listener);
    },
  };
}

/** The error that `loadURL` rejects with, in Electron's words. */
export function loadError({ code, name }: NetError, url: string, cause: unknown): Error {
  return Object.assign(new Error(`${name} (${code}) loading '${url}'`, { cause }), { errno: code, code: name, url });
}
