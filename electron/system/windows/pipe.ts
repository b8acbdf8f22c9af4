import type { Server } from 'node:net';
import { native } from './native.ts';
import { isAdministrators, isForOneUser, wordsForOneUser } from './security-descriptor.ts';

/** Whose a pipe is: `administrators` for one of the system's (`user` may come in; null: nobody else may), or the user's own. */
export type PipeFor = { owner: 'administrators'; user: string | null } | { owner: 'user'; user: string };

/**
 * Has a server listen on a pipe, as the first of its name or not at all: who had it before would hear what is not theirs.
 * Made as Windows does by itself (nobody but its maker and the system can write to it), then given to its user; whether
 * it is theirs alone is looked at. Who connects before that is to be hung up on: by whoever calls this.
 *
 * Fails where the name is taken, or where the rights do not take; then the server may be listening, and is to be closed.
 */
export async function listenOnPipe(server: Server, path: string, { owner, user }: PipeFor): Promise<void> {
  const system = await native();
  if (system.isThere(path)) throw new Error(`${path} is somebody else's`);
  // Node asks for the first of that name: between these two lines nobody gets in either
  await new Promise<void>((resolve, reject) => {
    const taken = (cause: Error): void => reject(new Error(`${path} is somebody else's`, { cause }));
    server.once('error', taken);
    server.listen(path, () => {
      server.removeListener('error', taken);
      resolve();
    });
  });
  system.setSecurityOf(path, wordsForOneUser(user, owner));
  const found = system.securityOf(path);
  if (!found || !isForOneUser(found, user, owner)) throw new Error(`${path} is not for its user alone`);
}

/**
 * Whether a named pipe is one that the system's administrators made. Asked by who is connected to it already: as long
 * as they are, the name leads to that pipe.
 */
export async function isAdministratorsPipe(path: string): Promise<boolean> {
  const descriptor = (await native()).securityOf(path);
  return descriptor !== null && isAdministrators(descriptor);
}

/** Whether a named pipe is one that whoever runs this made for themselves alone. Asked by who is connected to it already. */
export async function isOwnPipe(path: string): Promise<boolean> {
  const system = await native();
  const descriptor = system.securityOf(path);
  return descriptor !== null && isForOneUser(descriptor, system.ownSid(), 'user');
}
