import { fail, failureOf, type Failure } from '../../../../shared/failure.ts';
import type { Ask, GatewayTarget } from '../../gateway.ts';
import { isGatewayPage, isNamedIn, signInHosts } from '../../gateway-pages.ts';
import { askBeforePage, pageRefusal, type PageProblem } from '../../page-question.ts';
import type { FormFill, OpenSignInPage, LoadedPage, SignInPageEnd } from '../../sign-in-page.ts';
import type { LibraryCall } from '../process/library-call.ts';
import type { OcAnswer, Question } from '../process/messages.ts';
import { startOfPage, type SamlSignIn } from './saml-page.ts';

interface PageDeps {
  openSignInPage: OpenSignInPage | null;
  openInBrowser: ((address: string) => Promise<void>) | null;
  target: GatewayTarget;
  ask: Ask;
  signal: AbortSignal;
  /** Only for GlobalProtect. */
  saml: SamlSignIn | null;
}

/** How long the library waits for the person's own browser. It learns nothing until the sign-in there is complete. */
const browserLastsMs = 600_000;

/** Failures that may go away if the person tries again. */
const retriable: readonly Failure['code'][] = ['browser-strayed', 'browser-closed'];

/**
 * Signs in on a web page that the library asks for (SAML with Cisco gateways and GlobalProtect). The question comes first.
 * Then the page opens beside our column, and the library gets each loaded page until it knows enough. If the gateway wants
 * the person's own browser, that opens instead.
 *
 * @param why the last failure, to show with the question
 * @returns `restart` if the library has to be started again
 */
export async function signInOnPage(
  { seq, url, own }: Extract<Question, { type: 'web' }>,
  deps: PageDeps,
  call: LibraryCall,
  why: Failure | null,
): Promise<'done' | 'restart'> {
  const { openInBrowser, openSignInPage, target, ask, signal } = deps;
  const start = startOfPage(url);
  const host = start ?? target.host;
  // The gateway decides. Its token comes back to the library's own port, or in a cookie that only our view can see
  if (own && !openInBrowser) throw fail('app-needed');
  const hosts = signInHosts(target.profile, target);
  // The gateway sends people to a host that the profile does not allow: our view would close there at once
  if (!own && start !== null && !isNamedIn(hosts, start)) throw fail('browser-strayed', { host: start.slice(0, 200) });
  if (own) {
    const answer = await ask({ kind: 'browser', host: host.slice(0, 200), where: 'own', ...(why && { failure: why }) }, { signal });
    if (answer.kind !== 'browser' || answer.where !== 'own' || !openInBrowser)
      throw fail('request-invalid', undefined, { detail: 'the gateway did not offer this way to sign in' });
    await openInBrowser(url);
    call.answer(seq, { kind: 'browser', ok: true });
    call.expectWithin(browserLastsMs);
    return 'done';
  }
  const progress = { seq, restart: false };
  let problem: PageProblem | null = why && { failure: why };
  for (;;) {
    const fill = await askBeforePage({ profile: target.profile, canShowPage: openSignInPage !== null, host, problem }, ask, signal);
    if (!openSignInPage) throw fail('app-needed');
    try {
      const ended = await inOurView({ address: url, hosts, fill }, progress, openSignInPage, deps, call);
      if (progress.restart) return 'restart';
      if (ended.kind === 'done') return 'done';
      problem = ended.kind === 'form-error' ? pageRefusal(ended.message) : { failure: { code: 'browser-closed' } };
    } catch (error) {
      const failure = failureOf(error);
      if (!retriable.includes(failure.code)) throw error;
      problem = { failure };
    }
  }
}

/** Opens the page once. Each loaded page answers a question of the library, which has a new number each time. */
async function inOurView(
  { address, hosts, fill }: { address: string; hosts: readonly string[]; fill: FormFill | null },
  progress: { seq: number; restart: boolean },
  openSignInPage: OpenSignInPage,
  deps: PageDeps,
  call: LibraryCall,
): Promise<SignInPageEnd> {
  const { target, signal, saml } = deps;
  const { profile } = target;
  const seen = async (shown: LoadedPage): Promise<boolean> => {
    // Headers, cookies and comments of another host's page prove nothing: do not pass them to the library
    if (!isGatewayPage(shown.url, target)) return false;
    const page = saml?.read(shown) ?? shown;
    if (saml?.wantsAnotherCall(page)) {
      progress.restart = true;
      return true;
    }
    const verdict = call.nextPageVerdict();
    call.answer(progress.seq, pageAnswer(page));
    const { done, seq } = await verdict;
    progress.seq = seq;
    return done;
  };
  return openSignInPage(
    { address, hosts, ...(fill && { fill }), verifier: target.verifier, connectTo: profile.connectTo, comments: saml !== null, seen },
    AbortSignal.any([signal, call.lost]),
  );
}

/** A page in the form that the library gets. */
export function pageAnswer({ url, cookies, headers }: LoadedPage): OcAnswer {
  return { kind: 'page', url: url.slice(0, 16_384), cookies: within(cookies), headers: within(headers) };
}

/** The part of a list that fits into the worker's bounds. */
function within(list: readonly { name: string; value: string }[]): { name: string; value: string }[] {
  return list.filter(({ name, value }) => name.length <= 4_096 && value.length <= 16_384).slice(0, 200);
}
