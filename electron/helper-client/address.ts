import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isAdministratorsPipe } from '../system/windows/pipe.ts';
import { native } from '../system/windows/native.ts';
import { helperProtocol } from './protocol.ts';

/** Prefix of the helper's pipe names on Windows. */
export const helperPipe = '\\\\.\\pipe\\causeway';

/** The address of the helper's socket for the current user. */
export async function helperSocket(platform: NodeJS.Platform): Promise<string> {
  // By SID: a local user and a domain user may have the same name
  if (platform === 'win32') return `${helperPipe}-${(await native()).ownSid()}`;
  return join(platform === 'darwin' ? '/var/run/causeway' : helperProtocol.directory, `${userInfo().username}.sock`);
}

/**
 * Whether the server at an address is really the system's helper. Socket files are in a folder where only root can create
 * them. On Windows everybody can create a pipe with a free name, so the pipe's owner is checked.
 */
export async function belongsToHelper(address: string): Promise<boolean> {
  return process.platform !== 'win32' || isAdministratorsPipe(address);
}
