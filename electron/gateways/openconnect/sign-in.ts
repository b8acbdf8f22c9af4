import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Agent } from '../../../shared/user-agent.ts';
import { CausewayError, fail, failureOf, throwIfCancelled, type Failure } from '../../../shared/failure.ts';
import { shownAs } from '../../net/endpoint.ts';
import { hostOf, plainHost, sameHost } from '../../trust/host.ts';
import { CertificateQuestion, connectTls, verificationError } from '../../net/tls.ts';
import type { Ask, GatewayTarget, OpenConnectGrant, Session } from '../gateway.ts';
import type { OpenSignInPage } from '../sign-in-page.ts';
import { LibraryCall, type Page } from './process/library-call.ts';
import { findClientRefusal, refusalInText } from './conversation/client-refusal.ts';
import { ClientCertificate } from './conversation/client-certificate.ts';
import { Conversation, StartAgain } from './conversation/conversation.ts';
import { asksForCertificate, isPassphraseForm } from './conversation/forms.ts';
import { fieldType, type Done, type OcAnswer, type OcForm, type Question, type SignInOptions } from './process/messages.ts';
import { beyondBounds, outcomeOf, type Outcome } from './outcome.ts';
import { PhoneWait } from './conversation/phone-wait.ts';
import { proxyFor } from './proxy-address.ts';
import { OpenConnectSession, signOut } from './session.ts';
import type { WorkerPool } from './process/worker-pool.ts';
import { tunnelSettings } from './tunnel-settings.ts';
import { SamlSignIn } from './web/saml-page.ts';
import { pageAnswer, signInOnPage } from './web/web-sign-in.ts';

export interface SignInDeps {
  worker: WorkerPool;
  /** The administrator's program that answers a gateway's host check, or null. */
  hostCheckWrapper: string | null;
  agent: Agent;
  openSignInPage: OpenSignInPage | null;
  /** Without a window too a gateway may send people to a web page. The question then says what is missing. */
  asksWithoutWindow: boolean;
  /** Opens an address in the person's own browser. */
  openInBrowser: ((address: string) => Promise<void>) | null;
  log: (line: string) => void;
  /** How long a gateway may take to answer. */
  silentAfterMs: number;
  /** The same after a password or a code was sent: the gateway may be asking on the person's phone. */
  phoneMs: number;
}

const diagnosisTimeoutMs = 4_000;
/** openconnect reads no longer ticket (`MAX_READ_STDIN_SIZE` in its `main.c`, since 9.12). */
const maxTicketLength = 4_095;
/** What the failure may be when a gateway refuses a client that it does not know. */
const unexplained: readonly Failure['code'][] = ['gateway-protocol', 'gateway-closed', 'sign-in-rejected', 'client-certificate-missing'];

/** One sign-in by a person. It may take several runs of the library. */
export class OpenConnectSignIn {
  private readonly conversation: Conversation;
  private readonly certificate: ClientCertificate;
  /** Fingerprints that the person accepted in this sign-in, by host. */
  private readonly accepted = new Map<string, string>();
  /** Hosts whose certificates the library asked about. It does not ask if the system's authorities vouch for them. */
  private readonly verified = new Set<string>();
  private readonly ask: Ask;
  private readonly saml: SamlSignIn | null;
  private call: LibraryCall | null = null;
  /** A web page told the library who signed in, and nothing else was asked since. */
  private pageGiven = false;
  private pageFailure: Failure | null = null;
  private readonly phone: PhoneWait;

  constructor(
    private readonly deps: SignInDeps,
    private readonly target: GatewayTarget,
    ask: Ask,
    private readonly signal: AbortSignal,
  ) {
    // If the library's process dies, its question is withdrawn
    this.ask = (prompt, options) => {
      const signals = [options?.signal ?? signal, ...(this.call ? [this.call.lost] : [])];
      return ask(prompt, { signal: AbortSignal.any(signals) });
    };
    this.conversation = new Conversation(target, this.ask, signal);
    this.certificate = new ClientCertificate(target, this.ask, signal);
    const leavePush = this.conversation.leavePush.bind(this.conversation);
    this.phone = new PhoneWait({ target, ask: this.ask, signal, phoneMs: deps.phoneMs, leavePush });
    this.saml = target.profile.protocol === 'gp' ? new SamlSignIn() : null;
  }

