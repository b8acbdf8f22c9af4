import { addressIn, isEverybodys } from './addresses.ts';
import { decoded, undone } from './encodings.ts';
import { isHostName, isListed } from './hosts.ts';
import { replacePeople } from './people.ts';
import { removeCodes, removeSecrets } from './secret-patterns.ts';
import { isStandIn, StandIns } from './stand-ins.ts';
import { TypedText } from './typed-text.ts';

const maxPasses = 6;

/**
 * The one place that takes secrets and names out of text before it is logged, shown in a report, copied or saved.
 * docs/security.md has a table of what it takes out.
 */
export class Redactor {
  readonly typed = new TypedText();
  private readonly standIns = new StandIns();
  private isSeeded = false;
  private hosts: ReadonlySet<string> = new Set();

  /** @param earlier text with the stand-ins of earlier runs. Read at the first stand-in of this run, which then gets another number */
  constructor(private readonly earlier: () => string = () => '') {}

  /** The hosts that stay readable: those of the profiles and of the policy, with patterns such as `*.campus.example`. */
  keepHosts(hosts: readonly string[]): void {
    this.hosts = new Set(hosts.map((host) => host.toLowerCase().replace(/\.$/, '')));
  }

  /** The text without secrets, with stand-ins for people, addresses and hosts. Redacting it again changes nothing. */
  redact(text: string): string {
    // What one pass leaves may be a pattern only after it: a stand-in beside other letters looks like a key
    let before = this.replaceTyped(Buffer.from(text).toString(), true); // half a character is none that can be encoded
    for (let pass = 0; pass < maxPasses; pass++) {
      const after = this.replaceAll(this.replaceEncoded(before));
      if (after === before) break;
      before = after;
    }
    return before;
  }

  private replaceAll(text: string, split = false): string {
    return removeCodes(this.replaceNames(removeSecrets(this.replaceInUrls(this.replaceTyped(text, split)))));
  }

  /** Lines that hide something in an encoding become plain. All others stay as they are. */
  private replaceEncoded(text: string): string {
    return text
      .split('\n')
      .map((line) => {
        const plain = undone(line);
        if (plain === line) return line;
        const clean = this.replaceAll(plain, true);
        return clean === plain || clean === undone(this.replaceAll(line)) ? line : clean;
      })
      .join('\n');
  }

  private standIn(kind: 'address' | 'person' | 'host', key: string): string {
    if (!this.isSeeded) this.standIns.startAfter(this.earlier());
    this.isSeeded = true;
    return this.standIns.of(kind, key.normalize('NFC').toLowerCase());
  }

  private replaceTyped(text: string, split: boolean): string {
    let clean = '';
    let at = 0;
    for (const { start, end, kind } of this.typed.find(text, split)) {
      const what = text.slice(start, end);
      clean += text.slice(at, start) + (kind === 'secret' ? '…' : this.standIn(kind, decoded(what)));
      at = end;
    }
    return clean + text.slice(at);
  }

