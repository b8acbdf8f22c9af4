import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';

/** A TLS server on loopback, which can go away and come back. */
export interface TlsListener {
  readonly port: number;
  /** Stops listening, and breaks every connection. Calling it twice is harmless. */
  close(): Promise<void>;
  /** Listens again, on the same port. */
  reopen(): Promise<void>;
}

/** Starts it. `serve` gets each connection after its handshake; an error of a connection, such as a client that hangs up, is nobody's fault. */
export async function listenTls(identity: { pem: string; keyPem: string }, serve: (socket: TLSSocket) => void): Promise<TlsListener> {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: identity.pem, key: identity.keyPem }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    serve(socket);
  });
  server.on('tlsClientError', () => undefined);
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const { port } = address;
  return {
    port,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reopen: () => listen(port),
  };
}
