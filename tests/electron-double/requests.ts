import type { Protocol } from 'devtools-protocol';
import { ifStillThere, type CdpSession } from './cdp.ts';
import { askLogin } from './login.ts';
import type { Navigation } from './navigation.ts';
import { netErrorOf } from './net-errors.ts';
import { appScheme, toAppAddress, toPageAddress } from './protocol.ts';
import { report } from './registry.ts';
import { verdicts } from './session.ts';
import type { WebContents } from './web-contents.ts';

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
      this.decide(event).catch(report);
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

  private async decide({
    requestId,
    request,
    frameId,
    resourceType,
    networkId,
    redirectedRequestId,
  }: Protocol.Fetch.RequestPausedEvent): Promise<void> {
    const { contents } = this;
    const url = toAppAddress(request.url);
    const isRedirect = redirectedRequestId !== undefined;
    if (resourceType === 'Document' && !this.navigation.mayGo({ url, frameId, loaderId: networkId, isRedirect }))
      return await this.fail(requestId, 'Aborted');

    const kind = resourceType !== 'Document' ? resourceType.toLowerCase() : frameId === this.mainFrame ? 'mainFrame' : 'subFrame';
    const details = {
      id: this.nextId++,
      url,
      method: request.method,
      resourceType: kind,
      webContentsId: contents.id,
      timestamp: Date.now(),
    };
    const decision = await contents.session.webRequest.decide(details);
    if (decision.cancel) return await this.fail(requestId, 'BlockedByClient');
    if (decision.redirectURL !== undefined) return await this.redirect(requestId, decision.redirectURL);
    if (appScheme(request.url) !== null) return await this.serve(requestId, request);

    const target = new URL(request.url);
    if (target.protocol === 'https:' && contents.session.verifies) {
      const verdict = await contents.session.verdict(target.hostname, portOf(target), contents);
      if (verdict !== verdicts.accept && verdict !== verdicts.chromiumDecides) {
        this.navigation.refuse(target, netErrorOf(verdict));
        return await this.fail(requestId, 'Failed');
      }
    }
    const post = resourceType === 'Document' && frameId === this.mainFrame && !isRedirect ? this.navigation.takePost(networkId) : null;
    await ifStillThere(
      this.cdp.send('Fetch.continueRequest', {
        requestId,
        ...(post && { method: 'POST', postData: post.body.toString('base64'), headers: entries({ ...request.headers, ...post.headers }) }),
      }),
    );
  }

  /** Answers with the app's own handler for the scheme. */
  private async serve(requestId: string, request: Protocol.Network.Request): Promise<void> {
    const body = request.postDataEntries?.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'));
    const asked = { method: request.method, headers: request.headers, body: body ? Buffer.concat(body) : null };
    let response: Response | null;
    try {
      response = await this.contents.session.protocol.answer(request.url, asked);
    } catch (error) {
      report(error);
      return await this.fail(requestId, 'Failed');
    }
    // Chromium would say ERR_UNKNOWN_URL_SCHEME, which DevTools cannot be made to say
    if (!response) return await this.fail(requestId, 'Failed');
    await ifStillThere(
      this.cdp.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: response.status,
        responseHeaders: [...response.headers].map(([name, value]) => ({
          name,
          value: name === 'location' ? toPageAddress(value) : value,
        })),
        body: Buffer.from(await response.arrayBuffer()).toString('base64'),
      }),
    );
  }

  private async redirect(requestId: string, url: string): Promise<void> {
    const location = { name: 'location', value: toPageAddress(url) };
    await ifStillThere(this.cdp.send('Fetch.fulfillRequest', { requestId, responseCode: 307, responseHeaders: [location] }));
  }

  private async fail(requestId: string, errorReason: Protocol.Network.ErrorReason): Promise<void> {
    await ifStillThere(this.cdp.send('Fetch.failRequest', { requestId, errorReason }));
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
  private async override({ eventId, errorType, requestURL }: Protocol.Security.CertificateErrorEvent): Promise<void> {
    const url = new URL(requestURL);
    const accepted = (await this.contents.session.verdict(url.hostname, portOf(url), this.contents)) === verdicts.accept;
    if (!accepted) this.navigation.refuse(url, netErrorOf(errorType));
    await ifStillThere(this.cdp.send('Security.handleCertificateError', { eventId, action: accepted ? 'continue' : 'cancel' }));
  }
}

const portOf = (url: URL): number => Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);

const entries = (headers: Record<string, string>): { name: string; value: string }[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));
