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
    const callback = (username?: string, password?: string): void => {
      resolve(username === undefined ? null : { username, password: password ?? '' });
    };
    app.emit('login', event, contents, { url, pid: 1, firstAuthAttempt }, authInfo, callback);
    if (!event.defaultPrevented) resolve(null);
  });
}
