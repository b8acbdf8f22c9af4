import type { Profile } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';

/** A page that has loaded in the sign-in window. It shows whether the person is signed in. */
export interface WebPage {
  readonly url: string;
  /** The cookies that a request to this page carries; none of another host. Their values are never logged. */
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  /** The response headers, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The text of its HTML comments, if the request asked for them. */
  readonly comments?: readonly string[];
}

export interface WebWindowRequest {
  readonly address: string;
  /** The only hosts that the window may load pages from. */
  readonly hosts: readonly string[];
  readonly verifier: CertificateVerifier;
  readonly connectTo: Profile['connectTo'];
  /** Whether to read comments: some gateways name the signed-in user in a comment on their last page. */
  readonly comments?: boolean;
  /** Called with every page that has loaded. Return true when the sign-in is complete; the window then closes. */
  seen(page: WebPage): boolean | Promise<boolean>;
}

/**
 * Opens a sandboxed, in-memory window on the campus's own sign-in page. The app provides this function; the command line
 * has none. Resolves with `closed` if the person closed the window. Fails with `browser-strayed`, `gateway-*`,
 * `certificate-*` or `cancelled`.
 */
export type OpenWebWindow = (request: WebWindowRequest, signal: AbortSignal) => Promise<'done' | 'closed'>;
