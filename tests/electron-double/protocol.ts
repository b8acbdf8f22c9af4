/**
 * The app's own schemes. Plain Chromium has none, so a page of `app://causeway/…` is loaded from an unused https origin. Its
 * requests never reach the network; the app's handler answers them. The app sees only addresses of its scheme (in addresses,
 * origins and the handler's requests).
 */

import { stage } from './registry.ts';

export type SchemeHandler = (request: Request) => Response | Promise<Response>;

const suffix = '.electron-double.invalid';
const privileged = new Set<string>();
const handled = new Set<string>();

/** The address that Chromium is given for one of the app's. Others stay as they are. */
export function toPageAddress(address: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(address);
  const scheme = match?.[1]?.toLowerCase();
  if (!match || scheme === undefined || !(privileged.has(scheme) || handled.has(scheme))) return address;
  return `https://${match[2] ?? ''}.${scheme}${suffix}${match[3] ?? ''}`;
}

/** The address that the app sees for one of Chromium's. Also works for origins. */
export function toAppAddress(address: string): string {
  const match = /^https:\/\/([^/?#]*)\.([a-z0-9+-]+)\.electron-double\.invalid(.*)$/i.exec(address);
  return match ? `${match[2] ?? ''}://${match[1] ?? ''}${match[3] ?? ''}` : address;
}

/** Chromium's address for one of the app's scheme, or null for an address of the real web. */
export function appScheme(pageAddress: string): string | null {
  const address = toAppAddress(pageAddress);
  return address === pageAddress ? null : address.slice(0, address.indexOf(':'));
}

/** Only before `ready`, because page processes get the schemes when they start. */
export function registerSchemesAsPrivileged(schemes: readonly { scheme: string; privileges?: object }[]): void {
  if (stage.isReady) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  const given: unknown = schemes;
  if (!Array.isArray(given)) throw new Error('Argument must be an array of custom schemes.');
  for (const { scheme } of schemes) privileged.add(scheme);
}

/** One session's handlers: `session.protocol`, and `protocol` for the default one. */
export class Protocol {
  private readonly handlers = new Map<string, SchemeHandler>();

  handle(scheme: string, handler: SchemeHandler): void {
    if (this.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.handlers.set(scheme, handler);
    handled.add(scheme);
  }

  unhandle(scheme: string): void {
    if (!this.handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.handlers.has(scheme);
  }

  /** Answers a page's request, or null where no handler is registered. */
  async answer(
    pageAddress: string,
    init: { method: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> | null },
  ): Promise<Response | null> {
    const handler = this.handlers.get(appScheme(pageAddress) ?? '');
    if (!handler) return null;
    const headers = new Headers(Object.entries(init.headers).map(([name, value]): [string, string] => [name, toAppAddress(value)]));
    return await handler(new Request(toAppAddress(pageAddress), { method: init.method, headers, body: init.body }));
  }
}
