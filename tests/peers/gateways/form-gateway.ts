import { once } from 'node:events';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsOptions, TLSSocket } from 'node:tls';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Profile } from '../../../shared/profile.ts';
import { issue, type Issued, type CertificateOptions } from '../../support/issuer.ts';
import { bodyOf } from './request-body.ts';

/** One input or list of a form. */
export interface Input {
  type?: 'text' | 'password' | 'hidden' | 'sso';
  name: string;
  label?: string;
  value?: string;
  options?: readonly { value: string; label: string }[];
}

export interface FormSpec {
  message?: string;
  banner?: string;
  error?: string;
  inputs: readonly Input[];
  /** More elements of `<auth>`, verbatim. */
  more?: string;
}

/** User name and password, as most gateways ask for them. */
export const signInForm: FormSpec = {
  inputs: [
    { name: 'username', label: 'Username:' },
    { type: 'password', name: 'password', label: 'Password:' },
  ],
};

/** What the gateway does next. */
export type Step =
  | FormSpec
  | 'success'
  /** Accepts the sign-in with this cookie. */
  | { cookie: string }
  /** 401. */
  | 'refuse'
  /** Never answers. */
  | 'hang'
  /** Closes the connection without an answer. */
  | 'hang-up'
  | { redirect: string }
  | { status: number }
  /** Sends exactly this. */
  | { raw: string };

/** A request: the values by the gateway's field names. `init` is the first request of a sign-in. */
export interface Request {
  init: boolean;
  fields: Record<string, string>;
  /** The chosen group. */
  group: string | null;
  /** Since the last `init`. */
  turn: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A gateway that says in Cisco's XML whatever a test wants: everything that no real gateway on this machine says, from
 * second factors to hostile forms.
 */
export class FormGateway {
  readonly requests: Request[] = [];
  readonly host: string;
  port = 0;
  private readonly server: https.Server;
  private turn = 0;
  private readonly sockets = new Set<TLSSocket>();

