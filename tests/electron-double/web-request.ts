import { callApp, report } from './registry.ts';

/** What an app learns of a request before it is sent. */
export interface RequestDetails {
  id: number;
  url: string;
  method: string;
  resourceType: string;
  webContentsId: number;
  timestamp: number;
}

export interface RequestDecision {
  cancel?: boolean;
  redirectURL?: string;
}

/** What an app learns of a response before its page has loaded. */
export interface HeadersDetails extends RequestDetails {
  statusCode: number;
  statusLine: string;
  responseHeaders: Record<string, string[]>;
}
type HeadersListener = (details: HeadersDetails, callback: (decision: { cancel?: boolean }) => void) => void;

type Listener = (details: RequestDetails, callback: (decision: RequestDecision) => void) => void;
interface Filter {
  urls: string[];
}

/** `session.webRequest`: decides on requests and reports responses. WebSockets do not pass through it here. */
export class WebRequest {
  private headersListener: HeadersListener | null = null;
  private rule: { patterns: RegExp[]; listener: Listener } | null = null;

  onBeforeRequest(filterOrListener: Filter | Listener | null, listener?: Listener | null): void {
    const given: unknown = listener ?? (typeof filterOrListener === 'function' ? filterOrListener : listener);
    const isFilter = typeof filterOrListener === 'object' && filterOrListener !== null;
    if (isFilter && !('urls' in filterOrListener)) throw new TypeError("Parameter 'filter' must have property 'urls'.");
    if (typeof given !== 'function' && given !== null && filterOrListener !== null) throw new TypeError('Must pass null or a Function');
    if (typeof filterOrListener === 'function') this.rule = { patterns: [/^/], listener: filterOrListener };
    else this.rule = filterOrListener && listener ? { patterns: filterOrListener.urls.map(pattern), listener } : null;
  }

  /** Only reports: a response cannot be changed or paused here. */
  onHeadersReceived(listener: HeadersListener | null): void {
    this.headersListener = listener;
  }

  tell(details: HeadersDetails): void {
    const { headersListener } = this;
    if (!headersListener) return;
    let isAnswered = false;
    const answer = ({ cancel, ...changes }: { cancel?: boolean }): void => {
      isAnswered = true;
      if (cancel === true || Object.keys(changes).length > 0) report(new Error('double: a response is not held or changed'));
    };
    callApp(() => headersListener(details, answer));
    setImmediate(() => {
      if (!isAnswered) report(new Error('double: onHeadersReceived was not called back at once, which the double cannot wait for'));
    });
  }

  /** Asks the app's listener; an empty decision where there is none for this address. */
  decide(details: RequestDetails): Promise<RequestDecision> {
    const { rule } = this;
    if (!rule?.patterns.some((each) => each.test(details.url))) return Promise.resolve({});
    // A listener that throws, or does not call back, leaves the request hanging
    return new Promise((resolve) => void callApp(() => rule.listener(details, resolve)));
  }
}

/** Chromium's match patterns: `*` stands for anything, `<all_urls>` for everything. */
function pattern(text: string): RegExp {
  if (text === '<all_urls>') return /^/;
  return new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}