  async run(): Promise<Session> {
    const { profile } = this.target;
    if (profile.notice !== undefined) {
      const answer = await this.ask({ kind: 'notice', when: 'before', text: profile.notice }, { signal: this.signal });
      if (answer.kind !== 'notice' || !answer.proceed) throw fail('notice-declined');
    }
    if (profile.clientCertificate) await this.certificate.choose(null);
    for (;;) {
      try {
        return await this.attempt();
      } catch (error) {
        if (!(error instanceof StartAgain)) throw error;
      }
    }
  }

  /** One run of the library, from first contact to cookie. */
  private async attempt(): Promise<Session> {
    this.conversation.begin();
    this.certificate.begin();
    this.phone.end();
    this.pageGiven = false;
    const proxy = await proxyFor(this.target);
    const call = new LibraryCall(this.deps, this.target, this.signal, this.options(proxy?.address ?? null));
    this.call = call;
    try {
      for (;;) {
        await this.phone.until(call);
        const news = await call.next();
        if (news.type === 'done') return await this.finish(news, call);
        if (news.type === 'page') continue;
        await this.handle(news, call);
      }
    } catch (error) {
      if (!this.signal.aborted) call.throwIfLost();
      throw error;
    } finally {
      this.call = null;
      await call.end();
      proxy?.close();
    }
  }

  private options(proxy: string | null): SignInOptions {
    const { target } = this;
    const { profile } = target;
    if (profile.protocol === 'campus') throw fail('internal', undefined, { detail: 'campus for libopenconnect' });
    return {
      protocol: profile.protocol,
      url: `https://${shownAs(target)}${profile.signInPath ?? '/'}${this.saml?.addressEnd ?? ''}`,
      agent: this.deps.agent,
      // A pin overrides every authority: without system trust the library asks about every certificate
      systemTrust: profile.trust.kind !== 'pin',
      ...(proxy === null ? {} : { proxy }),
      detours: [
        ...(profile.connectTo ?? []),
        ...(target.loopbackPort === undefined ? [] : [{ host: target.host, port: target.port, loopbackPort: target.loopbackPort }]),
      ].slice(0, 20),
      ...(this.certificate.file === null ? {} : { clientCertificate: this.certificate.file }),
      ...(this.deps.hostCheckWrapper === null ? {} : { hostCheckWrapper: this.deps.hostCheckWrapper }),
      web: this.deps.openSignInPage !== null || this.deps.openInBrowser !== null || this.deps.asksWithoutWindow,
    };
  }

  private async handle(question: Exclude<Question, Page>, call: LibraryCall): Promise<void> {
    switch (question.type) {
      case 'certificate':
        await this.verify(question.host, question.chain);
        call.answer(question.seq, { kind: 'certificate', accept: true });
        return;
      case 'web':
        this.phone.end();
        await this.onPage(question, call);
        return;
      case 'form': {
        // The library asks for the passphrase before it contacts the gateway. A later form of this name comes from the
        // gateway and must not get it
        if (!call.secured && isPassphraseForm(question.form) && this.certificate.file !== null) {
          call.answer(question.seq, await this.passphrase(question.form.fields[0]?.index ?? 0));
          return;
        }
        this.throwIfRefused(question.form);
        if (!this.conversation.hasAnswered && asksForCertificate(question.form)) {
          await this.certificate.choose(this.certificate.file === null ? 'client-certificate-missing' : 'client-certificate-rejected');
          throw new StartAgain();
        }
        const reply = await this.conversation.reply(question.form);
        if (!question.form.fields.some(({ type }) => type === fieldType.ssoToken)) this.pageGiven = false;
        call.answer(question.seq, { ...reply.answer, ...(reply.secret ? { once: true } : {}) });
        this.phone.begin(reply, call);
      }
    }
  }

