import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';

/** Below the ports that systems hand out themselves (Linux from 32768, Windows and macOS from 49152). */
const lowest = 20_000;
const highest = 32_000;

/**
 * A free loopback port for a server that comes and goes, or never exists. While nobody listens there, no other test gets
 * it, neither to listen on nor for a connection of its own.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
