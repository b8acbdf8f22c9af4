import { app, type AuthInfo, type WebContents } from 'electron';

/** The loopback proxy's port and this run's secret. */
export interface ProxyAccess {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** How many WebSockets to one address are answered in a second. More than this means that the proxy rejects the answer. */
const webSocketAnswersASecond = 5;

/**
 * Answers proxies that ask for a sign-in (407), each once: our own proxy with this run's secret, for the pages that use it,
 * and the network's proxy with what the person typed for it. Cancels every other request for a name and password, including
 * those of web pages.
 *
 * @param proxyOf returns our proxy that a page uses, or null
 * @param savedSignIn returns what the person typed for the network's proxy at this address, which sign-in pages use
 * @param now milliseconds of any clock
 */
export function answerProxyLogin(
  proxyOf: (contents: WebContents | null) => ProxyAccess | null,
  savedSignIn: (host: string, port: number) => { user: string; password: string } | null = () => null,
  now: () => number = Date.now,
): void {
  const webSockets = new RecentAnswers(now);
  app.on('login', (event, contents, { url, firstAuthAttempt }, asked, callback) => {
    event.preventDefault();
    const proxy = proxyOf(contents);
    const saved = asked.isProxy && !proxy ? savedSignIn(asked.host, asked.port) : null;
    const answer =
      proxy && isOurProxy(asked, proxy) ? ([proxy.username, proxy.secret] as const) : saved && ([saved.user, saved.password] as const);
    // A second attempt means that the proxy rejected the answer: answering again would go on for ever. Electron reports every
    // attempt of a WebSocket as a second one (shell/browser/login_handler.cc), so those are counted here.
    if (answer && (firstAuthAttempt || (isWebSocket(url) && webSockets.mayAnswer(url)))) callback(...answer);
    else callback();
  });
}

const isWebSocket = (url: string): boolean => /^wss?:/i.test(url);

/** The answers of the last second, by address. */
class RecentAnswers {
  private answers: { url: string; at: number }[] = [];

  constructor(private readonly now: () => number) {}

  /** Whether this address may get another answer. If so, counts it. */
  mayAnswer(url: string): boolean {
    const at = this.now();
    this.answers = this.answers.filter((answer) => at - answer.at < 1_000);
    if (this.answers.filter((answer) => answer.url === url).length >= webSocketAnswersASecond) return false;
    this.answers.push({ url, at });
    return true;
  }
}

/** Whether our own proxy is asking. */
export function isOurProxy(asked: Pick<AuthInfo, 'isProxy' | 'host' | 'port'>, proxy: Pick<ProxyAccess, 'port'>): boolean {
  return asked.isProxy && asked.host === '127.0.0.1' && asked.port === proxy.port;
}
