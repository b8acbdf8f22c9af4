import { app, type Session, type WebPreferences } from 'electron';

/**
 * What holds for every page and every session of this app, ours and the campus's, whoever makes them.
 * `docs/security.md` goes through Electron's checklist item by item.
 */

/** What every page of ours and of others starts with. */
export const hardened = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  devTools: false,
  // Its dictionaries would be fetched from outside the tunnel
  spellcheck: false,
  safeDialogs: true,
  navigateOnDragDrop: false,
  autoplayPolicy: 'user-gesture-required',
  // Where a person types is where they type on: no page that has loaded takes the keyboard (electron#42578)
  focusOnNavigation: false,
} as const satisfies WebPreferences;

/** No page embeds others' pages or opens windows; no certificate is waved through, none of the person's own is handed out. */
export function hardenEveryPage(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  app.on('certificate-error', (event, _contents, _address, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  // Left alone, Electron would present the first client certificate in the person's store to whoever asks
  app.on('select-client-certificate', (event, _contents, _address, _certificates, callback) => {
    event.preventDefault();
    callback();
  });
}

/** Denies every permission of a session except `granted`, every device, and every download. */
export function lockSession(session: Session, granted: readonly string[] = []): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(granted.includes(permission)));
  session.setPermissionCheckHandler((_contents, permission) => granted.includes(permission));
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
}
