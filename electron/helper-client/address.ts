import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isAdministratorsPipe } from '../system/windows/pipe.ts';
import { native } from '../system/windows/native.ts';
import { helperProtocol } from './protocol.ts';

/** On Windows: what the names of the helper's pipes begin with. */
export const helperPipe = '\\\\.\\pipe\\causeway';

/** Where the system's helper listens for whoever runs this. */
export async function helperSocket(platform: NodeJS.Platform): Promise<string> {
  // By number: two people of one name, of this computer and of a domain, are two
  if (platform === 'win32') return `${helperPipe}-${(await native()).ownSid()}`;
  return join(platform === 'darwin' ? '/var/run/causeway' : helperProtocol.directory, `${userInfo().username}.sock`);
}

/**
 * Whether what answers at an address is the system's own. Where sockets are files, they stand where only root makes any;
 * on Windows everybody may make a pipe of a name that is free, and only who is connected can tell whose it is.
 */
export async function belongsToHelper(address: string): Promise<boolean> {
  return process.platform !== 'win32' || isAdministratorsPipe(address);
}
