import { plainLine } from '../../shared/plain-text.ts';
import { splitHost } from '../../shared/profile.ts';
import { plainHost } from '../trust/host.ts';

/**
 * What a person typed, without the person: the domain of an e-mail address, and any other text as it is. Only this part is
 * ever sent, shown or logged.
 */
export function withoutPerson(typed: string): string {
  const text = plainLine(typed).normalize('NFKC').trim();
  return /^(?:mailto:)?[^\s@:/?#]+@([^\s@:/?#]+)$/i.exec(text)?.[1] ?? text;
}

/** The host of the web or e-mail address that a person typed, normalized. Null for any other text, such as a name. */
export function hostTyped(typed: string): string | null {
  const address = addressOf(withoutPerson(typed));
  return address === null ? null : plainHost(splitHost(address).host);
}

/** Whether this looks like an address rather than like a name: it has a dot or a port, or is this computer. */
export function looksLikeAddress(typed: string): boolean {
  const address = addressOf(withoutPerson(typed));
  return address !== null && (/[.:]/.test(address) || address === 'localhost');
}

/** `host` or `host:port` of what a person typed, or null if it is not an HTTPS address. */
export function addressOf(typed: string): string | null {
  const text = typed.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) return null;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && host !== '' && username === '' && password === '' ? host : null;
}
