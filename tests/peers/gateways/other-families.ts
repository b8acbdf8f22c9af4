import { once } from 'node:events';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Profile } from '../../../shared/profile.ts';
import { issue } from '../../support/issuer.ts';
import { bodyOf } from './request-body.ts';

/**
 * The sign-in pages of gateways that nobody can run here, as far as a client sees them: enough to show that the real
 * library understands their forms. Everybody's password is `harbour`, and their code is `123456`.
 */
export type Family = 'gp' | 'f5' | 'fortinet' | 'array';

export interface Served {
  method: string;
  path: string;
  form: URLSearchParams;
  cookie: string;
}

export interface FamilyGateway {
  requests: Served[];
  profile(overrides?: Partial<Profile>): Profile;
  stop(): Promise<void>;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string;
}
/** `hang-up`: the connection is closed without an answer. */
export type Pages = (request: Served) => Reply | 'hang-up' | Promise<Reply | 'hang-up'>;

const password = 'harbour';
const code = '123456';

/** @param own pages that replace this file's */
export async function startFamily(family: Family | 'nc', own: Pages | null = null): Promise<FamilyGateway> {
  const page = own ?? (family === 'nc' ? () => nowhere : pages[family]);
  const authority = await issue(null, { name: 'CN=Families Authority', authority: {} });
  const host = `${family}.campus.test`;
  const certificate = await issue(authority, { dns: [host] });
  const requests: Served[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await bodyOf(request);
    if (!sent) return;
    const { method = 'GET', url = '/', headers } = request;
    const served = { method, path: url, form: new URLSearchParams(sent.toString()), cookie: headers.cookie ?? '' };
    requests.push(served);
    const reply = await page(served);
    if (reply === 'hang-up') {
      request.socket.destroy();
      return;
    }
    const body = reply.body ?? '';
    response.writeHead(reply.status ?? 200, { 'content-length': Buffer.byteLength(body), ...reply.headers }).end(body);
  };
  const server = https.createServer(
    { cert: certificate.pem, key: certificate.keyPem },
    (request, response) => void answer(request, response),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const { port } = address;
  return {
    requests,
    profile: (overrides = {}) => ({
      version: 1,
      id: family,
      name: `Campus with ${family}`,
      gateways: [host],
      protocol: family,
      tunnel: 'app',
      labels: { userId: 'User ID', password: 'Password' },
      portal: { address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' },
      trust: { kind: 'authority', pem: authority.pem },
      connectTo: [{ host, port: 443, loopbackPort: port }],
      ...overrides,
    }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const nowhere: Reply = { status: 404 };
const html = (body: string): Reply => ({ headers: { 'content-type': 'text/html' }, body: `<html><body>${body}</body></html>` });

/** How a GlobalProtect gateway asks for a code: as XML, as a script, or as a page with that script in it, depending on its version. */
export const challenges = {
  xml: '<challenge><user>mei</user><inputstr>abc123</inputstr><respmsg>Enter the code on your phone & press OK</respmsg></challenge>',
  script: 'var respStatus = "Challenge";\nvar respMsg = "\\"Enter\\" the code on your phone";\nthisForm.inputStr.value = "abc123";\n',
  page: '<html><head></head><body>var respStatus = "Challenge";\nvar respMsg = "Enter the code on your phone &#9742;";\nthisForm.inputStr.value = "abc123";\n</body></html>',
} as const;

const plainScript = 'var respStatus = "Challenge";\nvar respMsg = "Enter the code on your phone";\nthisForm.inputStr.value = "abc123";\n';
const twoGateways =
  '<policy><portal-name>Campus</portal-name><gateways><external><list><entry name="east.campus.test"><description>East site</description></entry><entry name="gp.campus.test"><description>Main site</description></entry></list></external></gateways></policy>';

/** A portal with two gateways, of which this is one. The first sign-in leads to a challenge. */
const globalProtect = (request: Served): Reply => globalProtectWith()(request);

/** The same with another answer of the portal to a signed-in person, with another challenge, or with a ticket (`authcookie`) for each sign-in. */
export const globalProtectWith =
  (config: string = twoGateways, challenge: string = plainScript, passwordDays = '-1', newTicket = () => 'authcookie0123456789') =>
  ({ path, form }: Served): Reply => {
    if (path.startsWith('/global-protect/prelogin.esp') || path.startsWith('/ssl-vpn/prelogin.esp')) {
      return {
        body: '<?xml version="1.0"?><prelogin-response><status>Success</status><authentication-message>Enter your campus sign-in</authentication-message><username-label>NetID</username-label><password-label>Password</password-label></prelogin-response>',
      };
    }
    if (path.startsWith('/global-protect/getconfig.esp')) {
      if (form.get('passwd') !== password) return { status: 512 };
      return {
        body: `<?xml version="1.0"?>${config}`,
      };
    }
    if (path.startsWith('/ssl-vpn/login.esp')) {
      if (form.get('inputStr') === 'abc123') {
        if (form.get('passwd') !== code) return { status: 512 };
        const parts = [
          '',
          newTicket(),
          'persistent',
          'portal',
          form.get('user') ?? '',
          'LDAP',
          'vsys1',
          'campus',
          '',
          '',
          '',
          '',
          'tunnel',
          passwordDays,
          '4100',
          '',
        ];
        return {
          body: `<?xml version="1.0"?><jnlp><application-desc>${parts.map((part) => `<argument>${part}</argument>`).join('')}</application-desc></jnlp>`,
        };
      }
      if (form.get('passwd') !== password) return { status: 512 };
      return { body: challenge };
    }
    return path.startsWith('/ssl-vpn/logout.esp') ? { body: '<response status="success"></response>' } : nowhere;
  };

const f5Done: Reply = {
  ...html('in'),
  headers: { 'set-cookie': ['MRHSession=0123456789abcdef; path=/; secure', 'F5_ST=1z1z1z1700000000z86400; path=/; secure'] },
};
const f5Bare =
  '<form id="auth_form" method="post" action="/my.policy"><input type="text" name="username"><input type="password" name="password"></form>';

/** HTML with one form after the other, one of them with a list. */
function f5({ method, path, form, cookie }: Served): Reply {
  if (path === '/my.policy' && method === 'POST') {
    if (form.has('code')) {
      if (form.get('code') !== code) return html(f5Code);
      return f5Done;
    }
    if (form.get('password') !== password) return html(f5Form);
    return html(f5Code);
  }
  if (path.startsWith('/vdesk/hangup')) return html('bye');
  return cookie.includes('MRHSession') ? html(f5Form) : { ...html(f5Form), headers: { 'set-cookie': 'MRHSession=first; path=/; secure' } };
}
const f5Code =
  '<form id="auth_form2" method="post" action="/my.policy"><table><tr><td id="credentials_table_header">Your token code, please:</td></tr></table><input type="password" name="code"><input type="hidden" name="vhost" value="standard"></form>';
const f5Form =
  '<form id="auth_form" method="post" action="/my.policy"><table><tr><td id="credentials_table_header">Secure Logon <br> for Campus</td></tr></table><input type="text" name="username"><input type="password" name="password"><select name="domain"><option value="s">Students</option><option value="t">Staff</option></select></form>';

/** Between password and code comes a form without anything for a person, which a browser sends by itself. No page has a heading. */
export function f5Hidden({ path, form }: Served): Reply {
  if (path !== '/my.policy' || form.size === 0) return html(f5Bare);
  if (form.has('otp')) return form.get('otp') === code ? f5Done : html(f5Code);
  if (form.has('choice')) return html('<form id="code_form" method="post"><input type="password" name="otp" value=""></form>');
  if (form.get('password') !== password) return html(f5Bare);
  return html(
    '<form id="hidden_form" name="hidden_form" method="post" action=""><input type="hidden" id="my_result" name="choice" value="0"></form>',
  );
}

/** Two steps, the second as one line of text. */
function fortinet({ path, form }: Served): Reply {
  if (path === '/') return { status: 302, headers: { location: '/remote/login?realm=students' } };
  if (path.startsWith('/remote/login?')) return html('sign in');
  if (path === '/remote/logincheck') {
    if (form.has('code')) {
      if (form.get('code') !== code) return { status: 405, body: 'ret=0' };
      return { headers: { 'set-cookie': 'SVPNCOOKIE=0123456789abcdef; path=/; secure' }, body: 'ret=1,redir=/sslvpn' };
    }
    if (form.get('credential') !== password) return { status: 405, body: 'ret=0' };
    return { body: 'ret=2,reqid=7,polid=1-1,grp=students,portal=full,peer=,magic=1-7,tokeninfo=ftm,chal_msg=Please enter your token code' };
  }
  return path === '/remote/logout' ? html('bye') : nowhere;
}

/** User and password, asked for once. */
function array({ path, form }: Served): Reply {
  if (path !== '/prx/000/http/localhost/login') return nowhere;
  if (form.get('pwd') !== password) return html('no');
  return { ...html('in'), headers: { 'set-cookie': 'ANsession0123456789=abcdef0123456789; path=/; secure' } };
}

/** The pages of each family's gateway, for tests that add something to them. */
export const pages: Record<Family, (request: Served) => Reply> = { gp: globalProtect, f5, fortinet, array };
