import { app } from './app.ts';
import { preventable } from './registry.ts';
import type { WebContents } from './web-contents.ts';

/** Who asks for a name and a password. */
export interface AuthInfo {
  isProxy: boolean;
  scheme: string;
  host: string;
  port: number;
  realm: string;
}

export interface Credentials {
  username: string;
  password: string;
}

/** Asks the app's own `login` handler. Null where it has none, lets the default (cancel) happen, or answers nothing. */
export function askLogin(
  contents: WebContents | null,
  url: string,
  firstAuthAttempt: boolean,
  authInfo: AuthInfo,
): Promise<Credentials | null> {
  return new Promise((resolve) => {
    const event = preventable({});
    // One without the other is a refusal
    const callback = (username?: string, password?: string): void =>
      resolve(username === undefined || password === undefined ? null : { username, password });
    const details = { url, pid: 1, isRequestForNavigation: false, firstAuthAttempt, responseHeaders: {} };
    // A task of its own, whatever asked
    setImmediate(() => {
      if (contents?.isDestroyed() === true) {
        resolve(null);
        return;
      }
      contents?.emit('login', event, details, authInfo, callback);
      app.emit('login', event, contents, details, authInfo, callback);
      // Who holds the question up and never answers it leaves the request hanging
      if (!event.defaultPrevented) resolve(null);
    });
  });
}
