import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { profileSchema, type Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import { escapeHtml } from './html.ts';

export interface GlobalProtectOptions {
  /** How people are sent to the identity provider: its address, or a page that posts itself there. */
  method: 'REDIRECT' | 'POST';
  /** Where the last page names the signed-in user. */
  tells?: 'headers' | 'comment';
  /** The name of the proof. */
  proof?: 'prelogin-cookie' | 'portal-userauthcookie';
  /** The portal gives nothing that its gateway accepts, so the gateway sends people to the identity provider again. */
  gatewayAsks?: boolean;
  /** The identity provider's own pages name a user and give a forged proof. */
  providerTells?: boolean;
  /** Days until the password expires. */
  passwordDays?: number;
  /** The first proof is refused as expired. */
  refuseFirst?: boolean;
}

export interface Asked {
  method: string;
  host: string;
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
}

/** A stand-in for a GlobalProtect portal with its gateway, and for the identity provider that signs people in for it. */
export interface GlobalProtect {
  readonly host: string;
  readonly provider: string;
  readonly user: { name: string; password: string };
  /** Every request, oldest first. */
  readonly asked: readonly Asked[];
  /** The proofs that it issued, oldest first. */
  readonly proofs: readonly string[];
  /** The identity provider's assertion about a user. */
  assertionOf(name: string): string;
  profile(more?: Partial<Profile>): Profile;
  stop(): Promise<void>;
}

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

const host = 'gp.campus.test';
const provider = 'idp.campus.test';
const user = { name: 'mei.chan', password: 'harbour-lantern-42' };
const consumer = '/SAML20/SP/ACS';

export async function startGlobalProtect(options: GlobalProtectOptions): Promise<GlobalProtect> {
  const root = await issue(null, { name: 'CN=GlobalProtect Test Root', authority: {} });
  const leaf = await issue(root, { dns: [host, provider] });
  const { proof = 'prelogin-cookie', tells = 'headers' } = options;
  const asked: Asked[] = [];
  const proofs: string[] = [];
  /** Which host each name belongs to. */
  const good = new Map<string, string>();
  const assertions = new Map<string, string>();
  let refuse = options.refuseFirst === true;

  const server = https.createServer({ cert: leaf.pem, key: leaf.keyPem }, (request, response) => {
    read(request).then(
      (one) => {
        asked.push(one);
        const { status = 200, headers = {}, body = '' } = answer(one);
        response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
      },
      () => response.destroy(),
    );
  });

  function answer(one: Asked): Reply {
    if (one.host === provider) {
      const reply = atProvider(one);
      if (!options.providerTells) return reply;
      const forged = `<!-- <saml-auth-status>1</saml-auth-status><${proof}>forged</${proof}><saml-username>root</saml-username> -->`;
      const headers = { ...reply.headers, 'saml-auth-status': '1', 'saml-username': 'root', [proof]: 'forged' };
      return { ...reply, headers, body: `${reply.body ?? ''}${forged}` };
    }
    switch (one.path) {
      case '/global-protect/prelogin.esp':
      case '/ssl-vpn/prelogin.esp':
        return prelogin();
      case consumer:
        return consume(one);
      case '/global-protect/getconfig.esp':
        return config(one);
      case '/ssl-vpn/login.esp':
        return login(one);
      // It redirects people to wherever the request says
      case '/hop':
        return { status: 302, headers: { location: one.query['to'] ?? '/' } };
      case '/ssl-vpn/logout.esp':
        return { body: '<response status="success"></response>' };
      default:
        return { status: 404 };
    }
  }

  function prelogin(): Reply {
    const page = `<html><body onload="document.forms[0].submit()"><form method="POST" action="https://${provider}/idp/begin"><input type="hidden" name="SAMLRequest" value="begin"></form></body></html>`;
    const request = options.method === 'POST' ? page : `https://${provider}/idp/begin?SAMLRequest=begin`;
    return {
      body: `<?xml version="1.0"?><prelogin-response><status>Success</status><saml-auth-status>0</saml-auth-status><saml-auth-method>${options.method}</saml-auth-method><saml-request>${Buffer.from(request).toString('base64')}</saml-request></prelogin-response>`,
    };
  }

  function atProvider({ path, form }: Asked): Reply {
    if (path !== '/idp/sign-in') return html(providerPage(''));
    if (form['user'] !== user.name || form['passphrase'] !== user.password) return html(providerPage('<p>That was not right.</p>'));
    return html(
      `<h1>Going on</h1><form method="POST" action="https://${host}${consumer}"><input type="hidden" name="SAMLResponse" value="${assertionOf(user.name)}"></form><script>document.forms[0].submit()</script>`,
    );
  }

  function assertionOf(name: string): string {
    const assertion = randomBytes(16).toString('hex');
    assertions.set(assertion, name);
    return assertion;
  }

  /** The last page names the user, in the chosen way. */
  function consume({ form }: Asked): Reply {
    const assertion = form['SAMLResponse'] ?? '';
    const name = assertions.get(assertion);
    if (name === undefined) return { status: 403 };
    assertions.delete(assertion);
    const value = randomBytes(24).toString('base64');
    proofs.push(value);
    good.set(value, name);
    if (tells === 'headers')
      return { ...html('<h1>Login Successful!</h1>', { 'saml-auth-status': '1', 'saml-username': name, [proof]: value }) };
    return html(
      `<h1>Login Successful!</h1><!-- <saml-auth-status>1</saml-auth-status><${proof}>${value}</${proof}><saml-username>${name}</saml-username> -->`,
    );
  }

  /** The proofs by their own names. One can be used once, the other is a cookie that is valid as long as the campus says. */
  function proves(form: Asked['form']): boolean {
    const value = form[proof] ?? '';
    if (good.get(value) !== form['user']) return false;
    if (proof === 'prelogin-cookie') good.delete(value);
    if (!refuse) return true;
    refuse = false;
    return false;
  }

  function config({ form }: Asked): Reply {
    if (!proves(form)) return { status: 512 };
    const forGateway = randomBytes(24).toString('base64');
    if (!options.gatewayAsks) good.set(forGateway, form['user'] ?? '');
    const cookie = options.gatewayAsks ? 'empty' : forGateway;
    return {
      body: `<?xml version="1.0"?><policy><portal-name>Campus</portal-name><portal-userauthcookie>${cookie}</portal-userauthcookie><gateways><external><list><entry name="${host}"><description>Main site</description></entry></list></external></gateways></policy>`,
    };
  }

  function login({ form }: Asked): Reply {
    const cookieValue = form['portal-userauthcookie'] ?? '';
    const byPortal = good.get(cookieValue) === form['user'] && good.delete(cookieValue);
    if (!byPortal && !proves(form)) return { status: 512 };
    const parts = ['', 'authcookie0123456789', 'persistent', 'portal', form['user'] ?? '', 'SAML', 'vsys1', 'campus'];
    const all = [...parts, '', '', '', '', 'tunnel', String(options.passwordDays ?? -1), '4100', ''];
    return {
      body: `<?xml version="1.0"?><jnlp><application-desc>${all.map((part) => `<argument>${escapeHtml(part)}</argument>`).join('')}</application-desc></jnlp>`,
    };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const { port } = address;
  return {
    host,
    provider,
    user,
    asked,
    proofs,
    assertionOf,
    profile: (more = {}) =>
      profileSchema.parse({
        version: 1,
        id: 'gp-test',
        name: 'Campus behind GlobalProtect',
        gateways: [host],
        protocol: 'gp',
        tunnel: 'app',
        labels: { userId: 'NetID', password: 'Password' },
        browser: { hosts: [provider] },
        portal: { address: 'https://2fa.campus.test/', hosts: ['2fa.campus.test'], pages: 'other' },
        trust: { kind: 'authority', pem: root.pem },
        connectTo: [host, provider].map((name) => ({ host: name, port: 443, loopbackPort: port })),
        ...more,
      } satisfies Profile),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const url = new URL(request.url ?? '/', `https://${request.headers.host ?? host}`);
  return {
    method: request.method ?? '',
    host: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
  };
}

const html = (body: string, headers: Record<string, string> = {}): Reply => ({
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body: `<!doctype html><html lang="en"><title>Sign-in</title><body>${body}</body></html>`,
});

const providerPage = (complaint: string): string =>
  `<h1>Campus identity provider</h1>${complaint}<form method="POST" action="/idp/sign-in"><label>User <input name="user"></label><label>Pass phrase <input type="password" name="passphrase"></label><button>Continue</button></form>`;
