import { fail, failureOf, type Failure } from '../../../../shared/failure.ts';
import type { Ask, GatewayTarget } from '../../gateway.ts';
import { sameHost } from '../../../trust/host.ts';
import { isGatewayPage, signInHosts } from '../../gateway-pages.ts';
import type { OpenWebWindow, WebPage } from '../../web-window.ts';
import type { LibraryCall } from '../process/library-call.ts';
import type { OcAnswer, Question } from '../process/messages.ts';
import { startOfPage, type SamlSignIn } from './saml-page.ts';

interface PageDeps {
  openWebWindow: OpenWebWindow | null;
  openInBrowser: ((address: string) => Promise<void>) | null;
  target: GatewayTarget;
  ask: Ask;
  signal: AbortSignal;
  /** GlobalProtect's kind only. */
  saml: SamlSignIn | null;
}

/** The library waits for their own browser, and hears nothing of it before it is through. */
const browserLastsMs = 600_000;

/** What may go better at another click of the person's. */
const askedAgain: readonly Failure['code'][] = ['browser-strayed', 'browser-closed'];

/**
 * The sign-in on a page that the library asks for (SAML with Cisco's kind and GlobalProtect): a person's click first, then
 * a window whose pages the library is told until it knows enough, or their own browser where the gateway wants that.
 *
 * @param why what went wrong the last time
 * @returns whether the library has to be called anew, with what is known now
 */
export async function signInOnPage(
  { seq, url, own }: Extract<Question, { type: 'web' }>,
  deps: PageDeps,
  call: LibraryCall,
  why: Failure | null,
): Promise<'told' | 'anew'> {
  const { openInBrowser, target, ask, signal } = deps;
  const start = startOfPage(url);
  const host = start ?? target.host;
  // The gateway decides: a token comes back to the library's own port, or in a cookie that only a window of ours sees
  const where = own ? ('own' as const) : ('window' as const);
  const openTheirs = own ? openInBrowser : null;
  if (own && !openTheirs) throw fail('component-missing', { component: 'browser' });
  const hosts = signInHosts(target.profile, target.host);
  // The gateway sends people to where its profile does not: a window would end there at once
  if (!own && start !== null && !hosts.some((each) => sameHost(each, start))) throw fail('browser-strayed', { host: start.slice(0, 200) });
  const told = { seq, anew: false };
  let failure = why ?? undefined;
  for (;;) {
    const question = { kind: 'browser' as const, host: host.slice(0, 200), where };
    const answer = await ask({ ...question, ...(failure && { failure }) }, { signal });
    if (answer.kind !== 'browser' || answer.where !== where) throw fail('request-invalid', undefined, { detail: 'no such way' });
    if (openTheirs) {
      await openTheirs(url);
      call.answer(seq, { kind: 'browser', ok: true });
      call.expectWithin(browserLastsMs);
      return 'told';
    }
    try {
      const ended = await inWindow({ address: url, hosts }, told, deps, call);
      if (told.anew) return 'anew';
      if (ended === 'done') return 'told';
      failure = { code: 'browser-closed' };
    } catch (error) {
      failure = failureOf(error);
      if (!askedAgain.includes(failure.code)) throw error;
    }
  }
}

/** One window. The library's question for the next page has another number each time. */
async function inWindow(
  { address, hosts }: { address: string; hosts: readonly string[] },
  told: { seq: number; anew: boolean },
  deps: PageDeps,
  call: LibraryCall,
): Promise<'done' | 'closed'> {
  const { openWebWindow, target, signal, saml } = deps;
  if (!openWebWindow) throw fail('component-missing', { component: 'browser' });
  const { profile } = target;
  const seen = async (shown: WebPage): Promise<boolean> => {
    // What another's page says in headers, cookies or comments proves nothing, and the library hears nothing of it
    if (!isGatewayPage(shown.url, target)) return false;
    const page = saml?.read(shown) ?? shown;
    if (saml?.wantsAnotherCall(page)) {
      told.anew = true;
      return true;
    }
    const thought = call.page();
    call.answer(told.seq, pageAnswer(page));
    const { done, seq } = await thought;
    told.seq = seq;
    return done;
  };
  return openWebWindow(
    { address, hosts, verifier: target.verifier, connectTo: profile.connectTo, comments: saml !== null, seen },
    AbortSignal.any([signal, call.lost]),
  );
}

/** A page as the library is told of it. */
export function pageAnswer({ url, cookies, headers }: WebPage): OcAnswer {
  return { kind: 'page', url: url.slice(0, 16_384), cookies: within(cookies), headers: within(headers) };
}

/** What the worker takes of a page, whatever else it holds. */
function within(list: readonly { name: string; value: string }[]): { name: string; value: string }[] {
  return list.filter(({ name, value }) => name.length <= 4_096 && value.length <= 16_384).slice(0, 200);
}
