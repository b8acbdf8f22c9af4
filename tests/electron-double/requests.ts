import type { Protocol } from 'devtools-protocol';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { askLogin } from './login.ts';
import type { PostLoad } from './load.ts';
import type { Navigation } from './navigation.ts';
import { netErrorOf } from './net-errors.ts';
import { appScheme, toAppAddress, toPageAddress } from './protocol.ts';
import { report } from './registry.ts';
import { verdicts } from './session.ts';
import type { WebContents } from './web-contents.ts';

/** What becomes of a request. */
type Outcome =
  { kind: 'fail'; reason: Protocol.Network.ErrorReason } | { kind: 'answer'; response: Response } | { kind: 'go'; post: PostLoad | null };

const failure = (reason: Protocol.Network.ErrorReason): Outcome => ({ kind: 'fail', reason });

/**
 * Every request of a page, held until the app has had its say: its navigation events, its `webRequest` rule,
 * its own schemes, its verdict on the server's certificate, its answer to a proxy that wants a password.
 */
export class Requests {
  private readonly challenged = new Set<string>();
  private nextId = 1;

  constructor(
    private readonly contents: WebContents,
    private readonly cdp: CdpSession,
    private readonly navigation: Navigation,
    private readonly mainFrame: string,
  ) {
    cdp.on('Fetch.requestPaused', (event) => {
      this.paused(event).catch(report);
    });
    cdp.on('Fetch.authRequired', (event) => {
      this.login(event).catch(report);
    });
    cdp.on('Security.certificateError', (event) => {
      this.override(event).catch(report);
    });
  }

  /** The commands that make Chromium ask. */
  async start(): Promise<void> {
    await Promise.all([
      this.cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*' }], handleAuthRequests: true }),
      this.cdp.send('Security.enable'),
      this.cdp.send('Security.setOverrideCertificateErrors', { override: true }),
    ]);
  }

  private async paused(event: Protocol.Fetch.RequestPausedEvent): Promise<void> {
    const { requestId, request } = event;
    const outcome = await this.decide(event);
    switch (outcome.kind) {
      case 'fail':
        await ifStillThere(this.cdp.send('Fetch.failRequest', { requestId, errorReason: outcome.reason }));
        return;
      case 'answer':
        await ifStillThere(this.cdp.send('Fetch.fulfillRequest', { requestId, ...(await inChromiumsTerms(outcome.response)) }));
        return;
      case 'go': {
        const { post } = outcome;
        const changed = post && {
          method: 'POST',
          postData: post.body.toString('base64'),
          headers: entries({ ...request.headers, ...post.headers }),
        };
        await ifStillThere(this.cdp.send('Fetch.continueRequest', { requestId, ...changed }));
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
    const { contents, navigation } = this;
    const { session } = contents;
    const url = toAppAddress(request.url);
    const isRedirect = redirectedRequestId !== undefined;
    const isMainFrame = resourceType === 'Document' && frameId === this.mainFrame;
    if (resourceType === 'Document' && !navigation.mayGo({ url, frameId, loaderId: networkId, isRedirect })) return failure('Aborted');

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
    if (appScheme(request.url) !== null) return await this.serve(request);

    const target = new URL(request.url);
    if (target.protocol === 'https:' && session.verifies) {
      const verdict = await session.verdict(target.hostname, portOf(target), contents);
      if (verdict !== verdicts.accept && verdict !== verdicts.chromiumDecides) {
        navigation.refuse(target, netErrorOf(verdict));
        return failure('Failed');
      }
    }
    return { kind: 'go', post: isMainFrame && !isRedirect ? navigation.takePost(networkId) : null };
  }

  /** Asks the app's own handler for the scheme. */
  private async serve(request: Protocol.Network.Request): Promise<Outcome> {
    const body = request.postDataEntries?.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'));
    const asked = { method: request.method, headers: request.headers, body: body ? Buffer.concat(body) : null };
    try {
      const response = await this.contents.session.protocol.answer(request.url, asked);
      // Chromium would say ERR_UNKNOWN_URL_SCHEME, which DevTools cannot be made to say
      return response ? { kind: 'answer', response } : failure('Failed');
    } catch (error) {
      report(error);
      return failure('Failed');
    }
  }

  /** A proxy or a server wants a name and a password: the app's `login` handler is asked, as often as Electron would. */
  private async login({ requestId, request, authChallenge }: Protocol.Fetch.AuthRequiredEvent): Promise<void> {
    const origin = new URL(authChallenge.origin);
    const isFirst = !this.challenged.has(requestId);
    this.challenged.add(requestId);
    const credentials = await askLogin(this.contents, toAppAddress(request.url), isFirst, {
      isProxy: authChallenge.source === 'Proxy',
      scheme: authChallenge.scheme,
      host: origin.hostname,
      port: portOf(origin),
      realm: authChallenge.realm,
    });
    const authChallengeResponse: Protocol.Fetch.AuthChallengeResponse = credentials
      ? { response: 'ProvideCredentials', ...credentials }
      : { response: 'CancelAuth' };
    await ifStillThere(this.cdp.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }));
  }

  /** Chromium's own verification failed: only the app's verify procedure can accept all the same. */
  private async override({ eventId, errorType, requestURL }: { eventId: number; errorType: string; requestURL: string }): Promise<void> {
    const url = new URL(requestURL);
    const accepted = (await this.contents.session.verdict(url.hostname, portOf(url), this.contents)) === verdicts.accept;
    if (!accepted) this.navigation.refuse(url, netErrorOf(errorType));
    await ifStillThere(this.cdp.send('Security.handleCertificateError', { eventId, action: accepted ? 'continue' : 'cancel' }));
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
