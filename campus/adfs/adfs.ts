import type { RequestListener } from 'node:http';
import * as z from 'zod';
import { CausewayError } from '../../shared/failure.ts';
import { typedPassword } from '../pages/forms.ts';
import { speechFor } from '../pages/languages.ts';
import { listenerOf } from '../pages/listener.ts';
import { leave, redirect, type Reply } from '../pages/reply.ts';
import { checkCsrf, Sessions } from '../pages/sessions.ts';
import { newSignInSite } from '../pages/sign-in-site.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import type { DuoExchange } from '../duo/exchange.ts';
import { OneTimeTokens } from '../one-time-tokens.ts';
import { campusName } from '../profile.ts';
import type { Directory } from '../services.ts';
import { formPage, sendOnPage } from './pages.ts';
import { decodeRequest, encodeResponse, type Assertions, type SamlRequest } from './saml.ts';

export interface AdfsOptions {
  directory: Directory;
  assertions: Assertions;
  duo: DuoExchange;
  /** Epoch milliseconds. */
  now: () => number;
  /** The origins of this site, of Duo's page and of the gateway. */
  origins: { login: string; duo: string; gateway: string };
  /** Where the gateway takes responses. */
  consumer: string;
}

const adfsPath = '/adfs/ls/';
const afterDuoPath = '/adfs/ls/duo';

/** Field names as ADFS's own form has them. */
const signInForm = z.object({ UserName: z.string().max(200), Password: typedPassword });

/** A person whose password was right, until they come back from Duo. */
interface Pending {
  session: string;
  request: SamlRequest;
  relayState: string;
  userId: string;
}
/** How long the second factor may take. */
const pendingMs = 10 * 60_000;
const maxRelayState = 500;

/**
 * The identity provider: a form with the IDs, names and behaviour of Active Directory Federation Services, and Duo as its
 * second factor. A request from the gateway starts it, and it ends with a response to the gateway.
 */
export function createAdfs({ directory, assertions, duo, now, origins, consumer }: AdfsOptions): RequestListener {
  const { router, show, over } = newSignInSite({
    now,
    origin: origins.login,
    service: ({ adfs }) => adfs.service,
    // The form redirects to Duo's page, and if the browser is trusted, that redirects back here. The response goes to the gateway
    formTargets: [origins.duo, origins.gateway],
    start: `${origins.gateway}/`,
  });
  // This binds the form, Duo's page and the answer to one browser
  const sessions = new Sessions<null>('__Host-MSISContext', now);
  const pending = new OneTimeTokens<Pending>(now, pendingMs);

  /**
   * The gateway's request in the address, or null. Only our gateway's requests are answered, because the response is sent to
   * the site that asked.
   */
  const requestIn = (visit: Visit): { request: SamlRequest; relayState: string } | null => {
    const request = decodeRequest(visit.req.query('SAMLRequest') ?? '');
    const relayState = visit.req.query('RelayState') ?? '';
    return request?.consumer === consumer && relayState.length <= maxRelayState ? { request, relayState } : null;
  };

  const showForm = (visit: Visit, csrf: string, problem: string | null, userName: string, cookies: string[] = []): Reply => {
    const { adfs } = speechFor(visit).words;
    const { pathname, search } = new URL(visit.req.url);
    const body = formPage(adfs, { csrf, action: `${pathname}${search}`, problem, userName, domain: campusName });
    return show(visit, { title: adfs.title, body, scripts: ['adfs-form.js'] }, 200, cookies);
  };

  router.get(adfsPath, (visit) => {
    if (!requestIn(visit)) return over(visit);
    const { session, cookies } = sessions.findOrOpen(visit, () => null);
    return showForm(visit, session.csrf, null, '', cookies);
  });

  router.post(adfsPath, async (visit) => {
    const asked = requestIn(visit);
    if (!asked) return over(visit);
    const session = sessions.find(visit);
    const { pathname, search } = new URL(visit.req.url);
    // The page was open for too long: show a new one
    if (!session) return redirect(`${pathname}${search}`);
    const fields = await readForm(visit);
    checkCsrf(session.csrf, fields['csrf']);
    const { UserName, Password } = parseFields(signInForm, fields);
    const speech = speechFor(visit);
    const { adfs } = speech.words;
    const userName = UserName.trim();
    const userId = userIdIn(userName);
    if (userId === null) return showForm(visit, session.csrf, adfs.noUser, userName);
    if (Password.length === 0) return showForm(visit, session.csrf, adfs.noPassword, userName);
    const checked = await check(directory, userId, Password);
    switch (checked.is) {
      case 'wrong':
        return showForm(visit, session.csrf, adfs.wrong, userName);
      case 'locked':
        return showForm(visit, session.csrf, speech.say(adfs.locked, { time: speech.time(checked.untilAt) }), userName);
      case 'right': {
        const state = pending.mint({ ...asked, session: session.id, userId: checked.userId }).token;
        return leave(duo.start({ userId: checked.userId, returnTo: new URL(afterDuoPath, origins.login), state }));
      }
    }
  });

  router.get(afterDuoPath, (visit) => {
    const session = sessions.find(visit);
    const state = visit.req.query('state') ?? '';
    const signIn = pending.redeem(state);
    const proved = duo.redeem(visit.req.query('duo_code') ?? '', state);
    if (!session || signIn?.session !== session.id || proved !== signIn.userId) return over(visit);
    const token = assertions.mint(signIn.request.id, signIn.userId);
    const response = encodeResponse({ inResponseTo: signIn.request.id, token });
    const { adfs } = speechFor(visit).words;
    const body = sendOnPage(adfs, { consumer, response, relayState: signIn.relayState });
    sessions.close(session);
    return show(visit, { title: adfs.sendOn, body, scripts: ['send-on.js'] });
  });

  return listenerOf(router);
}

type Checked = { is: 'right'; userId: string } | { is: 'wrong' } | { is: 'locked'; untilAt: number };

async function check(directory: Directory, userId: string, password: string): Promise<Checked> {
  try {
    const right = await directory.checkPassword(userId, password);
    const person = directory.person(userId);
    return right && person ? { is: 'right', userId: person.userId } : { is: 'wrong' };
  } catch (error) {
    const untilAt = error instanceof CausewayError ? error.failure.params?.['untilAt'] : undefined;
    if (typeof untilAt !== 'number') throw error;
    return { is: 'locked', untilAt };
  }
}

/** The user ID of `id@campus.test`. As at a real ADFS, a bare ID is not accepted: the form's own button adds the domain. */
function userIdIn(userName: string): string | null {
  const at = userName.lastIndexOf('@');
  return at > 0 && userName.slice(at + 1).toLowerCase() === campusName ? userName.slice(0, at) : null;
}
