import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import type { Ask, GatewayTarget } from '../gateway.ts';
import { judgeOfPage } from '../page-judge.ts';
import type { OpenWebWindow, WebPage } from '../web-window.ts';
import type { Call } from './call.ts';
import type { Question } from './messages.ts';

interface PageDeps {
  openWebWindow: OpenWebWindow | null;
  openInBrowser: ((address: string) => Promise<void>) | null;
  target: GatewayTarget;
  ask: Ask;
  signal: AbortSignal;
}

/** The library waits for their own browser, and hears nothing of it before it is through. */
const browserLastsMs = 600_000;

/** What may go better at another click of the person's. */
const askedAgain: readonly Failure['code'][] = ['browser-strayed', 'browser-closed'];

/**
 * The sign-in on a page that the library asks for (SAML with Cisco's kind and GlobalProtect): a person's click first, then
 * a window whose pages the library is told until it knows enough, or their own browser where the gateway wants that.
 */
export async function signInOnPage({ seq, url, own }: Extract<Question, { type: 'web' }>, deps: PageDeps, call: Call): Promise<void> {
  const { openInBrowser, target, ask, signal } = deps;
  const host = hostOf(url) ?? target.host;
  const told = { seq };
  let failure: Failure | undefined;
  for (;;) {
    const question = { kind: 'browser' as const, host: host.slice(0, 200), ownBrowser: own && openInBrowser !== null };
    const answer = await ask({ ...question, ...(failure && { failure }) }, { signal });
    if (own || (answer.kind === 'browser' && answer.where === 'own')) {
      if (!own || !openInBrowser) throw fail('component-missing', { component: 'browser' });
      await openInBrowser(url);
      call.answer(seq, { kind: 'browser', ok: true });
      call.expectWithin(browserLastsMs);
      return;
    }
    try {
      if ((await inWindow(url, host, told, deps, call)) === 'done') return;
      failure = { code: 'browser-closed' };
    } catch (error) {
      failure = failureOf(error);
      if (!askedAgain.includes(failure.code)) throw error;
    }
  }
}

/** One window. The library's question for the next page has another number each time. */
async function inWindow(address: string, host: string, told: { seq: number }, deps: PageDeps, call: Call): Promise<'done' | 'closed'> {
  const { openWebWindow, target, signal } = deps;
  if (!openWebWindow) throw fail('component-missing', { component: 'browser' });
  const { profile } = target;
  const seen = async ({ url, cookies, headers }: WebPage): Promise<boolean> => {
    const thought = call.page();
    call.answer(told.seq, { kind: 'page', url: url.slice(0, 16_384), cookies: within(cookies), headers: within(headers) });
    const { done, seq } = await thought;
    told.seq = seq;
    return done;
  };
  const hosts = [...new Set([host, target.host, ...(profile.browser?.hosts ?? [])])];
  return openWebWindow(
    { address, hosts, judge: judgeOfPage(target), connectTo: profile.connectTo, seen },
    AbortSignal.any([signal, call.lost]),
  );
}

/** What the worker takes of a page, whatever else it holds. */
function within(list: readonly { name: string; value: string }[]): { name: string; value: string }[] {
  return list.filter(({ name, value }) => name.length <= 4_096 && value.length <= 16_384).slice(0, 200);
}

function hostOf(address: string): string | null {
  const host = URL.parse(address)?.hostname;
  return host === undefined || host === '' ? null : host;
}
