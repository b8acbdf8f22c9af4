import { app, type AuthInfo, type WebContents } from 'electron';

/** What the desktop needs of the loopback proxy: where it listens and this run's secret. */
export interface ProxyAccess {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/**
 * Answers the 407 of a proxy of ours with this run's secret, and nobody else: not another proxy, not a web page, not a
 * view that the proxy does not serve. Every other request for a name and password is cancelled.
 *
 * @param proxyOf the proxy of ours that a page goes through, or null
 */
export function answerProxyLogin(proxyOf: (contents: WebContents | null) => ProxyAccess | null): void {
  app.on('login', (event, contents, { firstAuthAttempt }, asked, callback) => {
    event.preventDefault();
    const proxy = proxyOf(contents);
    // A second try means that the proxy turned the secret down: answering again would never end
    if (firstAuthAttempt && proxy && isOurProxy(asked, proxy)) callback(proxy.username, proxy.secret);
    else callback();
  });
}

/** Whether it is our own proxy that asks. */
export function isOurProxy(asked: Pick<AuthInfo, 'isProxy' | 'host' | 'port'>, proxy: Pick<ProxyAccess, 'port'>): boolean {
  return asked.isProxy && asked.host === '127.0.0.1' && asked.port === proxy.port;
}
