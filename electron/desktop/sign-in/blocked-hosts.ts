import { isLoopback } from '../../net/loopback.ts';

/** More are counted, and not named: a page may ask for as many as it likes. */
const maxNamed = 50;
const maxCounted = 1_000;
const maxLogged = 20;
/** As the strip is drawn anew for it, while a page may ask for a hundred at once. */
const tellsAfterMs = 200;

/** Hosts that a sign-in page wanted and was not given, because the profile does not name them. */
export interface BlockedHostList {
  /** In the order in which they were first wanted, with their port or scheme where it is not the usual one. */
  readonly named: readonly string[];
  /** How many there are, those that are not named included; 1,000 stands for that many or more. */
  readonly count: number;
}

/** Collects them: each is told and logged once, whatever a page does. */
export class BlockedHosts {
  readonly #seen = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** Called when there are more of them, soon after. */
  onMore: (hosts: BlockedHostList) => void = () => undefined;

  constructor(private readonly log: (line: string) => void) {}

  get hosts(): BlockedHostList {
    return { named: [...this.#seen].slice(0, maxNamed), count: this.#seen.size };
  }

  /** An address that was not loaded. */
  note(address: string): void {
    const url = URL.parse(address);
    if (!url || url.hostname === '' || this.#seen.size >= maxCounted) return;
    const isUsual = url.protocol === 'https:' || url.protocol === 'wss:';
    const host = `${isUsual ? '' : `${url.protocol}//`}${url.host}`.slice(0, 253);
    // A program on this computer is none that a profile could name
    if (this.#seen.has(host) || isLoopback(url.hostname)) return;
    this.#seen.add(host);
    const { size } = this.#seen;
    if (size <= maxLogged) this.log(`sign-in page: ${host} is not among the profile's hosts, and was not loaded`);
    if (size === maxLogged + 1) this.log('sign-in page: more hosts were not loaded; they are not listed');
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onMore(this.hosts);
    }, tellsAfterMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
