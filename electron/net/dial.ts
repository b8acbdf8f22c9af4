import dns from 'node:dns';
import net, { isIP, type Socket } from 'node:net';
import { onAbort } from '../../shared/abort.ts';

/**
 * How long an address may take before the next one is tried in parallel (RFC 8305, section 5). Node's own implementation
 * drops the address after this time, so it cannot reach a name whose only live address is far away.
 */
const nextAfterMs = 250;
/** A preferred address gets this much time alone. */
const preferredAloneMs = 1_500;
/** Most addresses of one name that are tried. */
const maxAddresses = 20;

/**
 * Opens a TCP connection to the first of a host's addresses that answers. Tries them in the system's order, alternating
 * between the families. Each attempt starts a little after the one before, and none is dropped for the next (RFC 8305).
 *
 * Rejects with the system's error: of the lookup, of the only address, or an `AggregateError` for several. Has no time
 * limit; an abort rejects with an `AbortError`.
 *
 * @param preferred an address to try alone first, even if the name no longer has it; the others follow if it fails or is slow
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

/** The addresses of a host in the order to try them. Rejects with the lookup's error. */
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
  /** The next address is due, but the lookup has not finished. */
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
    // Ignore later errors of sockets that lost the race
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

  /** @param winner the socket to keep open */
  private end(winner: Socket | null): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const socket of this.running) if (socket !== winner) socket.destroy();
    this.running.clear();
  }
}
