import type { Protocol } from 'devtools-protocol';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { askLogin } from './login.ts';
import type { PostLoad } from './load.ts';
import type { Navigation } from './navigation.ts';
import { netErrorOf } from './net-errors.ts';
import { appScheme, toAppAddress, toPageAddress } from './protocol.ts';
import { liveContents, report } from './registry.ts';
import { verdicts, type Session } from './session.ts';
import type { WebContents } from './web-contents.ts';

/** What becomes of a request. */
type Outcome =
  | { kind: 'fail'; reason: Protocol.Network.ErrorReason }
  | { kind: 'answer'; response: Response }
  | { kind: 'go'; post: PostLoad | null; acceptLanguage: string | null };

const failure = (reason: Protocol.Network.ErrorReason): Outcome => ({ kind: 'fail', reason });

/**
 * Pauses every request of the browser until the app has decided: by the page's navigation events, the session's `webRequest`
 * rule, its schemes, its verdict on the server's certificate, its answer to a proxy's sign-in. A request of no page of the
 * app (a window that a page opened, a page just closed) is dropped.
 */
class Requests {
  private readonly challenged = new Set<string>();
  private nextId = 1;

  constructor(private readonly browser: CdpSession) {
    browser.on('Fetch.requestPaused', (event) => {
      this.paused(event).catch(report);
    });
    browser.on('Fetch.authRequired', (event) => {
      this.login(event).catch(report);
    });
  }

  private async paused(event: Protocol.Fetch.RequestPausedEvent): Promise<void> {
    const { requestId, request } = event;
    const outcome = await this.decide(event);
    switch (outcome.kind) {
      case 'fail':
        await ifStillThere(this.browser.send('Fetch.failRequest', { requestId, errorReason: outcome.reason }));
        return;
      case 'answer':
        await ifStillThere(this.browser.send('Fetch.fulfillRequest', { requestId, ...(await inChromiumsTerms(outcome.response)) }));
        return;
      case 'go': {
        const { post, acceptLanguage } = outcome;
        const sent = post && { method: 'POST', postData: post.body.toString('base64') };
        const added = { ...post?.headers, ...(acceptLanguage !== null && { 'Accept-Language': acceptLanguage }) };
        const headers = Object.keys(added).length > 0 && { headers: entries({ ...request.headers, ...added }) };
        await ifStillThere(this.browser.send('Fetch.continueRequest', { requestId, ...sent, ...headers }));
      }
    }
  }

  private async decide({
    request,
    frameId,
    resourceType,
    networkId,
    redirectedRequestId,
  }: Protocol.Fetch.RequestPausedEvent): Promise<Outcome> {
    const contents = await ownerOf(frameId);
    if (!contents) return failure('Aborted');
    const { navigation, partition: session } = contents;
    const url = toAppAddress(request.url);
    const isRedirect = redirectedRequestId !== undefined;
    const isMainFrame = resourceType === 'Document' && frameId === contents.targetId;
    if (resourceType === 'Document' && navigation?.mayGo({ url, frameId, loaderId: networkId, isRedirect }) === false)
      return failure('Aborted');

    // Chrome fetches an icon for its tab; Electron has none
    if (new URL(request.url).pathname === '/favicon.ico') return failure('Aborted');
    const kind = isMainFrame ? 'mainFrame' : resourceType === 'Document' ? 'subFrame' : resourceType.toLowerCase();
    const details = {
      id: this.nextId++,
      url,
      method: request.method,
      resourceType: kind,
      webContentsId: contents.id,
      timestamp: Date.now(),
    };
    const { cancel, redirectURL } = await session.webRequest.decide(details);
    if (cancel) return failure('BlockedByClient');
    if (redirectURL !== undefined)
      return { kind: 'answer', response: new Response(null, { status: 307, headers: { location: redirectURL } }) };
    if (appScheme(request.url) !== null) return await serve(session, request);

    const target = new URL(request.url);
    if (target.protocol === 'https:' && session.verifies) {
      const verdict = await session.verdict(target.hostname, portOf(target), contents);
      if (verdict !== verdicts.accept && verdict !== verdicts.chromiumDecides) {
        navigation?.refuse(target, netErrorOf(verdict));
        return failure('Failed');
      }
    }
    const post = isMainFrame && !isRedirect ? (navigation?.takePost(networkId) ?? null) : null;
    return { kind: 'go', post, acceptLanguage: session.acceptLanguage };
  }

