import { CausewayError, fail, failureOf, throwIfCancelled, type Failure } from '../../shared/failure.ts';
import { splitHost, type Profile } from '../../shared/profile.ts';
import type { Ask, GatewayDriver, GatewayTarget, Session } from '../gateways/gateway.ts';
import { endpointOf, type Endpoint } from '../net/endpoint.ts';
import type { FindOldTls } from '../net/old-tls.ts';
import { Proxies } from '../net/proxy/lookup.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';
import type { TunnelEngine } from '../tunnels/tunnel.ts';
import { signInToProxy } from './proxy-sign-in.ts';
import { gatewayOrder } from './gateway-order.ts';
import { captivePortal, captivePortalFailure, explained } from './watch/captive-portal.ts';

export interface FailoverDeps {
  client: GatewayTarget['client'];
  /** The system vouched for a host by itself, without asking a verifier: it showed this key ({@link GatewayTarget.rememberVouched}). */
  rememberVouched?(host: string, key: string): void;
  /** The web proxies of this computer. Without them every connection is direct. */
  proxies?: Proxies;
  /** Finds out whether a gateway's TLS is too old. Without it, nothing checks. */
  findOldTls?: FindOldTls;
  /** Policy lets people in to a gateway whose TLS is too old. */
  oldTlsAllowed?: () => boolean;
  now: () => number;
}

export interface FailoverOptions {
  profile: Profile;
  verifier: CertificateVerifier;
  driver: GatewayDriver;
  engine: TunnelEngine;
  deps: FailoverDeps;
  ask: Ask;
  /** Called with `host[:port]` before each gateway is contacted. */
  onContact: (gateway: string) => void;
}

/** Failures to reach a gateway. The profile's next gateway may fare better. */
const unreached: readonly Failure['code'][] = [
  'gateway-unreachable',
  'local-network',
  'gateway-name-unknown',
  'gateway-silent',
  'gateway-not-secure',
  'old-tls',
  'gateway-busy',
  'gateway-closed',
];

/**
 * Signs in at the first of the profile's gateways that can be reached. It goes on to the next gateway only while the person
 * has answered nothing, so that nothing is asked twice and no second factor is sent again.
 *
 * Rejects with the last gateway's failure, `captive-portal`, or whatever the driver rejects with.
 */
export async function signInWithFailover(
  options: FailoverOptions,
  signal: AbortSignal,
): Promise<{ target: GatewayTarget; session: Session }> {
  const { profile, verifier, deps, onContact } = options;
  const proxies = deps.proxies ?? new Proxies();
  let last: unknown = fail('gateway-unreachable', { host: profile.gateways[0] ?? '' });
  for (const gateway of await gatewayOrder(profile, verifier, proxies, signal)) {
    onContact(gateway);
    const contact = new Contact(options, proxies, endpointOf(splitHost(gateway), profile.connectTo), signal);
    try {
      return await contact.signIn();
    } catch (error) {
      last = await contact.failure(error);
      if (!contact.mayGoOn(last)) throw last;
    }
  }
  throw last;
}

/** One attempt at one gateway. */
class Contact {
  private hasAsked = false;
  /** The network answers in the gateway's place, with a certificate of its own. That certificate is not one to ask about. */
  private captive: Failure | null = null;
  /** Settles once we know whether the gateway's TLS is too old. The driver makes contact meanwhile; nobody is asked anything before. */
  private checked: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: FailoverOptions,
    private readonly proxies: Proxies,
    private endpoint: Endpoint,
    private readonly signal: AbortSignal,
  ) {
    if (options.deps.oldTlsAllowed?.()) this.endpoint = { ...endpoint, oldTls: true };
  }

  async signIn(): Promise<{ target: GatewayTarget; session: Session }> {
    const { options, proxies, signal } = this;
    const { profile, verifier, driver, engine, deps } = options;
    this.endpoint = await proxies.routeThroughProxy(this.endpoint, signal);
    // A proxy's question is about this network. It does not count as a gateway's
    this.endpoint = await signInToProxy(proxies, this.endpoint, options.ask, signal);
    await engine.prove?.(this.endpoint, signal);
    const rememberVouched = (host: string, key: string): void => deps.rememberVouched?.(host, key);
    const target: GatewayTarget = { ...this.endpoint, profile, verifier, rememberVouched, client: deps.client, now: deps.now };
    this.checked = this.rejectOldTls(target);
    const session = await driver.signIn(target, this.ask, signal);
    try {
      await this.checked;
      throwIfCancelled(signal);
    } catch (error) {
      await session.close();
      throw error;
    }
    return { target, session };
  }

  /** Why the contact failed, as far as anybody can tell: the driver's error, or what it comes from. */
  async failure(thrown: unknown): Promise<unknown> {
    const { profile } = this.options;
    // What the driver makes of old TLS can look like a captive portal
    const error: unknown = await this.checked.then(
      () => thrown,
      (old: unknown) => old,
    );
    if (this.signal.aborted) return error;
    if (this.captive) return new CausewayError(this.captive);
    // Behind a proxy, the proxy is the one that sees the network, and it has said what it sees
    if (this.hasAsked || this.endpoint.via) return error;
    return (await explained(failureOf(error), profile, this.endpoint.host, this.signal)) ?? error;
  }

  /** Whether the next gateway may be tried after this failure. */
  mayGoOn(error: unknown): boolean {
    return !this.signal.aborted && !this.hasAsked && unreached.includes(failureOf(error).code);
  }

  private readonly ask: Ask = async (prompt, options) => {
    const { profile } = this.options;
    await this.checked;
    const address =
      prompt.kind === 'certificate' && !this.endpoint.via ? await captivePortal(profile, this.endpoint.host, this.signal) : null;
    if (address !== null) {
      this.captive = captivePortalFailure(address).failure;
      throw fail('cancelled');
    }
    this.hasAsked = true;
    return this.options.ask(prompt, options);
  };

  /** Rejects with `old-tls` where the gateway's TLS is too old, unless policy allows it. */
  private rejectOldTls(endpoint: Endpoint): Promise<void> {
    const check = async (): Promise<void> => {
      const old = endpoint.oldTls ? null : await this.options.deps.findOldTls?.(endpoint, this.signal);
      if (old) throw new CausewayError(old);
    };
    const checked = check();
    // Everybody who needs the outcome awaits it; until then it is not an unhandled rejection
    checked.catch(() => undefined);
    return checked;
  }
}
