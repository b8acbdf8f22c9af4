import type { Profile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';

/** A page of the sign-in window that has loaded: what decides whether the person is in. */
export interface WebPage {
  readonly url: string;
  /** Those that go with a request to this page, of the values of which none is ever logged. Another host's are not among them. */
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  /** The response's, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** What stands in its comments, where the request wants them. */
  readonly comments?: readonly string[];
}

export interface WebWindowRequest {
  readonly address: string;
  /** The only hosts that the window may load pages from. */
  readonly hosts: readonly string[];
  readonly verifier: CertificateVerifier;
  readonly connectTo: Profile['connectTo'];
  /** Some gateways tell in a comment of their last page who signed in there. */
  readonly comments?: boolean;
  /** Called with every page that has loaded; true: that was it, the window closes. */
  seen(page: WebPage): boolean | Promise<boolean>;
}

/**
 * Opens a sandboxed, in-memory window on the campus's own sign-in page; handed in by whoever can show one. Resolves
 * with `closed` when the person closed it. Fails with `browser-strayed`, `gateway-*`, `certificate-*` or `cancelled`.
 */
export type OpenWebWindow = (request: WebWindowRequest, signal: AbortSignal) => Promise<'done' | 'closed'>;
