import { connect, createServer, type Socket } from 'node:net';

/** A door of TCP in front of a port of this computer. */
export interface Gate {
  readonly port: number;
  /** From now on whoever comes is taken in and hears nothing. */
  hold(): void;
  /** Lets everybody through again, also those who wait. */
  release(): void;
  /** Breaks what is through. */
  cut(): void;
  close(): Promise<void>;
}

export async function openGate(target: number): Promise<Gate> {
  let held: Socket[] | null = null;
  const through = new Set<Socket>();
  const pass = (client: Socket): void => {
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      through.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        through.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  };
  const listener = createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    if (held) held.push(client);
    else pass(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');

  const release = (): void => {
    const waiting = held ?? [];
    held = null;
    for (const client of waiting) if (!client.destroyed) pass(client);
  };
  const cut = (): void => through.forEach((socket) => socket.destroy());
  return {
    port: address.port,
    hold: () => void (held ??= []),
    release,
    cut,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        held?.forEach((socket) => socket.destroy());
        cut();
      }),
  };
}
