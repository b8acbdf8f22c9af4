import type { RequestListener } from 'node:http';
import * as z from 'zod';
import { CausewayError } from '../../shared/failure.ts';
import { encodeRequest, decodeResponse, newRequestId, type Assertions } from '../adfs/saml.ts';
import type { SessionInfo, Sessions as VpnSessions } from '../gateway/sessions.ts';
import { readCookie } from '../pages/cookies.ts';
import { speechFor } from '../pages/languages.ts';
import { listenerOf } from '../pages/listener.ts';
import { leave, redirect, type Reply } from '../pages/reply.ts';
import { checkCsrf, Sessions, type Session } from '../pages/sessions.ts';
import { newSignInSite } from '../pages/sign-in-site.ts';
import { parseFields, readForm, type Visit } from '../pages/visit.ts';
import { newId } from '../secrets.ts';
import type { Directory } from '../services.ts';
import { endCookies, placeholderCookie, sessionCookieName, startCookies } from './cookies.ts';
import { failedBody, gatewayPaths, homeBody, noticeBody, outBody, sessionsBody } from './pages.ts';

export interface IvantiOptions {
  directory: Directory;
  assertions: Assertions;
  sessions: VpnSessions;
  /** How many sessions a person may have. */
  perPerson: number;
  /** The notice that everyone accepts, or null. */
  notice: string | null;
  /** Epoch milliseconds. */
  now: () => number;
  /** The origins of this gateway and of the identity provider. */
  origins: { gateway: string; login: string };
  portalAddress: string;
}

/** Somebody who is signing in. */
interface Visitor {
  /** The request that the identity provider may answer, or null. */
  requestId: string | null;
  /** Who it says they are. */
  userId: string | null;
  agreed: boolean;
}

/** Pages of `welcome.cgi`, by its parameter `p`. */
const shown = { notice: 'sn-preauth-show', sessions: 'user-confirm', out: 'logout', failed: 'failed' } as const;
const welcome = (page: keyof typeof shown): string => `${gatewayPaths.welcome}?p=${shown[page]}`;

const responseForm = z.object({ SAMLResponse: z.string().max(8 * 1024) });
const confirmForm = z.object({
  'sn-preauth-proceed': z.optional(z.string()),
  'btnContinue': z.optional(z.string()),
  'postfixSID': z.string().max(64).default(''),
});
/** The client's name in the list of sessions. */
const clientName = 'Web sign-in';

/** The page of the identity provider that a request of this gateway leads to. */
const providerPath = '/adfs/ls/';

/** The address that takes the identity provider's responses. */
export const consumerAddress = (gatewayOrigin: string): string => new URL(gatewayPaths.consumer, gatewayOrigin).href;

/**
 * The gateway's pages, as at an Ivanti Connect Secure with SAML: a redirect to the identity provider at once, then the
 * notice, the question about other sessions, and the cookie `DSID`, which is the session's ticket.
 */
