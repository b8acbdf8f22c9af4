import { isLoopback } from '../../net/loopback.ts';

/** Further hosts are counted but not named, since a page can ask for any number. */
const maxNamed = 50;
const maxCounted = 1_000;
const maxLogged = 20;
/** Waits this long before it redraws the strip, since a page can ask for a hundred hosts at once. */
const notifyDelayMs = 200;

/** Hosts that a sign-in page asked for and that were blocked, because the profile does not name them. */
export interface BlockedHostList {
  /** In the order of their first request, with port or scheme if it is not the usual one. */
  readonly named: readonly string[];
  /** How many there are, including those that are not named. 1,000 means that many or more. */
  readonly count: number;
}

/** Collects blocked hosts. Each is reported and logged once, whatever the page does. */
export class BlockedHosts {
  readonly #seen = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** Called shortly after new hosts were added. */
  onMore: (hosts: BlockedHostList) => void = () => undefined;

  constructor(private readonly log: (line: string) => void) {}

  get hosts(): BlockedHostList {
    return { named: [...this.#seen].slice(0, maxNamed), count: this.#seen.size };
  }

  /** Notes an address that was blocked. */
  note(address: string): void {
    const url = URL.parse(address);
    if (!url || url.hostname === '' || this.#seen.size >= maxCounted) return;
    const isUsual = url.protocol === 'https:' || url.protocol === 'wss:';
    const host = `${isUsual ? '' : `${url.protocol}//`}${url.host}`.slice(0, 253);
    // A profile cannot name a program on this computer
    if (this.#seen.has(host) || isLoopback(url.hostname)) return;
    this.#seen.add(host);
    const { size } = this.#seen;
    if (size <= maxLogged) this.log(`sign-in page: ${host} was blocked, because the profile does not list it`);
    if (size === maxLogged + 1) this.log('sign-in page: more hosts were blocked and are not logged');
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onMore(this.hosts);
    }, notifyDelayMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
