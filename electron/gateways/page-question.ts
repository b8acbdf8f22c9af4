import { fail, type Failure } from '../../shared/failure.ts';
import { plainText } from '../../shared/plain-text.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import { duoPatternOf } from '../net/duo-hosts.ts';
import type { Ask } from './gateway.ts';
import { saysLocked } from './openconnect/conversation/text-patterns.ts';
import type { FormFill } from './sign-in-page.ts';

/** Why the campus's page did not sign the person in the last time. */
export interface PageProblem {
  readonly failure: Failure;
  /** The page's own words. */
  readonly message?: string;
}

export interface PageQuestion {
  readonly profile: Profile;
  /** Whether the app can show the page. If not, nobody is asked for a password: the question says that it needs the app. */
  readonly canShowPage: boolean;
  /** As it is shown: the host that signs people in. */
  readonly host: string;
  /** Why the question comes again; null the first time. */
  readonly problem: PageProblem | null;
}

/** A longer error of a page is cut off. */
const maxWords = 500;

/**
 * Asks the person before the campus's own page opens beside our column. If the profile names the page's form, the question is our
 * Sign in screen, and the app fills in the answer on the page. Otherwise it is one button. Either way nothing is sent before a
 * person has answered, or has pressed Connect with a saved password.
 */
export async function askBeforePage(
  { profile, canShowPage, host, problem }: PageQuestion,
  ask: Ask,
  signal: AbortSignal,
): Promise<FormFill | null> {
  const { failure, message } = problem ?? {};
  const why = { ...(failure && { failure }), ...(message !== undefined && { message }) };
  const form = profile.browser?.form;
  const hosts = fillHosts(profile);
  if (form === undefined || hosts.length === 0 || !canShowPage) {
    const answer = await ask({ kind: 'browser', host: host.slice(0, 200), where: 'window', ...(failure && { failure }) }, { signal });
    if (answer.kind !== 'browser' || answer.where !== 'window')
      throw fail('request-invalid', undefined, { detail: 'the gateway did not offer this way to sign in' });
    return null;
  }
  const fields = [
    { name: 'user', secret: false },
    { name: 'password', secret: true },
  ];
  const answer = await ask({ kind: 'credentials', fields, selects: [], ...why }, { signal });
  const values = answer.kind === 'credentials' ? answer.values : {};
  const { user = '', password = '' } = values;
  if (user === '' || password === '') throw fail('request-invalid', undefined, { detail: 'no user ID or no password' });
  return { form, hosts, take: once({ user, password }) };
}

/** The error that the page's form showed after it was filled in. It means a locked account if it says so, otherwise a wrong password. */
export function pageRefusal(words: string): PageProblem {
  const message = plainText(words).trim().slice(0, maxWords).trim();
  return {
    failure: { code: saysLocked(message) ? 'account-locked-out' : 'sign-in-rejected' },
    ...(message === '' ? {} : { message }),
  };
}

/** Where a profile's form may be filled in: no patterns, never Duo's own page, and `:443` is the same as no port. */
export function fillHosts({ browser }: Pick<Profile, 'browser'>): string[] {
  const named = (browser?.formHosts ?? browser?.hosts ?? []).map((host) => host.toLowerCase().replace(/:443$/, ''));
  return [...new Set(named.filter((host) => !host.includes('*') && duoPatternOf(splitHost(host).host) === null))];
}

function once<T>(value: T): () => T | null {
  let held: T | null = value;
  return () => {
    const taken = held;
    held = null;
    return taken;
  };
}