  private constructor(
    private readonly authority: Issued,
    certificate: Issued,
    private readonly address: string,
    private readonly next: (request: Request, gateway: FormGateway) => Step | Promise<Step>,
    secure: TlsOptions,
  ) {
    this.host = address === '::1' ? '::1' : 'forms.campus.test';
    this.server = https.createServer(
      { cert: certificate.pem, key: certificate.keyPem, ...secure },
      (request, response) => void this.serve(request, response),
    );
    this.server.on('tlsClientError', () => undefined);
    this.server.on('secureConnection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(
    next: (request: Request, gateway: FormGateway) => Step | Promise<Step>,
    address: '127.0.0.1' | '::1' = '127.0.0.1',
    { tls: secure = {}, ...more }: Pick<CertificateOptions, 'extensions'> & { tls?: TlsOptions } = {},
  ) {
    const authority = await issue(null, { name: 'CN=Forms Authority', authority: {} });
    const certificate = await issue(authority, {
      ...(address === '::1' ? { name: 'CN=six', ip: ['::1'] } : { dns: ['forms.campus.test'] }),
      ...more,
    });
    const gateway = new FormGateway(authority, certificate, address, next, secure);
    gateway.server.listen(0, address);
    await once(gateway.server, 'listening');
    const at = gateway.server.address();
    if (at === null || typeof at === 'string') throw new Error('not a TCP server');
    gateway.port = at.port;
    return gateway;
  }

  /** How many sign-ins were started. */
  get signIns(): number {
    return this.requests.filter(({ init }) => init).length;
  }

  profile(overrides: Partial<Profile> = {}): Profile {
    const six = this.address === '::1';
    return {
      version: 1,
      id: 'forms',
      name: 'Campus with forms',
      gateways: [six ? `[::1]:${this.port}` : this.host],
      protocol: 'anyconnect',
      tunnel: 'app',
      labels: { userId: 'User ID', password: 'Password' },
      portal: { address: 'https://portal.campus.test/', hosts: ['portal.campus.test'], pages: 'other' },
      trust: { kind: 'authority', pem: this.authority.pem },
      ...(six ? {} : { connectTo: [{ host: this.host, port: 443, loopbackPort: this.port }] }),
      ...overrides,
    };
  }

  /** Answers requests for a tunnel. Otherwise it hangs up on them. */
  onConnect(answer: (request: IncomingMessage, socket: Duplex) => void): void {
    this.server.on('connect', answer);
  }

  /** Closes every connection, as an idle gateway does. */
  async hangUp({ rudely = false } = {}): Promise<void> {
    const close = (socket: TLSSocket): Promise<void> =>
      new Promise((done) => {
        if (rudely) socket.once('close', () => done()).destroy();
        else socket.end(() => done());
      });
    await Promise.all([...this.sockets].map(close));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bodyOf(request);
    if (!bytes) return;
    const body = bytes.toString();
    const init = !body.includes('type="auth-reply"');
    this.turn = init ? 0 : this.turn + 1;
    const read: Request = { init, turn: this.turn, fields: fieldsOf(body), group: groupOf(body), headers: request.headers, body };
    this.requests.push(read);
    const step = await this.next(read, this);
    if (response.destroyed || step === 'hang') return;
    if (step === 'hang-up') {
      request.socket.destroy();
      return;
    }
    if (step === 'refuse') {
      response.writeHead(401, { 'content-length': 0 }).end();
      return;
    }
    if (step === 'success' || (typeof step === 'object' && 'cookie' in step)) {
      const done = '<config-auth client="vpn" type="complete"><auth id="success"><title>In</title></auth></config-auth>';
      send(response, done, {
        'set-cookie': `webvpn=${step === 'success' ? '0123456789abcdef'.repeat(2) : step.cookie}; Secure`,
      });
      return;
    }
    if ('status' in step) {
      response.writeHead(step.status, { 'content-length': 0 }).end();
      return;
    }
    if ('redirect' in step) {
      response.writeHead(302, { 'location': step.redirect, 'content-length': 0 }).end();
      return;
    }
    send(response, 'raw' in step ? step.raw : xmlOf(step));
  }
}

function send(response: ServerResponse, text: string, headers: Record<string, string> = {}): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
  response.writeHead(200, { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(xml), ...headers }).end(xml);
}

function xmlOf({ message = 'Please sign in.', banner, error, inputs, more = '' }: FormSpec): string {
  const texts = [
    ...(banner === undefined ? [] : [`<banner>${escaped(banner)}</banner>`]),
    `<message>${escaped(message)}</message>`,
    ...(error === undefined ? [] : [`<error id="91" param1="" param2="">${escaped(error)}</error>`]),
  ].join('');
  return (
    `<config-auth client="vpn" type="auth-request"><version who="sg">0.1(1)</version><auth id="main">${texts}${more}` +
    `<form method="post" action="/auth">${inputs.map(inputOf).join('')}</form></auth></config-auth>`
  );
}

function inputOf({ type = 'text', name, label, value, options }: Input): string {
  const attributes = `name="${escaped(name)}"${label === undefined ? '' : ` label="${escaped(label)}"`}`;
  if (!options) return `<input type="${type}" ${attributes}${value === undefined ? '' : ` value="${escaped(value)}"`}/>`;
  return `<select ${attributes}>${options.map((each) => `<option value="${escaped(each.value)}">${escaped(each.label)}</option>`).join('')}</select>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}

/** The library shows it beside the fields. */
const groupOf = (body: string): string | null => /<group-select>([^<]*)<\/group-select>/.exec(body)?.[1] ?? null;

function fieldsOf(body: string): Record<string, string> {
  const auth = /<auth>(.*?)<\/auth>/s.exec(body)?.[1] ?? '';
  return Object.fromEntries(
    [...auth.matchAll(/<([\w.#-]+)>([^<]*)<\/\1>/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    ]),
  );
}