  /** Signs in on a web page. If the gateway asks for a page right after one that succeeded, it rejected that sign-in. */
  private async onPage(question: Extract<Question, { type: 'web' }>, call: LibraryCall): Promise<void> {
    const { deps, target, ask, signal, saml } = this;
    const known = saml?.take();
    const failure = this.pageGiven ? ({ code: 'sign-in-rejected' } as const) : this.pageFailure;
    this.pageGiven = true;
    this.pageFailure = null;
    if (known) call.answer(question.seq, pageAnswer(known));
    else if ((await signInOnPage(question, { ...deps, target, ask, signal, saml }, call, failure)) === 'restart') throw new StartAgain();
  }

  private async passphrase(index: number): Promise<OcAnswer> {
    const value = this.certificate.take();
    if (value === null) {
      await this.certificate.choose(this.certificate.tried ? 'client-certificate-unreadable' : null);
      throw new StartAgain();
    }
    return { kind: 'form', result: 'ok', values: [{ index, value }] };
  }

  /** Lets the profile's verifier decide on a chain. If it cannot, asks the person once. */
  private async verify(name: string, encoded: readonly string[]): Promise<void> {
    const host = name === '' || sameHost(name, this.target.host) ? this.target.host : plainHost(name);
    this.verified.add(plainHost(host));
    const chain = readChain(encoded, host);
    const [leaf] = chain;
    if (leaf && this.accepted.get(host) === leaf.fingerprint256) return;
    const trouble = verificationError(this.target.verifier, { host, chain, systemTrusts: false });
    if (trouble === null) return;
    if (!(trouble instanceof CertificateQuestion)) throw trouble;
    // A second question in one sign-in would mean that the server changed in between
    if (this.accepted.has(host)) throw fail('certificate-untrusted', { host });
    const answer = await this.ask(trouble.prompt, { signal: this.signal });
    if (answer.kind !== 'certificate' || !answer.accept) throw fail('certificate-declined', { host });
    if (leaf) this.accepted.set(host, leaf.fingerprint256);
  }

  private async finish(done: Done, call: LibraryCall): Promise<Session> {
    if (done.result === 0) {
      const grant = this.grant(done);
      if (grant.cookie.length > maxTicketLength) {
        await signOut(grant, this.target);
        throw fail('ticket-too-long', { host: shownAs(this.target) }, { detail: `the ticket is ${grant.cookie.length} bytes long` });
      }
      const host = hostOf(new URL(grant.connectUrl));
      if (!this.verified.has(host)) this.target.rememberVouched?.(host, grant.serverPin.replace('pin-sha256:', ''));
      if (this.signal.aborted) {
        await signOut(grant, this.target);
        throw fail('cancelled');
      }
      return new OpenConnectSession(this.conversation.userTyped, grant, this.target, call.passwordDays);
    }
    throwIfCancelled(this.signal);
    const outcome = outcomeOf(done, call, this.target, {
      answered: this.conversation.hasAnswered,
      certificate: this.certificate.file !== null,
    });
    const refusal = await this.refusalOf(outcome, call);
    if (refusal) throw refusal;
    switch (outcome.kind) {
      case 'rejected':
        if (this.conversation.isInformation(call.information)) return this.conversation.showInformation(call.information);
        this.deps.log(`sign-in refused: ${outcome.detail}`);
        return this.conversation.refused(call.gatewayMessage);
      case 'certificate':
        await this.certificate.choose(outcome.code);
        throw new StartAgain();
      case 'page':
        this.deps.log(`sign-in page: ${outcome.detail}`);
        this.pageFailure = { code: outcome.code };
        throw new StartAgain();
      case 'failed':
        break;
    }
    const error = await this.diagnosed(outcome.error);
    if (error.failure.code !== 'client-certificate-rejected') throw error;
    await this.certificate.choose(error.failure.code);
    throw new StartAgain();
  }

