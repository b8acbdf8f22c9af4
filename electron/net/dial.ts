import dns from 'node:dns';
import net, { isIP, type Socket } from 'node:net';
import { onAbort } from '../../shared/abort.ts';

/**
 * How long an address may take before the next one is tried beside it (RFC 8305, section 5). Node's own way gives an address
 * up after this time, so that a name whose live address is far away cannot be reached by it.
 */
const nextAfterMs = 250;
/** An address that is better than the others has so much more time alone. */
const preferredAloneMs = 1_500;
/** More addresses of one name than that are not tried. */
const maxAddresses = 20;

/**
 * A byte stream to the first of a host's addresses that answers. They are tried one after the other, in the system's order
 * and the two families in turns, each a little after the one before it and none given up for the next (RFC 8305).
 *
 * Rejects with the system's error: of the look-up, or of the address where there is one, else an `AggregateError` of them
 * all. Has no bound of its own; an abort ends it with an `AbortError`.
 *
 * @param preferred an address that is tried alone first, whatever the name says; the others follow when it fails or is late
 */
export function dial(host: string, port: number, signal: AbortSignal, preferred: string | null = null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const race = new Race(port, (outcome) => {
      off();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
    const off = onAbort(signal, () => race.stop());
    race.begin(host, preferred);
  });
}

/** The addresses of a host in the order in which to try them. Rejects with the look-up's error. */
export async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await dns.promises.lookup(host, { all: true, order: 'verbatim' });
  const all = [...new Set(found.map(({ address }) => address))];
  const first = isIP(all[0] ?? '');
  const [firsts, others] = [all.filter((each) => isIP(each) === first), all.filter((each) => isIP(each) !== first)];
  return firsts
    .flatMap((each, at) => [each, ...others.slice(at, at + 1)])
    .concat(others.slice(firsts.length))
    .slice(0, maxAddresses);
}

class Race {
  private readonly waiting: string[] = [];
  private readonly running = new Set<Socket>();
  private readonly errors: Error[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isLookedUp = false;
  /** It is time for another address, and none is known yet. */
  private isDue = false;
  private over = false;

  constructor(
    private readonly port: number,
    private readonly settle: (outcome: Socket | Error) => void,
  ) {}

  begin(host: string, preferred: string | null): void {
    if (preferred === null) this.isDue = true;
    else this.tryOne(preferred, preferredAloneMs);
    addressesOf(host).then(
      (addresses) => {
        this.isLookedUp = true;
        this.waiting.push(...addresses.filter((each) => each !== preferred));
        if (this.isDue) this.next();
      },
      (error: unknown) => {
        this.isLookedUp = true;
        this.failed(error instanceof Error ? error : new Error('no address'));
      },
    );
  }

  stop(): void {
    if (this.over) return;
    this.end(null);
    this.settle(new DOMException('given up', 'AbortError'));
  }

  private next(): void {
    clearTimeout(this.timer);
    if (this.over) return;
    const address = this.waiting.shift();
    this.isDue = address === undefined;
    if (address !== undefined) this.tryOne(address, nextAfterMs);
    else if (this.running.size === 0 && this.isLookedUp) {
      const [only, ...more] = this.errors;
      const why = only && more.length === 0 ? only : new AggregateError(this.errors, this.errors.map(({ message }) => message).join('; '));
      this.end(null);
      this.settle(why);
    }
  }

  private tryOne(address: string, aloneMs: number): void {
    const socket = net.connect({ host: address, port: this.port });
    this.running.add(socket);
    // What one that lost still has to say is of no use to anyone
    socket.on('error', () => undefined);
    const onError = (error: Error): void => {
      this.running.delete(socket);
      this.failed(error);
    };
    socket.once('error', onError).once('connect', () => {
      if (this.over) return;
      socket.off('error', onError);
      this.end(socket);
      this.settle(socket);
    });
    this.timer = setTimeout(() => this.next(), aloneMs);
  }

  private failed(error: Error): void {
    if (this.over) return;
    this.errors.push(error);
    this.next();
  }

  /** @param winner the one that stays open */
  private end(winner: Socket | null): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const socket of this.running) if (socket !== winner) socket.destroy();
    this.running.clear();
  }
}
