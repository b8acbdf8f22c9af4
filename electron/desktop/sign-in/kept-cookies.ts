import type { Cookie, CookiesSetDetails, Session } from 'electron';
import { splitHost } from '../../../shared/profile.ts';
import {
  keptCookieSchema,
  maxKept,
  maxKeptCharacters,
  maxKeptCharactersOfHost,
  maxKeptOfHost,
  type KeptCookie,
} from '../../../shared/kept-cookie.ts';
import type { PageKeeper } from '../../app/ports.ts';
import { duoHosts } from '../../net/duo-hosts.ts';
import { atMost } from '../../net/deadline.ts';
import { domainOfPattern, isOneLabelBelow } from '../../net/domain.ts';
import { inAddress, plainHost } from '../../trust/host.ts';
import { isDuoHost, type SignInRules } from './sign-in-rules.ts';

/**
 * Names of cookies that hold a gateway session, whatever their expiry: Ivanti's `DSID` and all others that begin with `DS`,
 * and those of the other gateways that openconnect supports (Cisco, Fortinet, F5, Array). They are tickets, and tickets stay in memory.
 */
const sessionNames = /^(__Host-|__Secure-)?(DS|webvpn|acSamlv2|SVPN|MRHSession|F5_|ANsession)/;

/** A keychain may ask the person to unlock it. The page waits no longer than this. */
const timeoutMs = 5_000;

export interface CookieChoice {
  readonly kept: readonly KeptCookie[];
  /** Domains that set more cookies than are kept. None of their cookies is in `kept`. */
  readonly tooMany: readonly string[];
}

/**
 * Chooses the cookies to keep: those of the sign-in page's hosts that expire in the future and hold no gateway session. If a
 * domain has more cookies than fit, none of them is kept, because nobody can tell which of them it needs.
 *
 * Electron does not distinguish partitioned cookies from others. If two have the same name, domain and path, neither is kept.
 *
 * @param rules what the page may load
 * @param now epoch milliseconds
 */
export function cookiesToKeep(cookies: readonly Cookie[], rules: SignInRules, now: number): CookieChoice {
  const lasting = unique(cookies).flatMap((cookie) => {
    const read = keptCookieSchema.safeParse(cookie);
    return read.success && mayBeKept(read.data, rules, now) ? [read.data] : [];
  });
  const byDomain = grouped(lasting, ({ domain }) => domain);
  const kept: KeptCookie[] = [];
  const tooMany: string[] = [];
  let characters = 0;
  for (const [domain, some] of [...byDomain].sort(([, one], [, other]) => one.length - other.length)) {
    const size = some.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
    const fits = some.length <= maxKeptOfHost && size <= maxKeptCharactersOfHost;
    if (!fits || kept.length + some.length > maxKept || characters + size > maxKeptCharacters) tooMany.push(domain);
    else {
      kept.push(...some);
      characters += size;
    }
  }
  return { kept, tooMany };
}

/** Whether a cookie may be kept and restored. This is checked both times, because the profile may have changed in between. */
function mayBeKept({ name, domain, expirationDate }: KeptCookie, rules: SignInRules, now: number): boolean {
  return expirationDate * 1000 > now && !sessionNames.test(name) && isSentTo(domain, rules);
}

/** Whether browsers send a cookie of this domain to a host that the page may load from. Ports do not matter to cookies. */
function isSentTo(domain: string, { address, hosts, wildcards }: SignInRules): boolean {
  const name = plainHost(domain.replace(/^\./, ''));
  const holds = (host: string): boolean => host === name || (domain.startsWith('.') && host.endsWith(`.${name}`));
  return [...hosts, URL.parse(address)?.host ?? ''].some((each) => {
    if (isDuoHost(each, name)) return true;
    const host = plainHost(splitHost(each).host);
    const isDuo = duoHosts.some((pattern) => pattern === each);
    const parent = isDuo ? host.replace(/^[^.]*\./, '') : domainOfPattern(host);
    if (parent === null) return host !== '' && holds(host);
    if (!isDuo && !wildcards) return false;
    return (!isDuo && isOneLabelBelow(name, parent)) || (domain.startsWith('.') && holds(parent));
  });
}

function unique(cookies: readonly Cookie[]): Cookie[] {
  const groups = grouped(cookies, ({ name, domain, path }) => JSON.stringify([name, domain, path]));
  return [...groups.values()].flatMap((same) => (same.length === 1 ? same : []));
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

export interface KeptCookiesParts {
  /** Null: nothing is restored or kept. */
  keeper: PageKeeper | null;
  /** The fresh session of the page. */
  session: Session;
  /** What the page may load. */
  rules: SignInRules;
  log: (line: string) => void;
  now?: () => number;
}

/** Restores cookies before a visit to a sign-in page, and keeps them after it. Neither call rejects, and each has a time limit. */
export class KeptCookies {
  readonly #parts: Required<KeptCookiesParts>;

  constructor(parts: KeptCookiesParts) {
    this.#parts = { now: Date.now, ...parts };
  }

  /** Puts the kept cookies into the session, before its first page. Leaves out expired ones, and those of hosts that the profile no longer names. */
  async restore(): Promise<void> {
    const { keeper, session, rules, log, now } = this.#parts;
    if (!keeper) return;
    let isLate = false;
    const work = async (): Promise<void> => {
      let refused = 0;
      for (const cookie of await keeper.read()) {
        if (isLate) return;
        if (!mayBeKept(cookie, rules, now())) continue;
        await session.cookies.set(detailsOf(cookie)).catch(() => (refused += 1));
      }
      if (refused > 0) log(`sign-in page: Chromium refused ${refused} kept cookies`);
    };
    const inTime = await atMost(timeoutMs, work());
    isLate = true;
    if (!inTime) log('sign-in page: the keychain did not answer, and no kept cookies were restored');
  }

  /** Keeps the session's cookies, after a sign-in that worked. */
  async keep(): Promise<void> {
    const { keeper, session, rules, log, now } = this.#parts;
    if (!keeper) return;
    const work = async (): Promise<void> => {
      const choice = cookiesToKeep(await session.cookies.get({ session: false }), rules, now());
      for (const domain of choice.tooMany.slice(0, 5)) log(`sign-in page: ${domain} set too many cookies, and none of them is kept`);
      await keeper.keep(choice);
    };
    if (!(await atMost(timeoutMs, work()))) log('sign-in page: keeping it took too long');
  }
}

/** A cookie as Electron sets it. A host-only cookie has no `domain`: with one, Chromium would set a domain cookie, and refuse a `__Host-` cookie. */
function detailsOf({ domain, hostOnly, ...rest }: KeptCookie): CookiesSetDetails {
  const host = inAddress(plainHost(domain.replace(/^\./, '')));
  return { ...rest, url: `${rest.secure ? 'https' : 'http'}://${host}/`, ...(!hostOnly && { domain }) };
}
