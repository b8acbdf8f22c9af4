import type { Profile, SignInForm } from '../../shared/profile.ts';
import type { CertificateVerifier } from '../trust/verifier.ts';

export interface PageCookie {
  readonly name: string;
  readonly value: string;
  /** The cookie was set without a domain, so this very host set it. A cookie with a domain may come from another host of that domain. */
  readonly hostOnly?: boolean;
}

/** A page that has loaded in the sign-in view. Drivers see from it whether the person is signed in. */
export interface LoadedPage {
  readonly url: string;
  /** The cookies that a request to this page carries, and none of another host. Their values are never logged. */
  readonly cookies: readonly PageCookie[];
  /** The response headers, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The text of its HTML comments, if the request asked for them. */
  readonly comments?: readonly string[];
}

/** The values for the form on the campus's own page, typed by the person or from the keychain. */
export interface FormFill {
  readonly form: SignInForm;
  /** Only pages of these hosts are filled in: `host`, or `host:port` for another port than 443. No patterns. */
  readonly hosts: readonly string[];
  /** Gives the values once, and null after that: a form is filled in once an attempt, and nothing keeps the password. */
  take(): { readonly user: string; readonly password: string } | null;
}

export interface SignInPageRequest {
  readonly address: string;
  /** The only hosts that the view may load pages from: `host`, `host:port` for another port than 443, or `*.host`. */
  readonly hosts: readonly string[];
  readonly fill?: FormFill;
  readonly verifier: CertificateVerifier;
  readonly connectTo: Profile['connectTo'];
  /** Whether to read comments: some gateways name the signed-in user in a comment on their last page. */
  readonly comments?: boolean;
  /** Called with every page that has loaded. Return true when the sign-in is complete; the page then closes. */
  seen(page: LoadedPage): boolean | Promise<boolean>;
}

/**
 * How a visit to the sign-in page ended: signed in; closed by the person; or with the error that the page's form shows
 * after it was filled in.
 */
export type SignInPageEnd =
  { readonly kind: 'done' } | { readonly kind: 'closed' } | { readonly kind: 'form-error'; readonly message: string };

/**
 * Opens a sandboxed, in-memory page on the campus's own sign-in. The app provides this function; the command line has none.
 * Fails with `browser-strayed`, `gateway-*`, `certificate-*` or `cancelled`.
 */
export type OpenSignInPage = (request: SignInPageRequest, signal: AbortSignal) => Promise<SignInPageEnd>;