  /** An address's user, its host unless it may stay, its query and its fragment. */
  private replaceInUrls(text: string): string {
    return text.replaceAll(/\b([a-z][a-z\d+.-]{1,20}):\/\/(\S*)/gi, (_whole, scheme: string, rest: string) => {
      const [authority = ''] = rest.split(/[/?#\\"'<>`|,;]/, 1);
      const beyond = rest.slice(authority.length).replace(/[?#][\s\S]*$/, '?…');
      if (authority === '' || ownSchemes.has(scheme.toLowerCase())) return `${scheme}://${authority}${beyond}`;
      const at = authority.lastIndexOf('@');
      const user = at < 0 ? '' : '…@';
      return `${scheme}://${user}${this.replaceUrlHost(authority.slice(at + 1))}${beyond}`;
    });
  }

  /** Also one without a dot, because every name in this place is a host. */
  private replaceUrlHost(hostAndPort: string): string {
    const [, host = '', after = ''] = /^([\p{L}\p{N}_-]+)((?:[:)\].…].*)?)$/su.exec(hostAndPort) ?? [];
    const isBare = host !== '' && !after.startsWith('.');
    if (!isBare || isStandIn(host) || host.toLowerCase() === 'localhost' || isListed(host.toLowerCase(), this.hosts)) return hostAndPort;
    return `${this.standIn('host', host)}${after}`;
  }

  private replaceNames(text: string): string {
    const host = (whole: string, before: string, name: string): string =>
      isStandIn(name) || name.toLowerCase() === 'localhost' || isListed(name.toLowerCase(), this.hosts)
        ? whole
        : `${before}${this.standIn('host', name)}`;
    return replacePeople(text, (name) => this.standIn('person', name))
      .replaceAll(shareHost, host)
      .replaceAll(lookedUp, host)
      .replaceAll(hostField, host)
      .replaceAll(windowsName, (name) => this.standIn('host', name))
      .replaceAll(labelledMac, (whole, before: string, digits: string) => {
        const address = this.replaceAddress((digits.replaceAll(' ', '').match(/../g) ?? []).join(':'));
        return address === null ? whole : `${before}${address}`;
      })
      .replaceAll(words, (word, offset: number, all: string) =>
        this.replaceWord(word, all.slice(Math.max(0, offset - 24), offset), all.charAt(offset + word.length)),
      );
  }

  /** One run of letters, digits and the marks that names and addresses contain. */
  private replaceWord(word: string, before: string, next: string): string {
    if (!/[.:@-]/.test(word) || isStandIn(word)) return word;
    const start = coreStart(word);
    const end = coreEnd(word, start);
    const core = word.slice(start, end);
    const whole = isVersion(core, before)
      ? core
      : (this.replaceAddress(core) ?? this.replaceAddressAndPort(core) ?? this.replacePerson(core));
    return word.slice(0, start) + (whole ?? this.replaceParts(core.split(':'), before, next)) + word.slice(end);
  }

  /** A word's parts between colons: a label, an address, a host, a port. */
  private replaceParts(parts: readonly string[], before: string, next: string): string {
    for (let count = Math.min(parts.length, 9); count >= 3 && parts.length <= 24; count--)
      for (let start = 0; start + count <= parts.length; start++) {
        // Part of a longer row of pairs is a fingerprint
        if (isPair(parts[start - 1]) || isPair(parts[start + count])) continue;
        const address = this.replaceAddress(parts.slice(start, start + count).join(':'));
        if (address !== null) return [...parts.slice(0, start), address, ...parts.slice(start + count)].join(':');
      }
    return parts.map((part, index) => this.replacePart(part, index === 0 ? before : ':', next)).join(':');
  }

  private replacePart(part: string, before: string, next: string): string {
    const person = this.replacePerson(part);
    if (person !== null) return person;
    // A function's name in a stack, or a call
    const isFunction = next === '(' || /\b(?:at|new|async) $/.test(before);
    if (!isFunction && isHostName(part)) {
      const host = part.toLowerCase().replace(/\.$/, '');
      return isListed(host, this.hosts) ? part : this.standIn('host', host);
    }
    if (isVersion(part, before)) return part;
    if (/^ip(?:-\d{1,3}){4}$/i.test(part)) return this.replaceAddress(part.slice(3).replaceAll('-', '.')) ?? part;
    return part.replaceAll(ipv4, (text) => this.replaceAddress(text) ?? text);
  }

  private replaceAddress(text: string): string | null {
    if (text.length > 64) return null;
    const address = addressIn(text);
    if (address === null) return null;
    return isEverybodys(address) || this.hosts.has(address) ? text : this.standIn('address', address);
  }

  /** As packet dumps write them: `2001:db8::1.443`. */
  private replaceAddressAndPort(text: string): string | null {
    const [host = '', port = '', ...more] = text.length > 64 ? [] : text.split('.');
    const address = more.length === 0 && host.includes(':') && /^\d{1,5}$/.test(port) ? this.replaceAddress(host) : null;
    return address === null ? null : `${address}.${port}`;
  }

  private replacePerson(text: string): string | null {
    const [, name = '', host = '', port = ''] = /^([^@:]+)@([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)((?::\d+)?)$/u.exec(text) ?? [];
    // `package@1.2.3` is no person
    if (name === '' || !/\p{L}/u.test(host.split('.').at(-1) ?? '')) return null;
    return `${isStandIn(name) ? name : this.standIn('person', decoded(name))}${port}`;
  }
}

/** Where a word begins, after marks that belong to the sentence. Two colons belong to an address. */
function coreStart(word: string): number {
  let start = 0;
  while (start < word.length && ('.@+~-%'.includes(word.charAt(start)) || (word.charAt(start) === ':' && word.charAt(start + 1) !== ':')))
    start++;
  return start;
}
function coreEnd(word: string, start: number): number {
  let end = word.length;
  while (end > start && ('.+~-%@'.includes(word.charAt(end - 1)) || (word.charAt(end - 1) === ':' && word.charAt(end - 2) !== ':'))) end--;
  return end;
}

const isPair = (part: string | undefined): boolean => part !== undefined && /^[\da-f]{2}$/i.test(part);

/** Four numbers that no further ones surround, but for a port (`10.0.0.1.443`). `v1.2.3.4` is a version, `1.3.6.1.4.1` an object's number. */
const ipv4 = /(?<![\d.]|\b[vV])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d{1,9}\.|[-+~][A-Za-z])/g;

/** In these the first part is no host. */
const ownSchemes = new Set(['app', 'causeway', 'chrome', 'devtools', 'file', 'node']);

/** `\\server\share`. */
const shareHost = /(?<![\\\p{L}\p{N}:])(\\{2,4})([\p{L}\p{N}_-]{1,63})(?=\\)/gu;

/** Node's `getaddrinfo ENOTFOUND name`. A name with a dot is found among the words. */
const lookedUp = /\b((?:getaddrinfo|query[A-Z]\w{0,8}) E[A-Z_]{2,20} )([\p{L}\p{N}_-]{1,63})(?![\p{L}\p{N}_.-])/gu;

/** `COMPUTERNAME=…`. A name with a dot is found among the words. */
const hostField =
  /((?<![\p{L}\p{N}])(?:computer[ _-]?name|host[ _-]?name|user[ _-]?domain|nome do computador|電腦名稱|主機名稱)["']?\s{0,4}[=:：]\s{0,4}["']?)([\p{L}\p{N}_-]{1,63})(?![\p{L}\p{N}_.-])/giu;

/** What Windows calls a computer if nobody names it. */
const windowsName = /(?<![\w.-])(?:DESKTOP|LAPTOP|WIN)-[A-Z\d]{7,11}(?![\w-])/g;

/** A MAC address of bare digits, or with blanks between them, where the words before it say so. systemd names interfaces by it (`enx…`). */
const labelledMac =
  /((?<![\p{L}\p{N}])(?:(?:(?:mac|hw|hardware|physical|ethernet)(?:[ _-]?addr(?:ess)?)?|ether|lladdr|bssid|link\/ether|實體位址|硬件位址|endereço (?:físico|mac))["']?(?:\s{0,2}\.){0,12}\s{0,4}[=:：]?\s{0,4}["']?|(?:en|wl|ww)x(?=[\da-f]{12})))([\da-f]{12}|[\da-f]{2}(?: [\da-f]{2}){5})(?![\da-f]| [\da-f]{2}\b)/giu;

const words = /[\p{L}\p{N}_.:@%+~-]+/gu;

/** Whether four numbers are a version and no address: by the word or product before them, or by what follows them. */
function isVersion(text: string, before: string): boolean {
  if (/^[vV]?\d+(?:\.\d+){3}[-+~][a-zA-Z]/.test(text)) return true;
  if (!/^\d+(?:\.\d+){3}$/.test(text)) return false;
  return /(?:\b(?:version|build|release|revision|firmware)[\s:=]{1,4}v?|\bNT |\b(?:Chrome|Chromium|HeadlessChrome|Electron|Causeway|Edg|Edge|Safari|Firefox|AppleWebKit|Mozilla|OpenConnect|AnyConnect|GlobalProtect|PanGPS|Pulse|Node|Windows)[/ ]v?)$/i.test(
    before,
  );
}
