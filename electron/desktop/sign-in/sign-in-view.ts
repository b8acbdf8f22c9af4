import { clipboard, type WebContents } from 'electron';
import type { PageKeeper, SignInPage, SignInPageView } from '../../app/ports.ts';
import { fail } from '../../../shared/failure.ts';
import type { Localizer } from '../../../shared/messages/localizer.ts';
import { splitHost } from '../../../shared/profile.ts';
import type { OpenSignInPage, SignInPageEnd, SignInPageRequest } from '../../gateways/sign-in-page.ts';
import type { PageArea } from '../pages/page-area.ts';
import type { ProxyAccess } from '../pages/proxy-login.ts';
import { BlockedHosts } from './blocked-hosts.ts';
import { KeptCookies } from './kept-cookies.ts';
import { answerAccountQuestions } from './security-key-accounts.ts';
import { openSignInSession } from './sign-in-session.ts';
import { SignInVisit, type SignInVisitOptions } from './sign-in-visit.ts';

/** A proxy for the hosts of one visit. */
export interface Detour extends ProxyAccess {
  close(): Promise<void>;
}

export interface SignInViewOptions {
  pageArea: PageArea;
  /** Starts a proxy that connects `hosts` as `connectTo` says. Only a campus on this computer needs one. */
  detour: (hosts: readonly string[], connectTo: NonNullable<SignInPageRequest['connectTo']>) => Promise<Detour>;
  /** Whether policy lets a profile allow hosts by a pattern (`*.campus.example`). */
  wildcardHosts: () => boolean;
  localizer: () => Localizer;
  /** The languages to ask pages for, the preferred one first. */
  languages: () => readonly string[];
  /** Keeps the sign-in on this attempt's page. Null if nothing may be kept. */
  keeper?: () => PageKeeper | null;
  log: (line: string) => void;
  /** How long a page may load before the person is told. */
  slowAfterMs?: number;
  /** How long a page may take to show the form that is filled in. For tests. */
  formWaitMs?: number;
}

/** The desktop's {@link SignInPageView}. `proxyOf` returns the proxy of ours that a page uses. The page may get that proxy's secret. */
export interface DesktopSignInView extends SignInPageView {
  open: OpenSignInPage;
  proxyOf(contents: WebContents | null): ProxyAccess | null;
}

/** Shows campuses' own sign-in pages beside our column, one at a time. */
export function createSignInView(options: SignInViewOptions): DesktopSignInView {
  const { pageArea, detour: openDetour, wildcardHosts, localizer, languages, keeper, log, slowAfterMs = 30_000, formWaitMs } = options;
  const listeners = new Set<(page: SignInPage | null) => void>();
  const notify = (page: SignInPage | null): void => {
    for (const listener of listeners) listener(page);
  };
  const proxies = new Map<number, ProxyAccess>();
  let shown: SignInVisit | null = null;
  const visitPage = async (parts: SignInVisitOptions, detour: Detour | null, signal: AbortSignal): Promise<SignInPageEnd> => {
    const visit = new SignInVisit(parts);
    const { id } = visit.contents;
    if (detour) proxies.set(id, detour);
    shown = visit;
    try {
      return await visit.run(signal);
    } finally {
      shown = null;
      proxies.delete(id);
      notify(null);
    }
  };

  return {
    proxyOf: (contents) => (contents ? (proxies.get(contents.id) ?? null) : null),
    async open(request, signal) {
      if (signal.aborted) throw fail('cancelled');
      const rules = { address: request.address, hosts: request.hosts, wildcards: wildcardHosts() };
      const detour = request.connectTo?.length ? await openDetour(namesIn(request.hosts, request.connectTo), request.connectTo) : null;
      const blocked = new BlockedHosts(log);
      const partition = await openSignInSession(request.verifier, rules, detour, languages(), {
        blocked: (address) => blocked.note(address),
        denied: (what) => shown?.deny(what),
      });
      answerAccountQuestions(partition.session, () => localizer().messages);
      const kept = new KeptCookies({ keeper: keeper?.() ?? null, session: partition.session, rules, log });
      try {
        await kept.restore();
        const end = await visitPage({ request, rules, partition, blocked, pageArea, notify, log, slowAfterMs, formWaitMs }, detour, signal);
        if (end.kind === 'done') await kept.keep();
        return end;
      } finally {
        blocked.close();
        await Promise.all([partition.empty(), detour?.close()]);
      }
    },
    back: () => shown?.back(),
    reload: () => shown?.reload(),
    async copyBlockedHosts() {
      if (shown) await clipboard.writeText(blockedDetails(shown.page, localizer()));
    },
    onPage: (listener) => void listeners.add(listener),
  };
}

/** The names that the detour may connect to. A pattern is no name, so those of `connectTo` are added. The rules decide first what a page may load. */
const namesIn = (hosts: readonly string[], connectTo: NonNullable<SignInPageRequest['connectTo']>): string[] => [
  ...hosts.map((host) => splitHost(host).host),
  ...connectTo.map(({ host }) => host),
];

/** The blocked hosts as text for IT, who can add them to the profile. It contains only the host of the page's address. */
function blockedDetails({ host, blocked: { named, count } }: SignInPage, { format, messages }: Localizer): string {
  const rest = count - named.length;
  return [
    format(messages.signInPage.details, { page: host }),
    ...named,
    ...(rest > 0 ? [format(messages.signInPage.moreHosts, { count: rest })] : []),
  ].join('\n');
}
