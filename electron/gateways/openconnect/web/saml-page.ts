import type { LoadedPage } from '../../sign-in-page.ts';

/** What GlobalProtect's last page holds, in response headers or in a comment: the user name and one of the proofs. */
const userName = 'saml-username';
const proofs = ['prelogin-cookie', 'portal-userauthcookie'] as const;
type Proof = (typeof proofs)[number];

/**
 * The host to which GlobalProtect sends people. The gateway gives an address, or a page whose form posts to the identity
 * provider. Null if our view may not show it.
 */
export function startOfPage(address: string): string | null {
  const page = /^data:text\/html;base64,([A-Za-z0-9+/=\s]*)$/.exec(address)?.[1];
  const start = page === undefined ? address : formAction(Buffer.from(page, 'base64').toString('utf8'));
  const url = start === null ? null : URL.parse(start);
  return url?.protocol === 'https:' && url.hostname !== '' ? url.hostname : null;
}

function formAction(html: string): string | null {
  const [tag = ''] = /<form\b[^<>]*>/i.exec(html) ?? [];
  const action = /\saction\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  return (action?.[1] ?? action?.[2] ?? null)?.replaceAll('&amp;', '&').replaceAll('&#x2f;', '/').replaceAll('&#x3a;', ':') ?? null;
}

/**
 * GlobalProtect's sign-in on a web page, over two runs of the library. The library sends the page's proof as a password,
 * and the gateway accepts it only under its own name. The library takes that name from the end of the address that it is
 * started with. So once the page has shown which name it uses, the library is started again with that name and gets the
 * same page, without asking the person again.
 */
export class SamlSignIn {
  private proof: Proof | null = null;
  private page: LoadedPage | null = null;

  /** Goes after the path of the gateway's address. */
  get addressEnd(): string {
    return this.proof === null ? '' : `:${this.proof}`;
  }

  /** The page as the library expects it: values from comments are added to the headers. */
  read(page: LoadedPage): LoadedPage {
    const named = (name: string): boolean => page.headers.some((header) => header.name === name);
    const fromComments = [userName, ...proofs].flatMap((name) => {
      const value = named(name) ? undefined : inComments(page, name);
      return value === undefined ? [] : [{ name, value }];
    });
    return { ...page, headers: [...page.headers, ...fromComments] };
  }

  /** Whether this page's proof has another name than the library uses. The library must then be started again. */
  wantsAnotherCall({ headers, ...rest }: LoadedPage): boolean {
    if (!headers.some(({ name }) => name === userName)) return false;
    const proof = proofs.find((each) => headers.some(({ name }) => name === each));
    if (proof === undefined || proof === this.proof) return false;
    this.proof = proof;
    this.page = { ...rest, headers: headers.filter(({ name }) => name === userName || name === proof) };
    return true;
  }

  /** Returns the page of the last run, once. */
  take(): LoadedPage | null {
    const { page } = this;
    this.page = null;
    return page;
  }
}

function inComments({ comments = [] }: LoadedPage, name: string): string | undefined {
  for (const comment of comments) {
    const [, rest] = comment.split(`<${name}>`);
    const value = rest?.split('<')[0];
    if (value !== undefined && value !== '' && value.length <= 4_096) return value;
  }
  return undefined;
}
