import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { spkiSha256 } from '../../../electron/trust/verifier.ts';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import { dayMs, issue } from '../../support/issuer.ts';
import { adfsDomain, adfsPage, factorPage, framePage, type AdfsPage } from './adfs-pages.ts';
import {
  folder,
  goodbyePage,
  hostCheckPage,
  homePage,
  noticePage,
  providerPage,
  rolesPage,
  samlRequestPage,
  samlResponsePage,
  sessionsPage,
  signInPage,
  tokenPage,
  wayPage,
  type OtherSession,
} from './ivanti-pages.ts';

/** What this gateway asks for, in this order, besides a user name and a password. */
export interface IvantiOptions {
  /** Its certificate is for another host, or has expired. */
  certificate?: 'wrong-host' | 'expired';
  /** The identity provider sends people on with its own session, in a cookie for their whole domain. */
  providerForges?: boolean;
  /** The terms, shown first. */
  notice?: string;
  realms?: readonly string[];
  /** A second password field, as gateways with Duo have it, and the value that it accepts. */
  secondPassword?: string;
  /** A page for a code after the password, and the code that it accepts. */
  token?: { kind: 'defender' | 'totp'; code: string };
  roles?: readonly string[];
  /** Existing sessions, of which one has to end. */
  sessions?: readonly OtherSession[];
  /** Sign-in at the campus's identity provider, on another host, instead of a form of the gateway's. */
  saml?: boolean;
  /** The identity provider is AD FS: how its page is, the first time. Implies `saml`. */
  adfs?: Adfs;
  /** Where the gateway sends people who are signed in; `/dana/home/index.cgi` by default. */
  landing?: string;
  /** Cookies that an answer sets besides its own, each as in `Set-Cookie`. */
  cookies?: (asked: Received) => readonly string[];
  /** The identity provider's page also loads a script, an image, a frame and so on from these hosts. */
  foreign?: readonly string[];
  /** A page that checks the computer, before anything else. If it only looks, people may continue. */
  hostCheck?: 'demands' | 'looks';
  /** Shows a page of its own first, of this name (`p` in its address). */
  way?: string;
  /** Milliseconds before it answers. `hang-up`: it closes the connection instead. */
  before?: (asked: Received) => Promise<'answer' | 'hang-up'>;
}

export interface Adfs extends AdfsPage {
  /** What it says about a wrong password. */
  wrong?: string;
  /** Asks once more after the right password, without an error. */
  twice?: boolean;
  /** The form is in a frame of the page. */
  framed?: boolean;
  /** A page on another host asks for the second factor. */
  factor?: boolean;
  /** Sets more cookies than the next request can carry. */
  cookieBomb?: boolean;
  /** The page sends people to this address before it shows its form. */
  detour?: string;
}

export interface Received {
  method: string;
  host: string;
  path: string;
  query: string;
  cookie: string;
  form: Record<string, string>;
}

/** A stand-in for an Ivanti gateway: its web sign-in, over TLS on loopback, and the identity provider beside it. */
export interface Ivanti {
  readonly port: number;
  readonly host: string;
  readonly provider: string;
  readonly factor: string;
  /** Its authority, which no computer trusts by default. */
  readonly authority: string;
  /** Its key in openconnect's notation. */
  readonly pin: string;
  readonly user: { name: string; password: string };
  /** Every request, oldest first. */
  readonly received: readonly Received[];
  /** The identity provider's assertion about an attacker. */
  attackersAssertion(): string;
  /** The valid values of `DSID`. */
  readonly signedIn: ReadonlySet<string>;
  /** A profile that leads to it. */
  profile(more?: Partial<Profile>): Profile;
  stop(): Promise<void>;
}

/** What it answers. */
interface Reply {
  status: number;
  headers: Record<string, string>;
  html: string;
}

/** One sign-in in progress. */
interface Visit {
  user: string;
  realm: string;
  role: string | null;
  ended: readonly string[];
  tokenGiven: boolean;
}

const host = 'ivanti.campus.test';
const provider = 'idp.campus.test';
/** The host of the second factor's page. */
const factor = 'factor.campus.test';
const user = { name: 'mei.chan', password: 'harbour-lantern-42' };
/** openconnect's first request, with its cookie. */
export const tunnelPath = '/dana/js';
/** Real gateways set this early in a SAML redirect. It is no session. */
export const placeholder = '1';

