import { agentFor, type Agent } from '../../../shared/user-agent.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import { spkiSha256 } from '../../trust/verifier.ts';
import { shownAs } from '../../net/endpoint.ts';
import { acceptedCertificate, connectTls } from '../../net/tls.ts';
import type { Ask, GatewayDriver, GatewayTarget, OpenConnectGrant } from '../gateway.ts';
import { stoppedAt } from './own-pages.ts';
import { sessionCookie, sessionOf } from './session-cookie.ts';
import { OpenConnectSession } from '../openconnect/session.ts';
import { tunnelSettings } from '../openconnect/tunnel-settings.ts';
import { connectWithConsent } from '../connect-with-consent.ts';
import { signInHosts } from '../gateway-pages.ts';
import { askBeforePage, pageRefusal, type PageProblem } from '../page-question.ts';
import type { OpenSignInPage } from '../sign-in-page.ts';

const contactTimeoutMs = 15_000;

/** Failures on the campus's page that may go away if the person opens it again. */
const retriable: readonly Failure['code'][] = ['browser-strayed'];

/**
 * Signs in to an Ivanti gateway on the campus's own web page, beside our column. This covers SAML, Duo's page and everything
 * else that our forms cannot ask. The result is the session's cookie, a ticket like any other.
 *
 * It contacts the gateway first, so that the person learns before typing if it cannot be reached. Its certificate is
 * verified (and asked about) as usual, and the tunnel accepts only that certificate's key.
 */
export function browserDriver(openSignInPage: OpenSignInPage | null, agent: Agent = agentFor(process.platform)): GatewayDriver {
  return {
    async signIn(target, ask, signal) {
      const { notice } = target.profile;
      if (notice !== undefined) await agree(notice, ask, signal);
      const server = await contact(target, ask, signal);
      const ticket = await onCampusPage(target, openSignInPage, ask, signal);
      const grant: OpenConnectGrant = {
        kind: 'openconnect',
        protocol: ivantiProtocol(target),
        cookie: ticket,
        connectUrl: `https://${shownAs(target)}/`,
        ...server,
        agent,
        endpoint: target,
        idleSeconds: null,
        expiresAt: null,
        ...tunnelSettings(target.profile),
      };
      // The user name is on the page, which we do not read
      return new OpenConnectSession('', grant, target);
    },
    async resume(target, session) {
      if (session.grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `browser for ${session.grant.kind}` });
      // Do not ask the gateway here: that would keep an idle session alive. The tunnel finds out whether the ticket is valid
      return new OpenConnectSession(session.user, session.grant, target);
    },
  };
}

/** Signs in on the campus's web page if the profile says so, else by forms. Fails with `component-missing` if there is no driver for forms. */
export function pageOrFormDriver(pageDriver: GatewayDriver, formDriver: GatewayDriver | null): GatewayDriver {
  const driverFor = (target: GatewayTarget): GatewayDriver => {
    const driver = target.profile.browser ? pageDriver : formDriver;
    if (!driver) throw fail('component-missing', { component: 'OpenConnect' });
    return driver;
  };
  return {
    signIn: async (target, ask, signal) => driverFor(target).signIn(target, ask, signal),
    resume: async (target, session, signal) => driverFor(target).resume(target, session, signal),
  };
}

function ivantiProtocol({ profile, host }: GatewayTarget): 'nc' | 'pulse' {
  if (profile.protocol === 'nc' || profile.protocol === 'pulse') return profile.protocol;
  throw fail('internal', { host }, { detail: `no page of ${profile.protocol}` });
}

/** Asks the person to agree to the campus's terms. */
async function agree(text: string, ask: Ask, signal: AbortSignal): Promise<void> {
  const answer = await ask({ kind: 'notice', when: 'before', text }, { signal });
  if (answer.kind !== 'notice' || !answer.proceed) throw fail('notice-declined');
}

/** Connects to the gateway once and verifies its certificate. */
async function contact(target: GatewayTarget, ask: Ask, signal: AbortSignal): Promise<Pick<OpenConnectGrant, 'serverPin' | 'address'>> {
  const socket = await connectWithConsent(() => connectTls(target, target.verifier, { signal, timeoutMs: contactTimeoutMs }), ask, signal);
  try {
    const certificate = acceptedCertificate(socket);
    if (!certificate) throw fail('gateway-closed', { host: shownAs(target) });
    const direct = target.loopbackPort === undefined && target.via === undefined;
    return { serverPin: `pin-sha256:${spkiSha256(certificate)}`, address: direct ? (socket.remoteAddress ?? null) : null };
  } finally {
    socket.destroy();
  }
}

/** Asks, opens the campus's page, and repeats this until there is a session. Returns its ticket. */
async function onCampusPage(target: GatewayTarget, openSignInPage: OpenSignInPage | null, ask: Ask, signal: AbortSignal): Promise<string> {
  const { profile } = target;
  const protocol = ivantiProtocol(target);
  const address = profile.browser?.address ?? `https://${shownAs(target)}${profile.signInPath ?? '/'}`;
  const hosts = signInHosts(profile, target);
  let problem: PageProblem | null = null;
  for (;;) {
    const fill = await askBeforePage({ profile, canShowPage: openSignInPage !== null, host: shownAs(target), problem }, ask, signal);
    if (!openSignInPage) throw fail('app-needed');
    const found: { ticket: string | null; page: string } = { ticket: null, page: '' };
    try {
      const ended = await openSignInPage(
        {
          address,
          hosts,
          ...(fill && { fill }),
          verifier: target.verifier,
          connectTo: profile.connectTo,
          seen: (page) => {
            found.page = page.url;
            found.ticket = sessionOf(page, target);
            return found.ticket !== null;
          },
        },
        signal,
      );
      if (found.ticket !== null) return protocol === 'nc' ? `${sessionCookie}=${found.ticket}` : found.ticket;
      problem = ended.kind === 'form-error' ? pageRefusal(ended.message) : { failure: stoppedAt(found.page, target) };
    } catch (error) {
      const failure = failureOf(error);
      if (!retriable.includes(failure.code)) throw error;
      problem = { failure };
    }
  }
}
