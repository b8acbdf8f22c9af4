import { app, type AuthInfo, type WebContents } from 'electron';

/** What the desktop needs of the loopback proxy: where it listens and this run's secret. */
export interface ProxyAccess {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/**
 * Answers the 407 of a proxy of ours with this run's secret, in the pages that it serves, and that of the network's own
 * proxy with what the person gave for it; each once. Any other request for a name and password, every web page's among
 * them, is cancelled.
 *
 * @param proxyOf the proxy of ours that a page goes through, or null
 * @param signInAt what the person has given for the network's own proxy at this place, which a sign-in page goes through
 */
export function answerProxyLogin(
  proxyOf: (contents: WebContents | null) => ProxyAccess | null,
  signInAt: (host: string, port: number) => { user: string; password: string } | null = () => null,
): void {
  app.on('login', (event, contents, { firstAuthAttempt }, asked, callback) => {
    event.preventDefault();
    const proxy = proxyOf(contents);
    // A second try means that the proxy turned the secret down: answering again would never end
    const given = asked.isProxy && !proxy ? signInAt(asked.host, asked.port) : null;
    if (firstAuthAttempt && proxy && isOurProxy(asked, proxy)) callback(proxy.username, proxy.secret);
    else if (firstAuthAttempt && given) callback(given.user, given.password);
    else callback();
  });
}

/** Whether it is our own proxy that asks. */
export function isOurProxy(asked: Pick<AuthInfo, 'isProxy' | 'host' | 'port'>, proxy: Pick<ProxyAccess, 'port'>): boolean {
  return asked.isProxy && asked.host === '127.0.0.1' && asked.port === proxy.port;
}