  /** Throws if a form says that the gateway does not accept this client or its system. The password is not to blame then. */
  private throwIfRefused({ error, message, fields }: OcForm): void {
    // A message above a question may mention client programs in general
    const text = error ?? (fields.length === 0 ? message : undefined);
    const refusal = text === undefined ? null : refusalInText(text, shownAs(this.target), this.deps.agent);
    if (refusal) throw refusal;
  }

  /** Finds out whether the gateway refused our client name or system, and not anything that the person typed. Null: it did not. */
  private async refusalOf(outcome: Outcome, { gatewayMessage, secured }: LibraryCall): Promise<CausewayError | null> {
    const { target, deps, signal, conversation } = this;
    const fromMessage = refusalInText(gatewayMessage, shownAs(target), deps.agent);
    if (fromMessage) return fromMessage;
    const code = outcome.kind === 'failed' ? outcome.error.failure.code : outcome.kind === 'certificate' ? outcome.code : null;
    const isPossible =
      target.profile.protocol === 'anyconnect' && secured && !conversation.hasAnswered && code !== null && unexplained.includes(code);
    return isPossible ? findClientRefusal(target, deps.agent, signal) : null;
  }

  /** The library does not say why TLS failed. Our own TLS client does, so connect with that. */
  private async diagnosed(error: CausewayError): Promise<CausewayError> {
    if (error.failure.code !== 'gateway-not-secure' || this.target.via) return error;
    try {
      const socket = await connectTls(this.target, this.target.verifier, { signal: this.signal, timeoutMs: diagnosisTimeoutMs });
      socket.destroy();
      // TLS works without the person's certificate, so the certificate is the problem
      return this.certificate.file === null ? error : fail('client-certificate-rejected');
    } catch (better) {
      return better instanceof CausewayError && !(better instanceof CertificateQuestion) ? better : error;
    }
  }

  private grant(done: Done): OpenConnectGrant {
    const { target } = this;
    const { protocol } = target.profile;
    const { cookie, connectUrl, serverPin, address } = done;
    const wrong = (detail: string) => fail('gateway-protocol', { host: shownAs(target) }, { detail });
    if (done.excess !== null) throw wrong(beyondBounds(done.excess));
    if (protocol === 'campus') throw fail('internal');
    // All of this becomes input of a program, so accept only what it cannot misread
    if (cookie === null || !/^[\x21-\x7e][\x20-\x7e]*$/.test(cookie)) throw wrong('a cookie that cannot be used');
    if (connectUrl === null || !isHttps(connectUrl)) throw wrong('a cookie without a place');
    if (serverPin === null || !/^pin-sha256:[A-Za-z0-9+/]{43}=$/.test(serverPin)) throw wrong('a cookie without a key');
    const ip = plainHost(address ?? '');
    const isDetour = target.loopbackPort !== undefined || target.via !== undefined;
    return {
      kind: 'openconnect',
      protocol,
      endpoint: target,
      cookie,
      connectUrl,
      serverPin,
      agent: this.deps.agent,
      address: isDetour || isIP(ip) === 0 ? null : ip,
      idleSeconds: null,
      expiresAt: null,
      ...tunnelSettings(target.profile),
    };
  }
}

/** Whether an address is `https://host[:port]/`, with or without a path, in the form that openconnect takes. */
function isHttps(address: string): boolean {
  return /^https:\/\/([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(\/[\x21-\x7e]*)?$/.test(address) && URL.canParse(address);
}

function readChain(encoded: readonly string[], host: string): X509Certificate[] {
  try {
    return encoded.map((der) => new X509Certificate(Buffer.from(der, 'base64')));
  } catch (cause) {
    throw fail('gateway-not-secure', { host }, { detail: failureOf(cause).detail ?? 'a certificate that cannot be read' });
  }
}
