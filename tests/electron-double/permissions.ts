import type { Protocol } from 'devtools-protocol';
import type { CdpSession } from './cdp.ts';
import type { WebContents } from './web-contents.ts';

export type PermissionRequestHandler = (
  contents: WebContents,
  permission: string,
  callback: (granted: boolean) => void,
  details: { requestingUrl: string; isMainFrame: boolean; mediaTypes: string[] },
) => void;

export type PermissionCheckHandler = (
  contents: WebContents | null,
  permission: string,
  requestingOrigin: string,
  details: object,
) => boolean;

/** Electron's permissions, and what Chromium calls them. */
const chromiumNames: Readonly<Record<string, readonly Protocol.Browser.PermissionDescriptor[]>> = {
  'geolocation': [{ name: 'geolocation' }],
  'media': [{ name: 'camera' }, { name: 'microphone' }],
  'display-capture': [{ name: 'display-capture' }],
  'notifications': [{ name: 'notifications' }],
  'clipboard-read': [{ name: 'clipboard-read' }],
  'clipboard-sanitized-write': [{ name: 'clipboard-write' }],
  'midi': [{ name: 'midi' }],
  'idle-detection': [{ name: 'idle-detection' }],
  'window-management': [{ name: 'window-management' }],
  'storage-access': [{ name: 'storage-access' }],
};

/**
 * What pages of one session may do. Chromium itself enforces it. If the app has a handler, everything is denied at first (if
 * not, it is granted, as in Electron), and the app is asked about a page's request before Chromium is.
 */
export class Permissions {
  private request: PermissionRequestHandler | null = null;
  private check: PermissionCheckHandler | null = null;

  setRequestHandler(handler: PermissionRequestHandler | null): void {
    this.request = handler;
  }

  setCheckHandler(handler: PermissionCheckHandler | null): void {
    this.check = handler;
  }

  /** Tells Chromium where every page of the session starts. */
  async applyDefaults(browser: CdpSession, browserContextId: string | undefined): Promise<void> {
    for (const permission of Object.keys(chromiumNames)) {
      const granted = this.check?.(null, permission, '', {}) ?? this.request === null;
      await set(browser, browserContextId, permission, granted, undefined);
    }
  }

  /** A page asks. The app decides, Chromium gets the decision, and then the page's own call continues to Chromium. */
  async ask(
    browser: CdpSession,
    browserContextId: string | undefined,
    contents: WebContents,
    permission: string,
    mediaTypes: string[],
  ): Promise<void> {
    const { request } = this;
    const details = { requestingUrl: contents.frame.url, isMainFrame: true, mediaTypes };
    const granted = request ? await new Promise<boolean>((resolve) => request(contents, permission, resolve, details)) : true;
    await set(browser, browserContextId, permission, granted, contents.pageOrigin);
  }
}

async function set(
  browser: CdpSession,
  browserContextId: string | undefined,
  permission: string,
  granted: boolean,
  origin: string | undefined,
): Promise<void> {
  for (const descriptor of chromiumNames[permission] ?? []) {
    await browser.send('Browser.setPermission', {
      permission: descriptor,
      setting: granted ? 'granted' : 'denied',
      ...(origin !== undefined && { origin }),
      ...(browserContextId !== undefined && { browserContextId }),
    });
  }
}
