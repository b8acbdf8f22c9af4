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

/** Asks the app's `login` handler. Null if there is none, if it allows the default (cancel), or if it gives no answer. */
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
    // Runs as a separate task, whatever asked
    setImmediate(() => {
      if (contents?.isDestroyed() === true) {
        resolve(null);
        return;
      }
      contents?.emit('login', event, details, authInfo, callback);
      app.emit('login', event, contents, details, authInfo, callback);
      // If the handler prevents the default and never answers, the request hangs
      if (!event.defaultPrevented) resolve(null);
    });
  });
}
