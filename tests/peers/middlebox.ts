import net, { type Socket } from 'node:net';

/** A router on the way to a gateway that silently forgets connections, or is far away. */
export interface Middlebox {
  /** Its loopback port. Connections to it lead to the gateway. */
  readonly port: number;
  /** How many connections it has forgotten. */
  readonly forgotten: number;
  /** How many it still knows. */
  readonly known: number;
  /** Forgets all of them now. New ones pass. */
  forgetAll(): void;
  stop(): Promise<void>;
}

interface MiddleboxOptions {
  /** The gateway's port. */
  to: number;
  /** Its address, if it is not on loopback. */
  host?: string;
  /** Null: it forgets nothing. */
  idleMs: number | null;
  /** How much later everything arrives, in each direction. A round trip takes twice that. */
  delayMs?: number;
}

/** What is on the way at once. TCP at the sending end then waits, as on a line with that much room. */
const onTheWayBytes = 64 * 1024 * 1024;

/**
 * Starts a router that forgets a connection on which no byte passed for `idleMs`, as many home routers and firewalls do after
 * some minutes (RFC 5382, 5: two hours at least, which few keep to). From then on nothing passes, and neither side is told: no
 * FIN, no reset. Both ends find out only when they wait for an answer.
 *
 * It is a program, not a router, so the kernel at each end still acknowledges what arrives before its buffers are full, and
 * answers TCP keep-alives. Those therefore neither keep a connection here nor find a forgotten one: only bytes of the
 * application count.
 */
export async function startMiddlebox({ to, idleMs, delayMs = 0, host = '127.0.0.1' }: MiddleboxOptions): Promise<Middlebox> {
  const sockets = new Set<Socket>();
  const forgets = new Set<() => void>();
  let forgotten = 0;
  let known = 0;
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ port: to, host, allowHalfOpen: true });
    const pair = [near, far] as const;
    known += 1;
    let isKnown = true;
    const leave = (): void => {
      clearTimeout(timer);
      if (isKnown) known -= 1;
      isKnown = false;
      forgets.delete(forget);
    };
    const forget = (): void => {
      leave();
      forgotten += 1;
      for (const socket of pair) socket.removeAllListeners('data').removeAllListeners('end').pause();
    };
    forgets.add(forget);
    const timer = idleMs === null ? undefined : setTimeout(forget, idleMs);
    const relay = (from: Socket, onto: Socket): void => {
      sockets.add(from);
      from.setNoDelay(true);
      let onTheWay = 0;
      const later = (pass: () => void): void => {
        if (delayMs === 0) pass();
        else setTimeout(pass, delayMs);
      };
      from.on('data', (chunk) => {
        timer?.refresh();
        onTheWay += chunk.length;
        if (onTheWay > onTheWayBytes) from.pause();
        later(() => {
          onTheWay -= chunk.length;
          if (!isKnown || onto.destroyed) return;
          if (!onto.write(chunk)) from.pause();
          else from.resume();
        });
      });
      onto.on('drain', () => {
        if (isKnown) from.resume();
      });
      from.on('end', () => later(() => onto.end()));
      from.on('error', () => from.destroy());
      from.once('close', () => {
        sockets.delete(from);
        // Forgotten: the end of one side is not passed on to the other
        if (!isKnown) return;
        if (onto.destroyed) leave();
        else if (from.errored) onto.resetAndDestroy();
        else onto.end();
      });
    };
    relay(near, far);
    relay(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get forgotten() {
      return forgotten;
    },
    get known() {
      return known;
    },
    forgetAll() {
      for (const forget of [...forgets]) forget();
    },
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await stopped;
    },
  };
}
