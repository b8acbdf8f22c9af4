import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One of the campus's listeners on its own loopback port. */
export async function serve(listener: RequestListener): Promise<{ origin: string; close: () => Promise<void> }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = portOf(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address;
}

/** A page as a browser shows it after following redirects. */
export interface Shown {
  status: number;
  /** Absolute, with its query. */
  address: string;
  path: string;
  html: string;
  headers: Headers;
}

/** The text between the tags, as a person reads it. */
export function textOf({ html }: Shown): string {
  return unescape(html.replace(/<(script|style|head)\b.*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function unescape(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found?.[1] === undefined ? null : unescape(found[1]);
}

/** One person's browser without scripts. It keeps cookies, follows redirects and fills in the page's forms. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  /** @param send how requests travel, if not by Node's own `fetch` */
  constructor(
    readonly origin: string,
    private readonly send: (address: URL, init: RequestInit) => Promise<Response> = fetch,
  ) {}

  async get(path: string): Promise<Shown> {
    return await this.#go(path, {});
  }

  /** Posts whatever the test likes. People use `submit`. */
  async post(path: string, fields: Record<string, string>): Promise<Shown> {
    return await this.#go(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async upload(path: string, body: FormData): Promise<Shown> {
    return await this.#go(path, { method: 'POST', body });
  }

  /** Presses the button with this name, with these fields filled in. Everything else is sent as the page has it. */
  async submit(shown: Shown, label: string, filled: Record<string, string> = {}): Promise<Shown> {
    for (const form of shown.html.match(/<form\b.*?<\/form\s*>/gs) ?? []) {
      const button = (form.match(/<button\b.*?<\/button\s*>/gs) ?? []).find((markup) => labelOf(markup).startsWith(label));
      if (!button) continue;
      const opening = form.slice(0, form.indexOf('>') + 1);
      const fields = { ...fieldsOf(form), ...filled };
      const name = attribute(button, 'name');
      if (name !== null) fields[name] = attribute(button, 'value') ?? '';
      const action = new URL(attribute(opening, 'action') ?? shown.address, shown.address).href;
      if (attribute(opening, 'method') !== 'post') return await this.get(action);
      return await this.post(action, fields);
    }
    throw new Error(`no button “${label}” on ${shown.path}: ${textOf(shown)}`);
  }

  /** Follows the link with this name. */
  async follow(shown: Shown, label: string): Promise<Shown> {
    const link = (shown.html.match(/<a\b.*?<\/a\s*>/gs) ?? []).find((markup) => labelOf(markup).startsWith(label));
    const href = link && attribute(link, 'href');
    if (!href) throw new Error(`no link “${label}” on ${shown.path}: ${textOf(shown)}`);
    return await this.get(new URL(href, shown.address).href);
  }

  /** Sends a form as a script would, without pressing a button of it. `mark` is in its opening tag: its ID or name. */
  async sendForm(shown: Shown, mark: string, filled: Record<string, string> = {}): Promise<Shown> {
    const form = (shown.html.match(/<form\b.*?<\/form\s*>/gs) ?? []).find((markup) =>
      markup.slice(0, markup.indexOf('>')).includes(`"${mark}"`),
    );
    if (!form) throw new Error(`no form “${mark}” on ${shown.path}: ${textOf(shown)}`);
    const action = attribute(form.slice(0, form.indexOf('>') + 1), 'action') ?? shown.address;
    return await this.post(new URL(action, shown.address).href, { ...fieldsOf(form), ...filled });
  }

  /** A raw request with this visitor's cookies. Redirects are not followed. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie) headers.set('cookie', cookie);
    const response = await this.send(new URL(path, this.origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.cookies.set(name, value);
    }
    return response;
  }

  async #go(path: string, init: RequestInit): Promise<Shown> {
    let response = await this.fetch(path, init);
    let at = new URL(path, this.origin);
    for (let hops = 0; response.status === 303; hops++) {
      if (hops === 10) throw new Error(`redirected in a circle at ${at.href}`);
      at = new URL(response.headers.get('location') ?? '', at);
      response = await this.fetch(at.href);
    }
    return { status: response.status, address: at.href, path: at.pathname, html: await response.text(), headers: response.headers };
  }
}

/** The names of a page's buttons, links and fields, in its order. */
export const labelsOn = ({ html }: Shown): string[] => (html.match(/<(button|a|label)\b.*?<\/\1\s*>/gs) ?? []).map(labelOf);

function labelOf(markup: string): string {
  const opening = markup.slice(0, markup.indexOf('>') + 1);
  return (
    attribute(opening, 'aria-label') ??
    unescape(markup.replace(/<[^>]*>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function fieldsOf(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const input of form.match(/<input\b[^>]*>/gs) ?? []) {
    const name = attribute(input, 'name');
    const type = attribute(input, 'type');
    if (name === null || type === 'file' || ((type === 'radio' || type === 'checkbox') && !/\schecked\b/.test(input))) continue;
    fields[name] = attribute(input, 'value') ?? '';
  }
  for (const select of form.match(/<select\b.*?<\/select\s*>/gs) ?? []) {
    const options = select.match(/<option\b[^>]*>/gs) ?? [];
    const chosen = options.find((option) => /\sselected\b/.test(option)) ?? options[0];
    const name = attribute(select, 'name');
    if (name !== null && chosen !== undefined) fields[name] = attribute(chosen, 'value') ?? '';
  }
  return fields;
}
