import type { Server } from 'node:net';
import { fail } from '../../shared/failure.ts';
import { native } from '../system/windows/native.ts';
import { isOwnPipe, listenOnPipe } from '../system/windows/pipe.ts';

/**
 * Listens on a pipe that only this user can connect to, on Windows. Closes the server and fails with `not-now` when the
 * name is taken or the rights cannot be set. The caller must disconnect clients that connect before this resolves.
 */
export async function listenPrivately(server: Server, address: string): Promise<void> {
  try {
    await listenOnPipe(server, address, { owner: 'user', user: (await native()).ownSid() });
  } catch (cause) {
    server.close();
    throw fail('not-now', undefined, { cause, detail: cause instanceof Error ? cause.message : 'no pipe' });
  }
}

/** Whether the server at this address belongs to this user. Call it once connected, before sending anything. False when it cannot be determined. */
export const isAnsweredByUs = (address: string): Promise<boolean> => isOwnPipe(address).catch(() => false);
