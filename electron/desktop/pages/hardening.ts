import { app, type Session, type WebPreferences } from 'electron';

/**
 * The security settings of every page and every session in this app, ours and the campus's.
 * `docs/security.md` goes through Electron's checklist item by item.
 */

/** The web preferences of every page, ours and others'. */
export const hardened = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  devTools: false,
  // Chromium would download its dictionaries outside the tunnel
  spellcheck: false,
  safeDialogs: true,
  navigateOnDragDrop: false,
  autoplayPolicy: 'user-gesture-required',
  // A page that has loaded must not take the keyboard from where the person is typing (electron#42578)
  focusOnNavigation: false,
} as const satisfies WebPreferences;

/** Stops every page from embedding webviews and opening windows, accepts no certificate after an error, and gives no client certificate to a server. */
export function hardenEveryPage(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  app.on('certificate-error', (event, _contents, _address, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  // By default Electron gives the first client certificate in the person's store to any server that asks
  app.on('select-client-certificate', (event, _contents, _address, _certificates, callback) => {
    event.preventDefault();
    callback();
  });
}

/** Denies every permission of a session except `granted`, every device, and every download. Tells which permission a page asked for in vain. */
export function lockSession(session: Session, granted: readonly string[] = [], onDenied?: (permission: string) => void): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    callback(granted.includes(permission));
    if (!granted.includes(permission)) onDenied?.(permission);
  });
  session.setPermissionCheckHandler((_contents, permission) => granted.includes(permission));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
