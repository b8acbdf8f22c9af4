import type { Protocol } from 'devtools-protocol';
import type { CdpSession } from './cdp.ts';
import { toAppAddress } from './protocol.ts';
import type { WebContents } from './web-contents.ts';

/**
 * Passes every response of a page, redirects included, to the session's `webRequest.onHeadersReceived`. DevTools does not
 * report `Set-Cookie`.
 */
export function tellResponses(contents: WebContents, cdp: CdpSession): void {
  let nextId = 1;
  const tell = (response: Protocol.Network.Response, method: string, type: string | undefined, frameId: string | undefined): void => {
    const isDocument = type === 'Document';
    contents.partition.webRequest.tell({
      id: nextId++,
      url: toAppAddress(response.url),
      method,
      resourceType: isDocument ? (frameId === contents.targetId ? 'mainFrame' : 'subFrame') : (type ?? 'other').toLowerCase(),
      webContentsId: contents.id,
      timestamp: Date.now(),
      statusCode: response.status,
      statusLine: `HTTP/1.1 ${response.status} ${response.statusText}`.trim(),
      responseHeaders: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, value.split('\n')])),
    });
  };
  const methods = new Map<string, string>();
  cdp.on('Network.requestWillBeSent', ({ requestId, request, redirectResponse, type, frameId }) => {
    if (redirectResponse) tell(redirectResponse, methods.get(requestId) ?? request.method, type, frameId);
    methods.set(requestId, request.method);
  });
  cdp.on('Network.responseReceived', ({ requestId, response, type, frameId }) => {
    tell(response, methods.get(requestId) ?? 'GET', type, frameId);
    methods.delete(requestId);
  });
}
