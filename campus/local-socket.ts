import { createHash } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import net from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fail } from '../shared/failure.ts';
import { privateDirectory } from './local-socket-posix.ts';

/**
 * Addresses that only programs of the same user on this computer can reach: Unix sockets (mode 0600, in a directory of
 * mode 0700), or named pipes on Windows.
 */

/** The address of a local socket for one of this user's campuses. Creates the directory, and refuses one that others could access. */
export async function localAddress(name: string): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\causeway-campus-${userInfo().username}-${name}`;
  return join(await privateDirectory(), `${name}.sock`);
}

/** A short name for a data directory, used in the names of its sockets. */
export const nameOfDirectory = (directory: string): string => createHash('sha256').update(directory).digest('hex').slice(0, 12);

/** Whether something listens at a local address. */
export function isAlive(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: address, timeout: 2000 });
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    // A server that is too busy to accept in time still holds the address
    socket.once('timeout', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Listens at a local address, and first removes the socket of a killed process. Fails with `not-now` when the address is in use. */
export async function listenLocally(server: net.Server, address: string): Promise<void> {
  if (await isAlive(address)) throw fail('not-now', undefined, { detail: `another campus listens at ${address}` });
  if (process.platform !== 'win32') await rm(address, { force: true });
  await listen(server, { path: address });
  // The directory already keeps others out. This protects the socket itself too
  if (process.platform !== 'win32') await chmod(address, 0o600);
}

/** Listens on a loopback port, 0 for any, and resolves with its number. Fails with `not-now` when it is in use. */
export async function listenOnLoopback(server: net.Server, port: number): Promise<number> {
  try {
    await listen(server, { host: '127.0.0.1', port });
  } catch (cause) {
    throw fail('not-now', undefined, {
      cause,
      detail: `cannot listen on port ${port}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

function listen(server: net.Server, options: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
