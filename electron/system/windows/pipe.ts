import type { Server } from 'node:net';
import { native } from './native.ts';
import { isAdministrators, isForOneUser, sddlForOneUser } from './security-descriptor.ts';

/** The owner of a pipe: `administrators` for the system's (`user` may connect too, unless null), or the user. */
export type PipeFor = { owner: 'administrators'; user: string | null } | { owner: 'user'; user: string };

/**
 * Makes a server listen on a pipe, but only as the first of its name: an earlier owner of the name could read what is meant
 * for us. Creates the pipe with Windows's defaults (only its creator and the system can write), then gives it to its user
 * and checks the result. The caller must drop connections made before that.
 *
 * Fails if the name is taken or the access rights cannot be set. The server may be listening then; close it.
 */
export async function listenOnPipe(server: Server, path: string, { owner, user }: PipeFor): Promise<void> {
  const system = await native();
  if (system.isThere(path)) throw new Error(`${path} belongs to another user`);
  // Node also requires to be the first of that name, so nobody can take it in between
  await new Promise<void>((resolve, reject) => {
    const taken = (cause: Error): void => reject(new Error(`${path} belongs to another user`, { cause }));
    server.once('error', taken);
    server.listen(path, () => {
      server.removeListener('error', taken);
      resolve();
    });
  });
  system.setSecurityOf(path, sddlForOneUser(user, owner));
  const found = system.securityOf(path);
  if (!found || !isForOneUser(found, user, owner)) throw new Error(`others than its user have access to ${path}`);
}

/**
 * Whether administrators created a named pipe. Call it while connected: during that time the name leads to that pipe.
 */
export async function isAdministratorsPipe(path: string): Promise<boolean> {
  const descriptor = (await native()).securityOf(path);
  return descriptor !== null && isAdministrators(descriptor);
}

/** Whether the current user created a named pipe for themselves alone. Call it while connected to the pipe. */
export async function isOwnPipe(path: string): Promise<boolean> {
  const system = await native();
  const descriptor = system.securityOf(path);
  return descriptor !== null && isForOneUser(descriptor, system.ownSid(), 'user');
}
