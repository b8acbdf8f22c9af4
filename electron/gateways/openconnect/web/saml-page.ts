import type { WebPage } from '../../web-window.ts';

/** What GlobalProtect's last page names, in headers of the answer or in a comment: who signed in, and what proves it. */
const userName = 'saml-username';
const proofs = ['prelogin-cookie', 'portal-userauthcookie'] as const;
type Proof = (typeof proofs)[number];

/**
 * The host to which GlobalProtect sends people: an address's, or that of the identity provider to which a page of the
 * gateway's own writing sends itself on by POST. Null where it is none that a window may show.
 */
export function startOfPage(address: string): string | null {
  const written = /^data:text\/html;base64,([A-Za-z0-9+/=\s]*)$/.exec(address)?.[1];
  const leads = written === undefined ? address : formAction(Buffer.from(written, 'base64').toString('utf8'));
  const url = leads === null ? null : URL.parse(leads);
  return url?.protocol === 'https:' && url.hostname !== '' ? url.hostname : null;
}

function formAction(html: string): string | null {
  const [tag = ''] = /<form\b[^<>]*>/i.exec(html) ?? [];
  const action = /\saction\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  return (action?.[1] ?? action?.[2] ?? null)?.replaceAll('&amp;', '&').replaceAll('&#x2f;', '/').replaceAll('&#x3a;', ':') ?? null;
}

/**
 * GlobalProtect's sign-in on a page, over two calls of the library's: it sends what the page gave as a password, and a
 * gateway takes it by its own name only. The library learns that name from the address that it is called with, so that
 * it is called anew once the page has told, and is told of that page without anybody being asked again.
 */
export class SamlSignIn {
  private proof: Proof | null = null;
  private page: WebPage | null = null;

  /** What follows the path of the gateway's address. */
  get addressEnd(): string {
    return this.proof === null ? '' : `:${this.proof}`;
  }

  /** The page as the library looks at it: what stands in comments is among its headers. */
  read(page: WebPage): WebPage {
    const named = (name: string): boolean => page.headers.some((header) => header.name === name);
    const told = [userName, ...proofs].flatMap((name) => {
      const value = named(name) ? undefined : inComments(page, name);
      return value === undefined ? [] : [{ name, value }];
    });
    return { ...page, headers: [...page.headers, ...told] };
  }

  /** Whether this page proves it under another name than the library sends: then it has to be called anew. */
  wantsAnotherCall({ headers, ...rest }: WebPage): boolean {
    if (!headers.some(({ name }) => name === userName)) return false;
    const proof = proofs.find((each) => headers.some(({ name }) => name === each));
    if (proof === undefined || proof === this.proof) return false;
    this.proof = proof;
    this.page = { ...rest, headers: headers.filter(({ name }) => name === userName || name === proof) };
    return true;
  }

  /** What the page of the last call told, once. */
  take(): WebPage | null {
    const { page } = this;
    this.page = null;
    return page;
  }
}

function inComments({ comments = [] }: WebPage, name: string): string | undefined {
  for (const comment of comments) {
    const [, rest] = comment.split(`<${name}>`);
    const value = rest?.split('<')[0];
    if (value !== undefined && value !== '' && value.length <= 4_096) return value;
  }
  return undefined;
}
