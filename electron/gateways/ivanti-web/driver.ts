import { agentFor, type Agent } from '../../../shared/agent.ts';
import { fail, failureOf, type Failure } from '../../../shared/failure.ts';
import { spkiSha256 } from '../../trust/verifier.ts';
import { shownAs } from '../../net/endpoint.ts';
import { acceptedCertificate, connectTls } from '../../net/tls.ts';
import type { Ask, GatewayDriver, GatewayTarget, OpenConnectGrant } from '../gateway.ts';
import { isHostCheckPage, isSession, isSessionPage, sessionCookie } from './session-cookie.ts';
import { OpenConnectSession } from '../openconnect/session.ts';
import { connectWithConsent } from '../connect-with-consent.ts';
import { signInHosts } from '../gateway-pages.ts';
import type { OpenWebWindow } from '../web-window.ts';

const contactWithinMs = 15_000;

/** What went wrong on the campus's page and may go better when it is opened again, by another click of the person's. */
const askedAgain: readonly Failure['code'][] = ['browser-strayed'];

/**
 * Signs in to an Ivanti gateway on the campus's own web page, in a window of ours: for SAML, Duo's page and whatever
 * else no form of ours could ask. What comes out of it is the cookie of the session, a ticket like any other.
 *
 * The gateway is contacted first: one that cannot be reached is told before anybody types, the certificate is judged
 * (and asked about) as everywhere, and its key is the one that the tunnel accepts.
 */
export function browserDriver(openWindow: OpenWebWindow, agent: Agent = agentFor(process.platform)): GatewayDriver {
  return {
    async signIn(target, ask, signal) {
      const { notice } = target.profile;
      if (notice !== undefined) await agree(notice, ask, signal);
      const server = await contact(target, ask, signal);
      const ticket = await onCampusPage(target, openWindow, ask, signal);
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
      };
      // The page knows who signed in there; we do not read it
      return new OpenConnectSession('', grant, target);
    },
    async resume(target, session) {
      if (session.grant.kind !== 'openconnect') throw fail('internal', undefined, { detail: `browser for ${session.grant.kind}` });
      // Whether the ticket is still good, the tunnel hears first: asking here would keep an idle session alive
      return new OpenConnectSession(session.user, session.grant, target);
    },
  };
}

/** On the campus's own page where the profile says so, else by forms; without a driver for those, `component-missing`. */
export function onPageOrByForms(onPage: GatewayDriver, byForms: GatewayDriver | null): GatewayDriver {
  const driverFor = (target: GatewayTarget): GatewayDriver => {
    const driver = target.profile.browser ? onPage : byForms;
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

/** The campus's terms, where the profile carries them. */
async function agree(text: string, ask: Ask, signal: AbortSignal): Promise<void> {
  const answer = await ask({ kind: 'notice', when: 'before', text }, { signal });
  if (answer.kind !== 'notice' || !answer.proceed) throw fail('notice-declined');
}

/** Reaches the gateway and has its certificate judged. */
async function contact(target: GatewayTarget, ask: Ask, signal: AbortSignal): Promise<Pick<OpenConnectGrant, 'serverPin' | 'address'>> {
  const socket = await connectWithConsent(() => connectTls(target, target.verifier, { signal, timeoutMs: contactWithinMs }), ask, signal);
  try {
    const certificate = acceptedCertificate(socket);
    if (!certificate) throw fail('gateway-closed', { host: shownAs(target) });
    const direct = target.loopbackPort === undefined && target.via === undefined;
    return { serverPin: `pin-sha256:${spkiSha256(certificate)}`, address: direct ? (socket.remoteAddress ?? null) : null };
  } finally {
    socket.destroy();
  }
}

/** Opens the campus's page at a person's click, as often as they like, until it has led to a session. */
async function onCampusPage(target: GatewayTarget, openWindow: OpenWebWindow, ask: Ask, signal: AbortSignal): Promise<string> {
  const { profile } = target;
  const protocol = ivantiProtocol(target);
  const address = profile.browser?.address ?? `https://${shownAs(target)}${profile.signInPath ?? '/'}`;
  const hosts = signInHosts(profile, target.host);
  let failure: Failure | undefined;
  for (;;) {
    const question = { kind: 'browser' as const, host: shownAs(target), where: 'window' as const };
    const answer = await ask({ ...question, ...(failure && { failure }) }, { signal });
    if (answer.kind !== 'browser' || answer.where !== 'window') throw fail('request-invalid', undefined, { detail: 'no such way' });
    const found: { ticket: string | null; check: boolean } = { ticket: null, check: false };
    try {
      await openWindow(
        {
          address,
          hosts,
          verifier: target.verifier,
          connectTo: profile.connectTo,
          seen: ({ url, cookies }) => {
            found.check = isHostCheckPage(url, target);
            if (!isSessionPage(url, target)) return false;
            found.ticket = cookies.find(({ name, value }) => name === sessionCookie && isSession(value))?.value ?? null;
            return found.ticket !== null;
          },
        },
        signal,
      );
    } catch (error) {
      failure = failureOf(error);
      if (!askedAgain.includes(failure.code)) throw error;
      continue;
    }
    if (found.ticket !== null) return protocol === 'nc' ? `${sessionCookie}=${found.ticket}` : found.ticket;
    // Who closes that page has waited there for a program that we do not have
    failure = found.check ? { code: 'host-check', params: { host: shownAs(target) } } : { code: 'browser-closed' };
  }
}