  /** A proxy or a server wants a name and a password: the app's `login` handler is asked, as often as Electron would. */
  private async login({ requestId, request, frameId, authChallenge }: Protocol.Fetch.AuthRequiredEvent): Promise<void> {
    const origin = new URL(authChallenge.origin);
    const isFirst = !this.challenged.has(requestId);
    this.challenged.add(requestId);
    const credentials = await askLogin(await ownerOf(frameId), toAppAddress(request.url), isFirst, {
      isProxy: authChallenge.source === 'Proxy',
      scheme: authChallenge.scheme,
      host: origin.hostname,
      port: portOf(origin),
      realm: authChallenge.realm,
    });
    const authChallengeResponse: Protocol.Fetch.AuthChallengeResponse = credentials
      ? { response: 'ProvideCredentials', ...credentials }
      : { response: 'CancelAuth' };
    await ifStillThere(this.browser.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }));
  }
}

const portOf = (url: URL): number => Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);

const entries = (headers: Record<string, string>): { name: string; value: string }[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

async function inChromiumsTerms(response: Response): Promise<Omit<Protocol.Fetch.FulfillRequestRequest, 'requestId'>> {
  return {
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({ name, value: name === 'location' ? toPageAddress(value) : value })),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  };
}

/** Asks the app's own handler for the scheme. */
async function serve(session: Session, request: Protocol.Network.Request): Promise<Outcome> {
  const body = request.postDataEntries?.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'));
  const asked = { method: request.method, headers: request.headers, body: body ? Buffer.concat(body) : null };
  try {
    const response = await session.protocol.answer(request.url, asked);
    // Chromium would say ERR_UNKNOWN_URL_SCHEME, which DevTools cannot be made to say
    return response ? { kind: 'answer', response } : failure('Failed');
  } catch (error) {
    report(error);
    return failure('Failed');
  }
}

/** The app's page that a frame is part of. A new frame may send a request before its page has reported it. */
async function ownerOf(frameId: string): Promise<WebContents | null> {
  const pages = [...liveContents.values()].filter((contents) => !contents.isCrashed());
  const known = pages.find((contents) => contents.hasFrame(frameId));
  if (known) return known;
  for (const contents of pages) {
    if (await contents.navigation?.lookFor(frameId)) return contents;
  }
  return null;
}

let intercepting: Promise<void> | null = null;

/** Has Chromium ask before every request; once, before the first page. */
export function interceptRequests(browser: CdpSession): Promise<void> {
  if (!intercepting) {
    new Requests(browser);
    intercepting = browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }], handleAuthRequests: true });
  }
  return intercepting;
}

/**
 * Has a page ask about certificates that Chromium does not accept: only the app's verify procedure can accept
 * them all the same.
 */
export async function overrideCertificateErrors(contents: WebContents, navigation: Navigation, cdp: CdpSession): Promise<void> {
  const decide = async (eventId: number, errorType: string, url: URL): Promise<void> => {
    const accepted = (await contents.partition.verdict(url.hostname, portOf(url), contents)) === verdicts.accept;
    if (!accepted) navigation.refuse(url, netErrorOf(errorType));
    await ifStillThere(cdp.send('Security.handleCertificateError', { eventId, action: accepted ? 'continue' : 'cancel' }));
  };
  cdp.on('Security.certificateError', ({ eventId, errorType, requestURL }) => {
    decide(eventId, errorType, new URL(requestURL)).catch(report);
  });
  await Promise.all([cdp.send('Security.enable'), cdp.send('Security.setOverrideCertificateErrors', { override: true })]);
}
