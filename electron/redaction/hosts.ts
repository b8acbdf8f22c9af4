import { parse } from 'tldts';

/** Ends of names that the public suffix list does not have: reserved ones (RFC 2606, 6761, 6762, 8375, 9476), and what private networks use. */
const privateEnds = new Set(
  'test example invalid localhost local lan internal intranet private corp home localdomain alt onion arpa workgroup domain dmz'.split(' '),
);
/** Ends of file names that are ends of host names too. */
const fileEnds = new Set('so sh md py rs zip app pl ps'.split(' '));

/** Whether a text is the name of a host: two labels or more, and an end that host names have. */
export function isHostName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > 253 || !/^[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63})+$/u.test(name)) return false;
  const labels = name.toLowerCase().split('.');
  const end = labels.at(-1) ?? '';
  if (labels.length === 2 && fileEnds.has(end)) return false;
  // `libopenconnect.so.5`, `1.2.3`
  if (!/\p{L}/u.test(end)) return false;
  if (privateEnds.has(end)) return true;
  const { isIcann, domain } = parse(name, { allowPrivateDomains: false });
  return isIcann === true && domain !== null;
}

/** Whether a host is one of these, or fits one of their patterns `*.domain` or `api-*.domain`. All in lower case. */
export function isListed(host: string, listed: ReadonlySet<string>): boolean {
  if (listed.has(host)) return true;
  const dot = host.indexOf('.');
  if (dot < 0) return false;
  const [label, domain] = [host.slice(0, dot), host.slice(dot)];
  return listed.has(`*${domain}`) || (label.startsWith('api-') && listed.has(`api-*${domain}`));
}
