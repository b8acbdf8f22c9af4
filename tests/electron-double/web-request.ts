/** What an app is told of a request before it leaves. */
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

type Listener = (details: RequestDetails, callback: (decision: RequestDecision) => void) => void;
interface Filter {
  urls: string[];
}

/** `session.webRequest`: the one hook that decides on requests. WebSockets do not pass through it here. */
export class WebRequest {
  private rule: { patterns: RegExp[]; listener: Listener } | null = null;

  onBeforeRequest(filterOrListener: Filter | Listener | null, listener?: Listener | null): void {
    if (typeof filterOrListener === 'function') this.rule = { patterns: [/^/], listener: filterOrListener };
    else this.rule = filterOrListener && listener ? { patterns: filterOrListener.urls.map(pattern), listener } : null;
  }

  /** Asks the app's listener; an empty decision where there is none for this address. */
  decide(details: RequestDetails): Promise<RequestDecision> {
    const { rule } = this;
    if (!rule?.patterns.some((each) => each.test(details.url))) return Promise.resolve({});
    return new Promise((resolve) => rule.listener(details, resolve));
  }
}

/** Chromium's match patterns: `*` stands for anything, `<all_urls>` for everything. */
function pattern(text: string): RegExp {
  if (text === '<all_urls>') return /^/;
  return new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}
