import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { elements, hex, tags, type Element } from './der.ts';
import { extensionOf, oids, subjectOf } from './extensions.ts';

/** The kinds of GeneralName, by their tags (RFC 5280, 4.2.1.6). */
const kinds = { dns: 0x82, directory: 0xa4, ip: 0x87 } as const;
const subtreeTags = { permitted: 0xa0, excluded: 0xa1 } as const;

/** A name, or the base of a subtree: its kind and its content as DER. */
type Name = Element;

/**
 * Whether an authority's name constraints allow a certificate below it (RFC 5280, 4.2.1.10 and 6.1.4). Compares host names,
 * IP addresses and directory names. Refuses a constrained name of any other kind, and a constraint that cannot be read. An
 * authority without constraints allows every name.
 *
 * @param host the host connected to, for the server's own certificate, so that a name only in its subject counts too
 */
export function permitsNames(authority: X509Certificate, below: X509Certificate, host: string | null): boolean {
  const extension = extensionOf(authority, oids.nameConstraints);
  if (!extension) return true;
  const constraints = readConstraints(extension);
  if (!constraints) return false;
  const names = [...namesOf(below), ...(host === null ? [] : [nameOfHost(host)])];
  return names.every((name) => {
    const same = ({ tag }: Name): boolean => tag === name.tag;
    const permitted = constraints.permitted.filter(same);
    const excluded = constraints.excluded.filter(same);
    if (permitted.length === 0 && excluded.length === 0) return true;
    const within = subtreeTests[name.tag];
    if (!within) return false;
    return (
      !excluded.some((base) => within(name.content, base.content) !== false) &&
      (permitted.length === 0 || permitted.some((base) => within(name.content, base.content) === true))
    );
  });
}

/** NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }. Null: invalid or empty. */
function readConstraints(value: Uint8Array): { permitted: Name[]; excluded: Name[] } | null {
  const [sequence, ...more] = elements(value);
  if (sequence?.tag !== tags.sequence || more.length > 0) return null;
  const parts = elements(sequence.content);
  const known: readonly number[] = Object.values(subtreeTags);
  if (parts.length === 0 || parts.some(({ tag }) => !known.includes(tag))) return null;
  const bases = (tag: number): (Name | null)[] =>
    parts.filter((part) => part.tag === tag).flatMap(({ content }) => elements(content).map(baseOf));
  const [permitted, excluded] = [bases(subtreeTags.permitted), bases(subtreeTags.excluded)];
  const all = [...permitted, ...excluded].filter((base) => base !== null);
  if (all.length === 0 || all.length < permitted.length + excluded.length) return null;
  const withoutNull = (list: (Name | null)[]): Name[] => list.filter((base) => base !== null);
  return { permitted: withoutNull(permitted), excluded: withoutNull(excluded) };
}

/** GeneralSubtree ::= SEQUENCE { base GeneralName, minimum DEFAULT 0, maximum OPTIONAL }. The last two must be absent. */
function baseOf({ tag, content }: Element): Name | null {
  const [base, ...limits] = elements(content);
  return tag === tags.sequence && base && limits.length === 0 ? base : null;
}

/** A certificate's alternative names, and its subject if it has one. */
function namesOf(certificate: X509Certificate): Name[] {
  const extension = extensionOf(certificate, oids.alternativeNames);
  const [list] = extension ? elements(extension) : [];
  const subject = subjectOf(certificate);
  return [...(list ? elements(list.content) : []), ...(subject.length > 0 ? [{ tag: kinds.directory, content: wrap(subject) }] : [])];
}

/** A GeneralName holds a directory name with that name's own tag. */
function wrap(name: Uint8Array): Uint8Array {
  const length = name.length < 0x80 ? [name.length] : [0x82, name.length >> 8, name.length & 0xff];
  return Uint8Array.from([tags.sequence, ...length, ...name]);
}

function nameOfHost(host: string): Name {
  return isIP(host) === 0 ? { tag: kinds.dns, content: Buffer.from(host) } : { tag: kinds.ip, content: addressBytes(host) };
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  // URL converts an embedded IPv4 address to hex
  const spelled = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? '';
  const [before = '', after] = spelled.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [head, tail] = [groups(before), groups(after ?? '')];
  const all = after === undefined ? head : [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Whether a name lies in a subtree; null: one of them cannot be read, which permits nothing and excludes. */
const subtreeTests: Partial<Record<number, (name: Uint8Array, base: Uint8Array) => boolean | null>> = {
  [kinds.dns]: (name, base) => {
    const [host, tree] = [dnsText(name), dnsText(base)];
    if (host === null || tree === null) return null;
    if (tree === '') return true;
    // A leading dot leaves out the name itself; OpenSSL and others read it so
    return tree.startsWith('.') ? host.endsWith(tree) : host === tree || host.endsWith(`.${tree}`);
  },
  [kinds.ip]: (name, base) => {
    if (base.length !== 8 && base.length !== 32) return null;
    if (name.length !== 4 && name.length !== 16) return null;
    if (base.length !== name.length * 2) return false;
    return name.every(
      (byte, index) => (byte & (base[name.length + index] ?? 0)) === ((base[index] ?? 0) & (base[name.length + index] ?? 0)),
    );
  },
  [kinds.directory]: (name, base) => {
    const [parts, tree] = [directoryParts(name), directoryParts(base)];
    return tree.length <= parts.length && tree.every((part, index) => part === parts[index]);
  },
};

function dnsText(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1').toLowerCase().replace(/\.$/, '');
  return /^[\x21-\x7e]*$/.test(text) ? text : null;
}

/** RDNSequence ::= SEQUENCE OF SET OF SEQUENCE { type, value }. Returns each set as comparable text, whatever its string type. */
function directoryParts(name: Uint8Array): string[] {
  const [sequence] = elements(name);
  return elements(sequence?.content ?? new Uint8Array()).map(({ content }) =>
    elements(content)
      .map((attribute) => {
        const [type, value] = elements(attribute.content);
        const text = Buffer.from(value?.content ?? new Uint8Array()).toString(value?.tag === 0x1e ? 'latin1' : 'utf8');
        return `${hex(type?.content ?? new Uint8Array())}=${text.trim().replaceAll(/ +/g, ' ').toLowerCase()}`;
      })
      .sort()
      .join('+'),
  );
}
