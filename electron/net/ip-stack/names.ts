import { delay, within } from '../../../shared/abort.ts';
import { atMost } from '../deadline.ts';
import type { IpStack } from './ip-stack.ts';
import { askServer, type AddressType, type NameReply } from './name-query.ts';
import { streamError } from '../stream-error.ts';
import { JobLimiter } from './job-limiter.ts';

/** What the gateway said about names when the tunnel opened. */
export interface NameSettings {
  /** Addresses of name servers, in the gateway's order. */
  readonly servers: readonly string[];
  /** Domains to try for a name that is unknown as it stands. */
  readonly search: readonly string[];
}

/** How long a server has before the next one is asked too. */
const nextServerMs = 300;
/** Longer than it takes to notice that the link is dead and to connect anew. */
const lookupTimeoutMs = 7_000;
/** RFC 8305, 3: how long to wait for the other address family once one has answered. */
const otherFamilyMs = 50;
const maxCached = 500;
/** How many questions are open at once. The stack has 64 sockets for datagrams, and a question needs one for each of three servers. */
const mostOpen = 20;
/** However long a server wants an answer to be kept. */
const longestTtl = 300;

/**
 * Resolves names at the campus's name servers, through the tunnel and nowhere else. Every server is asked, one after the
 * other and without waiting long for one that is silent; the one that answered last is asked first the next time.
 */
export class CampusNames {
  readonly #cache = new Map<string, { reply: NameReply; until: number }>();
  readonly #questions = new JobLimiter(mostOpen);
  #servers: string[];
  #search: readonly string[];

  constructor(
    private readonly stack: IpStack,
    settings: NameSettings,
  ) {
    this.#servers = [...settings.servers];
    this.#search = settings.search;
  }

  /** After a reconnect. Forgets what the earlier servers said. */
  configure(settings: NameSettings): void {
    this.#servers = [...settings.servers];
    this.#search = settings.search;
    this.#cache.clear();
  }

  /**
   * The addresses of a name, IPv6 and IPv4 in turn. Fails like Node's own lookup: `ENOTFOUND`, or `EAI_AGAIN` if no server
   * answers; or with the signal's reason.
   */
  async resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
    if (this.#servers.length === 0) throw streamError('EAI_AGAIN', 'the gateway named no name server');
    const limited = within(lookupTimeoutMs, signal);
    let silent = false;
    for (const name of this.#candidates(host)) {
      const [six, four] = await this.#bothFamilies(name, limited);
      signal.throwIfAborted();
      const addresses = alternately(addressesOf(six), addressesOf(four));
      if (addresses.length > 0) return addresses;
      silent ||= six === null || four === null;
      // The name exists but has no address. With another search domain it would be another host
      if (six?.kind === 'none' || four?.kind === 'none') break;
      if (limited.aborted) break;
    }
    if (silent) throw streamError('EAI_AGAIN', 'no name server of the campus answers');
    throw streamError('ENOTFOUND', `the campus does not know ${host}`);
  }

  /** The name as it stands and with each search domain. A name without dots is tried as a campus's own first. */
  #candidates(host: string): string[] {
    const found = host.endsWith('.') ? [] : this.#search.map((domain) => `${host}.${domain}`);
    return (host.includes('.') ? [host, ...found] : [...found, host]).filter(canBeAsked);
  }

  /** Null for a family whose answer did not come. */
  async #bothFamilies(name: string, signal: AbortSignal): Promise<[NameReply | null, NameReply | null]> {
    const replies: [NameReply | null, NameReply | null] = [null, null];
    const asking = (['AAAA', 'A'] as const).map(async (type, index) => {
      replies[index] = await this.#lookUp(name, type, signal);
      return replies[index]?.kind === 'found';
    });
    const all = Promise.all(asking);
    const found = Promise.any(asking.map(async (each) => ((await each) ? true : Promise.reject(new Error('none')))));
    await Promise.race([all, found.catch(() => undefined)]);
    await atMost(otherFamilyMs, all);
    if (!replies.some((reply) => reply?.kind === 'found')) await all;
    return [...replies];
  }

  /** Never rejects. Null: no server answered before the signal aborted. */
  async #lookUp(name: string, type: AddressType, signal: AbortSignal): Promise<NameReply | null> {
    const key = `${type} ${name.toLowerCase()}`;
    return this.#kept(key) ?? this.#questions.run(signal, async () => this.#kept(key) ?? this.#ask(key, name, type, signal));
  }

  #kept(key: string): NameReply | null {
    const kept = this.#cache.get(key);
    return kept && kept.until > performance.now() ? kept.reply : null;
  }

  async #ask(key: string, name: string, type: AddressType, signal: AbortSignal): Promise<NameReply | null> {
    const reply = await this.#askServers(name, type, signal);
    if (reply && 'ttl' in reply) {
      this.#cache.delete(key);
      this.#cache.set(key, { reply, until: performance.now() + Math.min(reply.ttl, longestTtl) * 1_000 });
      for (const oldest of this.#cache.keys()) {
        if (this.#cache.size <= maxCached) break;
        this.#cache.delete(oldest);
      }
    }
    return reply;
  }

  async #askServers(name: string, type: AddressType, signal: AbortSignal): Promise<NameReply | null> {
    const done = new AbortController();
    const limited = AbortSignal.any([signal, done.signal]);
    const servers = [...this.#servers];
    const replies: { answer: NameReply | null; failed: NameReply | null } = { answer: null, failed: null };
    const pending = new Set<Promise<void>>();
    const ask = async (server: string): Promise<void> => {
      const reply = await askServer(this.stack, server, name, type, limited).catch(() => null);
      if (reply?.kind === 'failed') replies.failed ??= reply;
      else if (reply && !replies.answer) {
        replies.answer = reply;
        this.#servers = [server, ...this.#servers.filter((each) => each !== server)];
      }
    };
    for (const server of servers) {
      const asked = ask(server);
      pending.add(asked);
      void asked.then(() => pending.delete(asked));
      await Promise.race([asked, delay(nextServerMs, limited)]);
      if (replies.answer || signal.aborted) break;
    }
    while (!replies.answer && pending.size > 0 && !signal.aborted) await Promise.race(pending);
    done.abort();
    return replies.answer ?? replies.failed;
  }
}

/** RFC 1035, 2.3.4: how long labels and names may be. What is longer would go out as another name. */
const canBeAsked = (name: string): boolean =>
  Buffer.byteLength(name) <= 254 &&
  name
    .replace(/\.$/, '')
    .split('.')
    .every((label) => label !== '' && Buffer.byteLength(label) <= 63);

const addressesOf = (reply: NameReply | null): readonly string[] => (reply?.kind === 'found' ? reply.addresses : []);

function alternately(one: readonly string[], other: readonly string[]): string[] {
  const longest = Math.max(one.length, other.length);
  return Array.from({ length: longest }, (_, index) => [one[index], other[index]])
    .flat()
    .filter((address) => address !== undefined);
}