export function createIvanti(options: IvantiOptions): RequestListener {
  const { directory, assertions, sessions, perPerson, notice, now, origins } = options;
  const { router, show, over } = newSignInSite({
    now,
    origin: origins.gateway,
    service: ({ gateway }) => gateway.service,
    formTargets: [origins.login],
    start: '/',
  });
  const visitors = new Sessions<Visitor>('__Host-DSSignIn', now);

  const sessionOf = (visit: Visit): SessionInfo | null => sessions.byTicket(readCookie(visit, sessionCookieName) ?? '');
  const others = (userId: string): SessionInfo[] => sessions.ofPerson(userId).sort((a, b) => a.startedAt - b.startedAt);

  /** Redirects to the identity provider, and sets a `DSID` that is no session yet. */
  function toProvider(visit: Visit): Reply {
    if (sessionOf(visit)) return redirect(gatewayPaths.home);
    const requestId = newRequestId();
    const { cookie } = visitors.open({ requestId, userId: null, agreed: notice === null });
    const address = new URL(providerPath, origins.login);
    address.searchParams.set('SAMLRequest', encodeRequest({ id: requestId, consumer: consumerAddress(origins.gateway) }));
    address.searchParams.set('RelayState', requestId);
    return leave(address, [cookie, placeholderCookie]);
  }

  /** The next page of a sign-in, or its end. */
  async function goOn({ state }: Session<Visitor>, asked: boolean): Promise<Reply> {
    const { userId } = state;
    if (userId === null) return redirect('/');
    if (!state.agreed) return redirect(welcome('notice'));
    if (!asked && others(userId).length > 0) return redirect(welcome('sessions'));
    try {
      const { ticket } = await sessions.start({ userId, installation: newId(), client: clientName });
      return redirect(gatewayPaths.home, startCookies(ticket, now()));
    } catch (error) {
      // Another sign-in has taken the last free session meanwhile
      if (error instanceof CausewayError && error.failure.code === 'session-limit') return redirect(welcome('sessions'));
      throw error;
    }
  }

  router.get('/', toProvider);

  router.get(gatewayPaths.welcome, (visit) => {
    const speech = speechFor(visit);
    const words = speech.words.gateway;
    const page = visit.req.query('p');
    if (page === shown.out) return show(visit, { title: words.out, body: outBody(words) });
    if (page === shown.failed) return show(visit, { title: words.failed, body: failedBody(words) });
    const session = visitors.find(visit);
    const userId = session?.state.userId;
    if (!session || userId === undefined || userId === null) return toProvider(visit);
    if (page === shown.notice && notice !== null)
      return show(visit, { title: words.notice, body: noticeBody(words, session.csrf, notice) });
    if (page === shown.sessions) {
      const list = others(userId);
      return show(visit, { title: words.sessions, body: sessionsBody(speech, session.csrf, list, list.length >= perPerson) });
    }
    return toProvider(visit);
  });

  // The identity provider's page sends this form, so it has no token of ours. The one-time assertion protects it, and the
  // request that it answers must be this browser's
  router.post(gatewayPaths.consumer, async (visit) => {
    const { SAMLResponse } = parseFields(responseForm, await readForm(visit));
    const response = decodeResponse(SAMLResponse);
    const userId = response && assertions.redeem(response);
    const session = visitors.find(visit);
    if (!session || !userId || session.state.requestId !== response.inResponseTo || !directory.person(userId))
      return redirect(welcome('failed'));
    visitors.close(session);
    const signedIn = visitors.open({ ...session.state, requestId: null, userId });
    const reply = await goOn(signedIn.session, false);
    reply.headers.append('Set-Cookie', signedIn.cookie);
    return reply;
  });

  router.post(gatewayPaths.login, async (visit) => {
    const session = visitors.find(visit);
    if (!session?.state.userId) return over(visit);
    const fields = await readForm(visit);
    checkCsrf(session.csrf, fields['csrf']);
    const { postfixSID, ...pressed } = parseFields(confirmForm, fields);
    if (pressed['sn-preauth-proceed'] !== undefined) {
      session.state.agreed = true;
      return goOn(session, false);
    }
    if (pressed.btnContinue !== undefined) {
      const chosen = others(session.state.userId).find(({ id }) => id === postfixSID);
      if (chosen) await sessions.end(chosen.id, 'replaced');
      return goOn(session, true);
    }
    // Declined or cancelled
    visitors.close(session);
    return redirect(welcome('out'), [...endCookies]);
  });

  const home = (visit: Visit): Reply => {
    const session = sessionOf(visit);
    const person = session && directory.person(session.userId);
    if (!person) return redirect('/');
    sessions.touch(session.id);
    const speech = speechFor(visit);
    const title = speech.say(speech.words.gateway.home, { name: person.name });
    return show(visit, { title, body: homeBody(speech.words.gateway, title, options.portalAddress) });
  };
  router.get('/dana/home/', home);
  router.get(gatewayPaths.home, home);

  // By GET, as at a real gateway: openconnect signs out this way
  router.get(gatewayPaths.logout, async (visit) => {
    const session = sessionOf(visit);
    if (session) await sessions.end(session.id, 'signed-out');
    return redirect(welcome('out'), [...endCookies]);
  });

  return listenerOf(router);
}
