import { app, type AuthInfo, type WebContents } from 'electron';

/** What the desktop needs of the loopback proxy: where it listens and this run's secret. */
export interface ProxyAccess {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** So often within a second may WebSockets of one address be answered; more is a proxy that turns the answer down. */
const webSocketAnswersASecond = 5;

/**
 * Answers the 407 of a proxy of ours with this run's secret, in the pages that it serves, and that of the network's own
 * proxy with what the person gave for it; each once. Any other request for a name and password, every web page's among
 * them, is cancelled.
 *
 * @param proxyOf the proxy of ours that a page goes through, or null
 * @param signInAt what the person has given for the network's own proxy at this place, which a sign-in page goes through
 * @param now milliseconds, by any clock
 */
export function answerProxyLogin(
  proxyOf: (contents: WebContents | null) => ProxyAccess | null,
  signInAt: (host: string, port: number) => { user: string; password: string } | null = () => null,
  now: () => number = Date.now,
): void {
  const webSockets = new RecentAnswers(now);
  app.on('login', (event, contents, { url, firstAuthAttempt }, asked, callback) => {
    event.preventDefault();
    const proxy = proxyOf(contents);
    const given = asked.isProxy && !proxy ? signInAt(asked.host, asked.port) : null;
    const answer =
      proxy && isOurProxy(asked, proxy) ? ([proxy.username, proxy.secret] as const) : given && ([given.user, given.password] as const);
    // A second attempt means that the proxy turned the answer down: answering again would never end. Electron calls every
    // attempt of a WebSocket a second one (shell/browser/login_handler.cc), so that those are counted here.
    if (answer && (firstAuthAttempt || (isWebSocket(url) && webSockets.mayAnswer(url)))) callback(...answer);
    else callback();
  });
}

const isWebSocket = (url: string): boolean => /^wss?:/i.test(url);

/** The answers of the last second, by address. */
class RecentAnswers {
  private answers: { url: string; at: number }[] = [];

  constructor(private readonly now: () => number) {}

  /** Whether one more may be given for this address; notes it where it may. */
  mayAnswer(url: string): boolean {
    const at = this.now();
    this.answers = this.answers.filter((answer) => at - answer.at < 1_000);
    if (this.answers.filter((answer) => answer.url === url).length >= webSocketAnswersASecond) return false;
    this.answers.push({ url, at });
    return true;
  }
}

/** Whether it is our own proxy that asks. */
export function isOurProxy(asked: Pick<AuthInfo, 'isProxy' | 'host' | 'port'>, proxy: Pick<ProxyAccess, 'port'>): boolean {
  return asked.isProxy && asked.host === '127.0.0.1' && asked.port === proxy.port;
}