export async function startIvanti(options: IvantiOptions = {}): Promise<Ivanti> {
  const root = await issue(null, { name: 'CN=Ivanti Test Root', authority: {} });
  const wishes = { dns: options.certificate === 'wrong-host' ? ['appliance.maker.test'] : [host, provider, factor] };
  const over = { notBefore: new Date(Date.now() - 20 * dayMs), notAfter: new Date(Date.now() - 10 * dayMs) };
  const leaf = await issue(root, { ...wishes, ...(options.certificate === 'expired' ? over : {}) });
  const received: Received[] = [];
  const signedIn = new Map<string, string>();
  const visits = new Map<string, Visit>();
  /** Which host each name belongs to. */
  const assertions = new Map<string, string>();

  /** How often AD FS has accepted a password. */
  let accepted = 0;

  const server = createServer({ key: leaf.keyPem, cert: leaf.pem }, (request, response) => {
    read(request).then(
      async (asked) => {
        received.push(asked);
        if (asked.path === '/adfs/endless.png') return;
        if ((await options.before?.(asked)) === 'hang-up') {
          response.destroy();
          return;
        }
        const { status, headers, html } = answer(asked);
        const cookies = [...(headers['set-cookie'] === undefined ? [] : [headers['set-cookie']]), ...(options.cookies?.(asked) ?? [])];
        response.writeHead(status, { ...headers, ...(cookies.length > 0 && { 'set-cookie': cookies }) }).end(html);
      },
      () => response.destroy(),
    );
  });

  function answer(asked: Received): Reply {
    const { path } = asked;
    if (asked.host === factor) return atFactor(asked);
    if (asked.host === provider) return options.adfs ? atAdfs(asked, options.adfs) : atProvider(asked);
    // A tunnel would begin here, but there is none
    if (path === tunnelPath) return { status: 403, headers: { connection: 'close' }, html: '' };
    if (path === '/for-ever') return go('/for-ever');
    // It redirects people to wherever the request says
    if (path === '/hop') return go(new URLSearchParams(asked.query).get('to') ?? '/');
    if (path === '/') return go(`${folder}welcome.cgi`);
    if (path === `${folder}welcome.cgi`) return welcome(asked);
    if (path === `${folder}login.cgi`) return login(asked);
    if (path === '/dana-na/auth/saml-consumer.cgi') return consume(asked);
    if (path === '/dana-na/auth/logout.cgi') {
      signedIn.delete(sessionOf(asked) ?? '');
      return go(`${folder}welcome.cgi?p=logout`, 'DSID=deleted; path=/; secure');
    }
    if (path.startsWith('/dana/home/') || path === options.landing) {
      // The trap: a page below /dana/home/ and a DSID although nobody is signed in
      if (isSaml && sessionOf(asked) === placeholder)
        return show(samlRequestPage(`https://${provider}${options.adfs ? '/adfs/ls/' : '/idp/begin'}`));
      const name = signedIn.get(sessionOf(asked) ?? '');
      return name === undefined ? go(`${folder}welcome.cgi?p=timed-out`) : show(homePage(name));
    }
    return { status: 404, headers: {}, html: '' };
  }

  const isSaml = options.saml === true || options.adfs !== undefined;

  function welcome({ query }: Received): Reply {
    const why = new URLSearchParams(query).get('p');
    if (why === 'logout') return show(goodbyePage());
    if (options.hostCheck && why === 'preauth') return show(hostCheckPage(options.hostCheck === 'looks'));
    if (options.hostCheck && why === null) return go(`${folder}welcome.cgi?p=preauth`, 'DSPREAUTH=1; path=/; secure');
    if (options.way !== undefined && why === options.way) return show(wayPage(options.way));
    if (options.way !== undefined && why === null) return go(`${folder}welcome.cgi?p=${encodeURIComponent(options.way)}`);
    if (options.notice !== undefined && why !== 'sign-in' && why !== 'failed') return show(noticePage(options.notice));
    if (isSaml) return go('/dana/home/index.cgi', `DSID=${placeholder}; path=/; secure`);
    return show(
      signInPage({
        again: why === 'failed',
        realms: options.realms ?? ['Users'],
        secondPassword: options.secondPassword !== undefined,
      }),
    );
  }

  function login({ form, query, method }: Received): Reply {
    if ('sn-preauth-proceed' in form) return go(`${folder}welcome.cgi?p=sign-in`);
    const search = new URLSearchParams(query);
    const key = form['key'] ?? form['FormDataStr'] ?? search.get('key');
    const visit = key === null ? undefined : visits.get(key);
    if (key !== null && visit) {
      const role = search.get('role');
      if (role !== null && options.roles?.includes(role)) visit.role = role;
      else if (method !== 'POST') return again();
      else if ('FormDataStr' in form) {
        if ('btnCancel' in form) return go(`${folder}welcome.cgi?p=logout`);
        visit.ended = [form['postfixSID'] ?? options.sessions?.[0]?.id ?? ''];
      } else if (options.token) {
        const code = form['password'] ?? form['totpToken'];
        if (code !== options.token.code) return show(tokenPage(options.token.kind, key, true));
        visit.tokenGiven = true;
      }
      return next(key, visit);
    }
    if (method !== 'POST' || form['username'] !== user.name || form['password'] !== user.password) return again();
    if (options.secondPassword !== undefined && form['password#2'] !== options.secondPassword) return again();
    return begin(form['realm'] ?? '');
  }

  const again = (): Reply => go(`${folder}welcome.cgi?p=failed`);

  function begin(realm: string, name = user.name): Reply {
    const key = `state_${randomBytes(16).toString('hex')}`;
    const visit: Visit = { user: name, realm, role: null, ended: [], tokenGiven: false };
    visits.set(key, visit);
    return next(key, visit);
  }

  /** The next page of a sign-in, or the session. */
  function next(key: string, visit: Visit): Reply {
    if (options.token && !visit.tokenGiven) return show(tokenPage(options.token.kind, key, false));
    if (options.roles && visit.role === null) return show(rolesPage(options.roles, key));
    if (options.sessions && visit.ended.length === 0) return show(sessionsPage(options.sessions, key));
    visits.delete(key);
    const id = randomBytes(16).toString('hex');
    signedIn.set(id, visit.user);
    return go(options.landing ?? '/dana/home/index.cgi', `DSID=${id}; path=/; secure; HttpOnly`);
  }

  function atAdfs({ path, query, form }: Received, adfs: Adfs): Reply {
    const page: AdfsPage = adfs;
    if (path === '/adfs/frame') return show(adfsPage(page));
    if (adfs.cookieBomb === true) {
      const cookies = Array.from({ length: 30 }, (_, at) => `document.cookie = 'bomb${at}=${'x'.repeat(2_000)}; path=/'`).join(';');
      return show(`<!DOCTYPE html><h1>Bomb</h1><script>${cookies}; location.href = '/adfs/next'</script>`);
    }
    if (!('UserName' in form)) {
      if (query === 'error') return show(adfsPage({ ...page, error: 'Access denied.' }));
      if (adfs.framed === true) return show(framePage('/adfs/frame'));
      if (adfs.detour !== undefined && query !== 'again') return go(adfs.detour);
      return show(adfsPage(page));
    }
    const isRight = form['UserName'] === `${user.name}${adfsDomain}` && form['Password'] === user.password;
    if (!isRight) return show(adfsPage({ ...page, error: adfs.wrong ?? 'Incorrect user ID or password.' }));
    accepted += 1;
    if (adfs.twice === true && accepted === 1) return show(adfsPage(page));
    if (adfs.factor === true) return go(`https://${factor}/frame/prompt`);
    return show(samlResponsePage(`https://${host}/dana-na/auth/saml-consumer.cgi`, assertionOf(user.name)));
  }

  function atFactor({ method }: Received): Reply {
    if (method !== 'POST') return show(factorPage(''));
    return show(samlResponsePage(`https://${host}/dana-na/auth/saml-consumer.cgi`, assertionOf(user.name)));
  }

  function atProvider({ path, form }: Received): Reply {
    if (path !== '/idp/sign-in') return show(providerPage(false, options.foreign));
    if (form['user'] !== user.name || form['passphrase'] !== user.password) return show(providerPage(true, options.foreign));
    if (options.providerForges) {
      const id = randomBytes(16).toString('hex');
      signedIn.set(id, 'somebody else');
      return go(`https://${host}/dana/home/index.cgi`, `DSID=${id}; domain=campus.test; path=/; secure`);
    }
    return show(samlResponsePage(`https://${host}/dana-na/auth/saml-consumer.cgi`, assertionOf(user.name)));
  }

  function assertionOf(name: string): string {
    const assertion = randomBytes(16).toString('hex');
    assertions.set(assertion, name);
    return assertion;
  }

  function consume({ form }: Received): Reply {
    const assertion = form['SAMLResponse'] ?? '';
    const name = assertions.get(assertion);
    if (name === undefined) return again();
    assertions.delete(assertion);
    return begin('SAML', name);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  return {
    port,
    host,
    provider,
    factor,
    authority: root.pem,
    pin: `pin-sha256:${spkiSha256(leaf.certificate)}`,
    user,
    received,
    attackersAssertion: () => assertionOf('somebody else'),
    get signedIn() {
      return new Set(signedIn.keys());
    },
    profile: (more = {}) =>
      profileSchema.parse({
        version: 1,
        id: 'ivanti-test',
        name: 'Campus behind Ivanti',
        gateways: [host],
        protocol: 'nc',
        tunnel: 'app',
        labels: { userId: 'Username', password: 'Password' },
        portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
        trust: { kind: 'authority', pem: root.pem },
        connectTo: [host, provider, factor].map((name) => ({ host: name, port: 443, loopbackPort: port })),
        ...more,
      } satisfies Profile),
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await stopped;
    },
  };
}

function sessionOf({ cookie }: Received): string | null {
  return /(?:^|; )DSID=([^;]*)/.exec(cookie)?.[1] ?? null;
}

async function read(request: IncomingMessage): Promise<Received> {
  let body = '';
  // A tunnel's answer has no end after its first lines
  if (!request.url?.startsWith(tunnelPath)) for await (const chunk of request) body += String(chunk);
  const url = new URL(request.url ?? '/', `https://${request.headers.host ?? host}`);
  return {
    method: request.method ?? '',
    host: url.hostname,
    path: url.pathname,
    query: url.search.slice(1),
    cookie: request.headers.cookie ?? '',
    form: Object.fromEntries(new URLSearchParams(body)),
  };
}

const withCookie = (cookie: string | undefined): Record<string, string> => (cookie === undefined ? {} : { 'set-cookie': cookie });

const show = (html: string, cookie?: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', ...withCookie(cookie) },
  html,
});

const go = (location: string, cookie?: string): Reply => ({ status: 302, headers: { location, ...withCookie(cookie) }, html: '' });
