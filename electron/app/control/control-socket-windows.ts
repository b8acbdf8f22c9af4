import type { Server } from 'node:net';
import { fail } from '../../../shared/failure.ts';
import { native } from '../../system/windows/native.ts';
import { isOwnPipe, listenOnPipe } from '../../system/windows/pipe.ts';

/**
 * A pipe of one user's own, on Windows. Fails with `not-now` where its name is taken or its rights do not take; the server
 * is closed then. Who connects before this resolves is to be hung up on.
 */
export async function listenPrivately(server: Server, address: string): Promise<void> {
  try {
    await listenOnPipe(server, address, { owner: 'user', user: (await native()).ownSid() });
  } catch (cause) {
    server.close();
    throw fail('not-now', undefined, { cause, detail: cause instanceof Error ? cause.message : 'no pipe' });
  }
}

/** Whether who answers there is this user. Asked once connected, before a byte is sent; what cannot be told is a no. */
export const isAnsweredByUs = (address: string): Promise<boolean> => isOwnPipe(address).catch(() => false);
